"""What is measured on a unit's pictures, alike for every method and for real pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from deepvis_app.messages import U8
from precompute.comparison.bench import Bench, Real
from precompute.studies.command import spread
from precompute.studies.judging import Judge, Seen
from precompute.studies.measures import (
    F64,
    feature_spread,
    nearest,
    pixel_spread,
    saturation,
    spectrum_slope,
    usual_nearest,
)
from precompute.studies.painting import Painted

REAL = "real"
_REAL = 20  # real pictures of a unit that are measured like a method's
Scores = dict[str, float | None]


@dataclass(frozen=True)
class Row:
    """A method's finished pictures and what was measured: of each picture as JSON values, of each unit, and the mean
    over units. A score is None where it does not apply.
    """

    name: str
    painted: Sequence[Painted]
    pictures: Sequence[Mapping[str, Any]]
    units: Mapping[int, Scores]
    mean: Scores


class Scorer:
    """Measures rows. `judges` are asked what they see; the first one's features, or without any the network's own,
    are those in which pictures are compared.
    """

    def __init__(self, bench: Bench, judges: Sequence[Judge]) -> None:
        self._bench, self.judges = bench, tuple(judges)
        self._own = Judge(bench.desk.model, bench.desk.model.info.labels)
        self._usual = cache(self._found_usual)

    @property
    def compared(self) -> Judge:
        """In whose features pictures are compared."""
        return self.judges[0] if self.judges else self._own

    def row(self, name: str, painted: Sequence[Painted]) -> Row:
        """Of a method's pictures, several for each unit; those that failed are left out."""
        units = dict.fromkeys(one.unit for one in painted)
        found = {unit: self._unit(unit, [one for one in painted if one.unit == unit]) for unit in units}
        scores = {unit: of_unit for unit, (_, of_unit) in found.items()}
        pictures = [picture for of_unit, _ in found.values() for picture in of_unit]
        return Row(name, painted, pictures, scores, mean_of(list(scores.values())))

    def real_row(self) -> Row | None:
        """Real pictures, measured like a method's; None where there are none."""
        if not self._bench.reals:
            return None
        pictures, scores = [], {}
        for unit, real in self._bench.reals.items():
            rows = measured_reals(real)
            shown = real.pixels[list(rows)]
            values = [float(real.values[row]) for row in rows]
            sources = [{"unit": unit, "source": real.sources[row]} for row in rows]
            of_unit, scores[unit] = self._measured(unit, shown, values, sources)
            pictures += of_unit
        return Row(REAL, (), pictures, scores, mean_of(list(scores.values())))

    def _unit(self, unit: int, painted: Sequence[Painted]) -> tuple[list[dict[str, Any]], Scores]:
        facts = [{"unit": unit, "seed": one.seed, "failed": one.reason} for one in painted if one.reason]
        good = [one for one in painted if not one.reason]
        if not good:
            return facts, {}
        shown = np.stack([self._bench.seen(one.rgb) for one in good])
        told: list[dict[str, Any]] = [
            {"unit": unit, "seed": one.seed, "activation": round(one.activation, 4), "seconds": one.seconds}
            for one in good
        ]
        rows, scores = self._measured(unit, shown, [one.shown for one in good], told)
        scores["seconds"] = _mean([one.seconds for one in good])
        if real := self._bench.reals.get(unit):
            scores |= self._distances(real, unit, shown, rows)
        return [*rows, *facts], scores

    def _measured(
        self, unit: int, shown: U8, values: Sequence[float], told: Sequence[Mapping[str, Any]]
    ) -> tuple[list[dict[str, Any]], Scores]:
        """Of pictures `shown` (n, h, w, 3) with the unit's `values`: `told` of each with more, and the scores."""
        stats = self._bench.stats.get(unit)
        rows = [{**one, "shown": round(value, 4)} for one, value in zip(told, values, strict=True)]
        scores: Scores = {"activation": _mean(values)}
        if stats is not None and stats.quantiles:
            shares = [stats.percentile(value) for value in values]
            _add(rows, "percentile", shares)
            scores["percentile"] = _mean(shares)
            largest = stats.quantiles[-1][1]
            scores["of_largest"] = _mean([value / largest for value in values]) if largest > 0 else None
        scores |= self._judged(unit, shown, rows) | _natural(shown, rows)
        if len(shown) > 1:
            scores["diversity"] = feature_spread(
                self.compared.look(list(shown)).features, [unit] * len(shown)
            )
            scores["diversity_pixels"] = pixel_spread(shown, [unit] * len(shown))
        return rows, scores

    def _judged(self, unit: int, shown: U8, rows: list[dict[str, Any]]) -> Scores:
        """The shares of the pictures that the network itself and each judge take for the unit's class."""
        if not self._bench.desk.layer.is_class_layer:
            return {}
        scores: Scores = {"itself": self._share(self._own, self._own.look(list(shown)), unit)}
        for judge in self.judges:
            self._bench.desk.check()
            seen = judge.look(list(shown))
            scores[f"seen by {judge.title}"] = self._share(judge, seen, unit)
            _add(rows, f"{judge.title} sees", judge.best(seen))
        if self.judges:
            scores["seen"] = _mean([scores[f"seen by {judge.title}"] for judge in self.judges])
        return scores

    def _share(self, judge: Judge, seen: Seen, unit: int) -> float | None:
        verdict = judge.verdict(seen, [unit] * len(seen.scores))
        return verdict.top1 / verdict.asked if verdict.asked else None

    def _distances(self, real: Real, unit: int, shown: U8, rows: list[dict[str, Any]]) -> Scores:
        """To the nearest real picture, over the usual distance of a real one to its own nearest."""
        reals, usual, usual_pixels = self._usual(unit)
        by_features = [nearest(code, reals, usual) for code in self.compared.look(list(shown)).features]
        pixels = _flat(real.pixels)
        by_pixels = [nearest(flat, pixels, usual_pixels) for flat in _flat(shown)]
        _add(rows, "nearest", [real.sources[best] for best, _, _ in by_features])
        _add(rows, "distance", [relative for _, _, relative in by_features])
        return {
            "distance": _mean([relative for _, _, relative in by_features]),
            "distance_pixels": _mean([relative for _, _, relative in by_pixels]),
        }

    def _found_usual(self, unit: int) -> tuple[F64, float, float]:
        """The features of the unit's real pictures, and the usual distances in features and pixels."""
        real = self._bench.reals[unit]
        features = self.compared.look(list(real.pixels)).features
        return features, usual_nearest(features), usual_nearest(_flat(real.pixels))


