"""How dreams are painted: of pixels by a preset, or by a generator; from noise or from a picture."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from precompute.jobs.filling import add_making, in_half
from precompute.options import OptionError, Target
from precompute.synthesis.goals import Goal
from precompute.synthesis.recipe import PRESET_NAMES, above, add_recipe, preset_of

if TYPE_CHECKING:
    from precompute.synthesis.maker import Wish

BEGINNINGS = ("noise", "picture")
_OF_PIXELS = (
    "image", "policy", "rate", "decay", "blur", "blur_every", "small_norm", "small_contribution", "variation", "prior",
)  # fmt: skip
_START_NOISE = 0.05  # a plain colour would have no gradient of its own


def add_wish(parser: argparse.ArgumentParser) -> None:
    """The options that `wish_of` reads, but for --seeds."""
    add = parser.add_argument
    add("--begin", choices=BEGINNINGS,
        help="where to begin (default: the picture, where there is one and the goal is not of it)")  # fmt: skip
    add("--generator", metavar="NAME", default="",
        help="paint with a generator, as dgn-am does (docs/dgn-am.md); default: pixels")  # fmt: skip
    add("--step", type=above(0.0), metavar="X", help="with --generator: the first step, as of dgn-am")
    add_recipe(parser)
    add_making(parser)
    parser.set_defaults(preset=None, shrink=None, noise=None, bound=None)


def wish_of(options: argparse.Namespace, job: Target, goal: Goal) -> tuple[Wish, dict[str, Any]]:
    """What the options ask for, and what a run records of the generator.

    Raises OptionError, GeneratorError and PictureError.
    """
    if options.begin == "picture" and options.picture is None:
        raise OptionError("--begin picture needs one: name its FILE behind DIR.")
    there = options.picture is not None and not goal.of_picture
    begin = options.begin or ("picture" if there else "noise")
    if options.generator:
        return _of_codes(options, job, begin)
    if options.step is not None:
        raise OptionError("--step is for codes: it needs --generator NAME.")
    options.preset = options.preset or goal.preset
    preset, first = preset_of(options), None
    if begin == "noise" and preset.noise == 0:
        preset = replace(preset, noise=_START_NOISE)
    if begin == "picture":
        from deepvis_app.render.pictures import read_picture

        first = job.model.preprocess.pixels(read_picture(options.picture))
    return _wish(options, job, preset=preset, first=first), {}


def _of_codes(options: argparse.Namespace, job: Target, begin: str) -> tuple[Wish, dict[str, Any]]:
    from precompute.generators.opening import open_generator
    from precompute.synthesis.code_recipe import preset_of as code_preset_of
    from precompute.synthesis.natural import identity, start_code

    if options.preset in PRESET_NAMES:
        raise OptionError(f"The preset {options.preset} is for pixels: take it without --generator.")
    for name in _OF_PIXELS:
        if getattr(options, name) not in (None, []):
            raise OptionError(f"--{name.replace('_', '-')} is for pixels: take it without --generator.")
    generator, card = open_generator(options.generator)
    options.start = options.picture if begin == "picture" else None
    preset = code_preset_of(options, job.model, card)
    first = None if options.start is None else start_code(options.start, generator, card, job.model)
    wish = _wish(options, job, preset=preset, first=first, generator=generator)
    return wish, {"generator": identity(generator, card)}


def _wish(options: argparse.Namespace, job: Target, **more: Any) -> Wish:
    from precompute.synthesis.maker import Wish

    return Wish(
        seeds=tuple(range(job.seed, job.seed + options.seeds)),
        minimise=options.minimise,
        half=in_half(options, job),
        diversity=options.diversity,
        **more,
    )
