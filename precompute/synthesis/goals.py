"""What pictures climb that is no single unit: weighted units, whole layers, what a picture does to a layer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from precompute.options import OptionError
from precompute.synthesis.recipe import GOAL_NAMES

if TYPE_CHECKING:
    from torch import Tensor

    from precompute.synthesis.objectives import Objective

_TERM = re.compile(r"([+-]?)(?:(\d+(?:\.\d*)?|\.\d+)\*)?(\d+)")
_LARGEST = 1e6  # of a weight
_TINY = 1e-12
NORM, MEAN, UNITS, INVERSION, CARICATURE = GOAL_NAMES


@dataclass(frozen=True)
class Term:
    unit: int
    weight: float

    def __str__(self) -> str:
        return f"{self.weight:+g}*{self.unit}"


def terms_of(text: str) -> tuple[Term, ...]:
    """The units and weights of words like `3+17`, `3-17`, `2*3+0.5*17`; a unit that comes twice counts twice.

    Raises OptionError.
    """
    words, at, found = text.replace(" ", ""), 0, []
    while at < len(words):
        match = _TERM.match(words, at)
        if match is None or (at and not match[1]):
            break
        weight = float(match[2] or 1) * (-1 if match[1] == "-" else 1)
        found.append(Term(int(match[3]), weight))
        at = match.end()
    if at < len(words) or not found:
        raise OptionError(f"{text!r} is no sum of units such as 3+17, 3-17 or 2*3+17.")
    if any(not 0 < abs(term.weight) <= _LARGEST for term in found):
        raise OptionError(f"{text!r}: a weight must be over 0 and at most {_LARGEST:g}.")
    return tuple(found)


def check_terms(terms: Sequence[Term], units: int, layer: str) -> None:
    """Raises OptionError for a unit that the layer does not have."""
    for term in terms:
        if term.unit >= units:
            raise OptionError(f"{layer} has units 0 to {units - 1}; there is no unit {term.unit}.")


def weighted(terms: Sequence[Term], scales: Mapping[int, float]) -> Objective:
    """The sum of weight * value at the map's centre.

    `scales` are the units' largest known values, by which they are divided where those of all are known and above 0.
    """
    from precompute.synthesis.objectives import Objective

    divided = all(scales.get(term.unit, 0.0) > 0 for term in terms)
    numbers = [term.unit for term in terms]
    weights = [term.weight / (scales[term.unit] if divided else 1.0) for term in terms]

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        centre = maps[:, numbers, maps.shape[2] // 2, maps.shape[3] // 2].float()
        return (centre * centre.new_tensor(weights)).sum(1)

    words = " ".join(map(str, terms))
    return Objective(
        value, f"{words}, {'each in its largest known value' if divided else 'as they are'}", of_unit=False
    )


def layer_norm() -> Objective:
    """The root mean square of all values of the layer: DeepDream (Mordvintsev, Olah & Tyka 2015, "Inceptionism").

    The notebook climbs half the sum of squares, whose gradient has the same direction.
    """
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001
        return (maps.float().square().mean((1, 2, 3)) + _TINY).sqrt()

    return Objective(value, "root mean square of the whole layer", whole_map=True, of_unit=False)


def layer_mean() -> Objective:
    """The mean of all units of the layer over their whole maps."""
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001
        return maps.float().mean((1, 2, 3))

    return Objective(value, "mean of all units of the layer", whole_map=True, of_unit=False)


def inversion(target: Tensor) -> Objective:
    """Minus |maps - target| / |target|: 0 for a picture that the layer cannot tell from the given one.

    Mahendran & Vedaldi 2015, "Understanding deep image representations by inverting them", Eq. 2, its root.
    `target` (1, units, h, w) are the given picture's maps.
    """
    from precompute.synthesis.objectives import Objective

    size = target.float().norm().clamp(min=_TINY)

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001
        away = (maps.float() - target.float()).flatten(1)
        distance: Tensor = (away.square().sum(1) + _TINY).sqrt()
        away_by: Tensor = -distance / size
        return away_by

    return Objective(
        value, "minus the distance from the picture's maps, in their length", whole_map=True, of_unit=False
    )


def caricature(target: Tensor) -> Objective:
    """<maps, target> / |target|^2 * cos(maps, target), over positions: more of what the layer sees in a picture.

    The dot product drives it, the cosine keeps to the picture's own direction (Olah, "Activation atlas", Carter et
    al. 2019, and Lucid's caricatures, whose exponent of the cosine is 1 by default). `target` as for `inversion`.
    """
    from torch.nn import functional as F

    from precompute.synthesis.objectives import Objective

    aim = target.float()
    size: Tensor = aim.norm().square().clamp(min=_TINY)

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001
        dot = (maps.float() * aim).flatten(1).sum(1) / size
        cosine = F.cosine_similarity(maps.float(), aim, dim=1).mean((1, 2))
        risen: Tensor = dot * cosine.clamp(min=0.1)
        return risen

    return Objective(value, "how far along the picture's own maps", whole_map=True, of_unit=False)
