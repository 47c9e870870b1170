"""The METHODS table: every way to make a preferred picture that is compared. One line each; quick to import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepvis_app.words import nearest
from precompute.options import OptionError

ALL = "all"


@dataclass(frozen=True)
class Method:
    """`way` names a line of `painting.WAYS`, and `preset` the numbers that it takes: a line of PRESETS, or of the
    sampler's SETTINGS. `images`: it begins at the unit's real pictures. `generator`: it paints through one.
    """

    name: str
    title: str
    preset: str
    way: str = "noise"
    images: bool = False
    generator: bool = False


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("none", "no prior", "none"),
        Method("A", "2015: blur, weak pixels cut", "A"),
        Method("B", "2015: strong decay, weak pixels cut", "B"),
        Method("C", "2015: blur and decay", "C"),
        Method("D", "2015: blur, useless pixels cut", "D"),
        Method("tv", "total variation", "tv"),
        Method("tv-jitter", "total variation and jitter", "tv-jitter"),
        Method("blur-jitter", "decreasing blur and jitter", "blur-jitter"),
        Method("centre-biased", "five phases about the centre", "centre-biased"),
        Method("robust", "jitter, blur, natural colours", "robust"),
        Method("octaves", "coarse, then twice larger", "octaves"),
        Method("fourier", "steps in spatial frequencies", "fourier"),
        Method("lucid", "frequencies and jitter", "lucid"),
        Method("maco", "natural magnitudes, free phases", "maco"),
        Method("mean-image", "four phases from a mean image", "mean-image", "mean", images=True),
        Method("facets", "total variation from each facet", "mfv-tv", "facets", images=True),
        Method(
            "facets-dgn", "a generator from each facet", "dgn-start", "facets", images=True, generator=True
        ),
        Method("dgn-am", "a generator's code", "dgn", generator=True),
        Method("ppgn", "samples of a generator's codes", "balanced", "chain", generator=True),
    )
}


def chosen_methods(text: str, *, images: bool) -> tuple[Method, ...]:
    """Those that the words name, in the order of the table; "all" are those that can be made with what was given.

    Raises OptionError.
    """
    words = [word for word in (word.strip() for word in text.split(",")) if word]
    if unknown := [word for word in words if word not in METHODS and word != ALL]:
        near = nearest(unknown[0], METHODS)
        raise OptionError(f"--methods {unknown[0]!r} is none; the nearest are {near}, and all.")
    if not words:
        raise OptionError(f"--methods names none; known are {', '.join(METHODS)}, and all.")
    found = [method for method in METHODS.values() if method.name in words]
    if missing := [method.name for method in found if method.images and not images]:
        raise OptionError(f"The method {missing[0]} begins at real pictures: give --images.")
    if ALL in words:
        return tuple(method for method in METHODS.values() if images or not method.images)
    return tuple(found)


def left_out(methods: Sequence[Method], text: str) -> list[str]:
    """The names of those that "all" means and that cannot be made without images."""
    if ALL not in text.split(","):
        return []
    return [name for name, method in METHODS.items() if method not in methods]
