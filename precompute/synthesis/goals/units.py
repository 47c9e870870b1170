"""A sum of units with weights and signs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from precompute.options import OptionError, Target
from precompute.synthesis.goals.base import Aimed, Goal

if TYPE_CHECKING:
    from torch import Tensor

    from precompute.synthesis.objectives import Objective

_TERM = re.compile(r"([+-]?)(?:(\d+(?:\.\d*)?|\.\d+)\*)?(\d+)")
_LARGEST = 1e6  # of a weight


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


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    from precompute.synthesis.pairs import largest

    terms, layer = terms_of(options.units), job.layers[0]
    check_terms(terms, layer.units, layer.alias)
    objective = weighted(terms, largest(job.known_stats()[layer.name]))
    return Aimed(objective, {"terms": " ".join(map(str, terms))}, terms[0].unit)


GOAL = Goal(
    "units",
    "the sum that --units names, such as 3+17 or 2*3-17",
    "robust",
    _aim,
    own=("units",),
    needs=("units",),
)
