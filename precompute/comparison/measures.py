"""The MEASURES table: which scores stand in the table of results, and which value of each is the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from precompute.comparison.scores import Row

NATURAL_SLOPE = -2.0  # of the power spectrum of photographs (Field 1987)


@dataclass(frozen=True)
class Measure:
    """`key` is a score of a row and `form` how it is written (a format of Python).

    `best` is the largest, the smallest, the one nearest to 1 by its ratio, or the one nearest to that of real
    pictures, and `said` what is said of it; "" where nothing is.
    """

    key: str
    title: str
    form: str
    best: Literal["", "high", "low", "one", "real"] = ""
    said: str = ""


MEASURES = (
    Measure("activation", "activation", ".1f", "high", "Excites the unit most"),
    Measure("of_largest", "of the largest real one", ".2f"),
    Measure("percentile", "percentile", ".1f"),
    Measure("itself", "seen by itself", ".0%"),
    Measure("seen", "seen by others", ".0%", "high", "Taken for the class most often by independent networks"),
    Measure("diversity", "diversity", ".3f", "high", "Differs most from seed to seed"),
    Measure("distance", "distance", ".2f", "one", "Comes closest to the distance of real pictures from each other"),
    Measure("slope", "slope", ".2f", "real", "Has the power spectrum most like that of real pictures"),
    Measure("saturation", "saturation", ".2f", "real", "Has colours most nearly as strong as those of real pictures"),
    Measure("seconds", "seconds", ".2f", "low", "Is the quickest"),
)  # fmt: skip


def winners(measure: Measure, rows: Sequence[Row], real: Row | None) -> list[str]:
    """The names of the best rows, several where they are equal; none where it is not known what is best."""
    aim = NATURAL_SLOPE if real is None and measure.key == "slope" else _score(real, measure.key)
    known = {row.name: value for row in rows if (value := _score(row, measure.key)) is not None}
    if not measure.best or not known or (measure.best == "real" and aim is None):
        return []
    lost = {name: _loss(measure, value, aim or 0.0) for name, value in known.items()}
    least = min(lost.values())
    return [name for name, loss in lost.items() if math.isclose(loss, least, abs_tol=1e-9)]


def sentences(rows: Sequence[Row], real: Row | None) -> list[str]:
    """Which method is best at what, in a sentence for each measure that can tell."""
    told = []
    for measure in MEASURES:
        names = winners(measure, rows, real)
        if not names or (len(names) == len(rows) > 1):
            continue
        best = next(row for row in rows if row.name == names[0])
        told.append(f"{measure.said}: {_listed(names)} ({written(measure, best)}{_beside(measure, real)}).")
    return told


def written(measure: Measure, row: Row | None) -> str:
    """The row's score as people read it; "" where it has none."""
    value = _score(row, measure.key)
    return "" if value is None else format(value, measure.form)


def _beside(measure: Measure, real: Row | None) -> str:
    """What the best score is to be compared with."""
    if measure.best == "one":
        return "; 1 would be alike"
    if of_real := written(measure, real):
        return f"; real pictures {of_real}"
    return f"; photographs about {NATURAL_SLOPE:g}" if measure.key == "slope" else ""


def _score(row: Row | None, key: str) -> float | None:
    return None if row is None else row.mean.get(key)


def _loss(measure: Measure, value: float, aim: float) -> float:
    """Smaller is better."""
    match measure.best:
        case "high":
            return -value
        case "one":
            return abs(math.log(max(value, 1e-9)))
        case "real":
            return abs(value - aim)
        case _:
            return value


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