def measured_reals(real: Real) -> tuple[int, ...]:
    """Which of a unit's real pictures are measured, in their order."""
    return spread(len(real.pixels), _REAL)


def _natural(shown: U8, rows: list[dict[str, Any]]) -> Scores:
    slopes, colours = spectrum_slope(shown).tolist(), saturation(shown).tolist()
    _add(rows, "slope", slopes)
    _add(rows, "saturation", colours)
    red, green, blue = shown.mean((0, 1, 2)).tolist()
    return {
        "slope": _mean(slopes),
        "saturation": _mean(colours),
        "red": red,
        "green": green,
        "blue": blue,
    }


def mean_of(units: Sequence[Scores]) -> Scores:
    """The mean of each score over the units that have it."""
    names = dict.fromkeys(name for scores in units for name in scores)
    return {name: _mean([scores.get(name) for scores in units]) for name in names}


def _mean(values: Sequence[float | None]) -> float | None:
    """Of those that are numbers; None where none is."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return sum(known) / len(known) if known else None


def _add(rows: list[dict[str, Any]], name: str, values: Sequence[Any]) -> None:
    for row, value in zip(rows, values, strict=True):
        row[name] = round(value, 4) if isinstance(value, float) else value


def _flat(pictures: U8) -> F64:
    flat: F64 = pictures.reshape(len(pictures), -1) / 255
    return flat
