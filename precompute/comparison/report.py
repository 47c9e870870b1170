"""A comparison on disk: the contact sheet, all figures as JSON, and for several units the table of their means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.atlas.places import comparison_path, comparisons_folder
from deepvis_app.files import atomic_write
from deepvis_app.messages import UnitRef
from deepvis_app.render.pictures import save_png
from precompute.comparison.bench import Bench
from precompute.comparison.measures import MEASURES, Measure, sentences, winners, written
from precompute.comparison.methods import METHODS, Method, left_out
from precompute.comparison.painting import source_of
from precompute.comparison.scores import REAL, Row, Scorer
from precompute.options import OptionError, versions
from precompute.publish.pictures import encode_small, square
from precompute.publish.sheet import MISSING, SheetError, Tile, draw_sheet
from precompute.studies.command import spread
from precompute.studies.networks import told
from precompute.studies.painting import Painted
from precompute.studies.report import LETTERS, finite, parameters

COLUMNS = 12  # units on a sheet of several
_STRIP, _SIDE, _QUALITY = 8, 64, 92  # units on a method's strip, pixels on a side of each, of the lossy WebP


@dataclass(frozen=True)
class Comparison:
    """The rows that are finished of the methods that were asked for, and real pictures' own."""

    bench: Bench
    scorer: Scorer
    methods: Sequence[Method]
    rows: Sequence[Row]
    real: Row | None

    @property
    def for_window(self) -> bool:
        """Without --out the files lie where the window looks."""
        return self.bench.desk.options.out is None

    @property
    def stem(self) -> Path:
        """Where the files are, without their ending: with the unit, where there is only one."""
        desk, one = self.bench.desk, len(self.bench.desk.units) == 1
        fingerprint, out = desk.model.info.fingerprint, desk.options.out
        if one and self.for_window:
            return comparison_path(fingerprint, UnitRef(desk.layer.name, desk.units[0])).with_suffix("")
        folder: Path = out or comparisons_folder(fingerprint)
        return folder / f"compare-{desk.layer.alias}{f'-{desk.units[0]}' if one else ''}"


def write(comparison: Comparison) -> Path:
    """The sheet, the figures and for several units the table and a strip a method; where, without an ending.

    One unit's figures for the window are left to `shown.put`. Raises OSError and OptionError.
    """
    several, stem = len(comparison.bench.desk.units) > 1, comparison.stem
    stem.parent.mkdir(parents=True, exist_ok=True)
    texts = {".md": table(comparison)} if several else {}
    if several or not comparison.for_window:
        texts[".json"] = as_json(report(comparison))
    try:
        save_png(Path(f"{stem}.png"), sheet(comparison))
    except SheetError as error:
        raise OptionError(str(error)) from error
    files = {Path(f"{stem}{ending}"): text.encode() for ending, text in texts.items()}
    if several:
        files |= {stem / f"{row.name}.webp": strip(comparison, row) for row in comparison.rows if row.painted}
    for path, content in files.items():
        with atomic_write(path) as file:
            file.write(content)
    return stem


def as_json(told: Mapping[str, Any]) -> str:
    return json.dumps(finite(told), indent=1, default=str) + "\n"


def report(comparison: Comparison) -> dict[str, Any]:
    """All figures, and what they were made with; `finished` says whether a method is still to come."""
    bench, scorer, done = comparison.bench, comparison.scorer, len(comparison.rows)
    desk = bench.desk
    best = {measure.key: winners(measure, comparison.rows, comparison.real) for measure in MEASURES}
    return {
        "network": told(desk.model),
        "layer": desk.layer.name,
        "units": {str(unit): desk.name(unit) for unit in desk.units},
        "seeds": list(desk.seeds),
        "judges": {judge.title: judge.told() for judge in scorer.judges},
        "compared_in": scorer.compared.title,
        "generator": bench.drawing.told() if bench.drawing else None,
        "real_pictures": {str(unit): len(real.sources) for unit, real in bench.reals.items()},
        "parameters": parameters(desk),
        "versions": versions(desk.model),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "finished": done == len(comparison.methods),
        "methods": [_row(row, METHODS[row.name]) for row in comparison.rows],
        REAL: None if comparison.real is None else _row(comparison.real),
        "to_come": [{"name": method.name, "title": method.title} for method in comparison.methods[done:]],
        "left_out": left_out(comparison.methods, desk.options.methods),
        "winners": {key: names for key, names in best.items() if names},
        "best": sentences(comparison.rows, comparison.real),
    }


def _row(row: Row, method: Method | None = None) -> dict[str, Any]:
    facts = {"title": method.title, "preset": method.preset, "source": source_of(method)} if method else {}
    units = {str(unit): _rounded(scores) for unit, scores in row.units.items()}
    return {"name": row.name, **facts, "scores": _rounded(row.mean), "units": units, "pictures": row.pictures}


def _rounded(scores: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in scores.items()}


def table(comparison: Comparison) -> str:
    """Markdown: a row a method, the means over the units, and below it which method is best at what."""
    desk, scorer = comparison.bench.desk, comparison.scorer
    rows = [*comparison.rows, *([comparison.real] if comparison.real else [])]
    measures = [measure for measure in MEASURES if any(written(measure, row) for row in rows)]
    judges = ", ".join(judge.title for judge in scorer.judges) or "none"
    lines = [
        f"{desk.model.info.title}, {len(desk.units)} units of {desk.layer.alias}, {len(desk.seeds)} seeds each; asked: "
        f"{judges}; compared in the features of {scorer.compared.title}.",
        "",
        _line(["method", *(measure.title for measure in measures)]),
        _line(["---", *("---:" for _ in measures)]),
        *(_line([row.name, *(written(measure, row) or "-" for measure in measures)]) for row in rows),
        "",
        *(f"- {sentence}" for sentence in sentences(comparison.rows, comparison.real)),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def sheet(comparison: Comparison) -> Any:
    """RGB: a row a method with its scores beside; a column a seed, or with several units a column a unit."""
    desk, scorer = comparison.bench.desk, comparison.scorer
    several = len(desk.units) > 1
    what = f"{len(desk.units)} units of {desk.layer.alias}" if several else _name(comparison)
    columns = min(len(desk.units), COLUMNS) if several else len(desk.seeds)
    tiles = [tile for row in comparison.rows for tile in _tiles(comparison, row, columns)]
    asked = f" and what {scorer.judges[0].title} sees in it" if _asked(comparison) else ""
    explained = [f"Below each picture the unit's value{asked}; the scores are means over seeds and units."]
    if comparison.real:
        explained.append(f"Real pictures have {', '.join(_said(MEASURES, comparison.real))}.")
    return draw_sheet(
        tiles,
        f"{desk.model.info.title}, {what}",
        _footer(comparison),
        columns=columns,
        size=desk.options.size,
        explained=" ".join([*explained, *sentences(comparison.rows, comparison.real)]),
        letters=LETTERS,
    )


def strip(comparison: Comparison, row: Row) -> bytes:
    """WebP: a method's first picture of some of the units side by side, for pages about it."""
    first = {one.unit: one for one in reversed(row.painted)}
    units = sorted(first)
    shown = [first[units[k]].rgb for k in spread(len(units), _STRIP)]
    tiles = [square(comparison.bench.seen(rgb), _SIDE, MISSING) for rgb in shown]
    return encode_small(np.hstack(tiles), _QUALITY)


def _name(comparison: Comparison) -> str:
    desk = comparison.bench.desk
    number = f"{desk.layer.alias}:{desk.units[0]}"
    return f"{number} {desk.name(desk.units[0])}" if desk.layer.is_class_layer else number


def _asked(comparison: Comparison) -> bool:
    return comparison.bench.desk.layer.is_class_layer and bool(comparison.scorer.judges)


def _tiles(comparison: Comparison, row: Row, columns: int) -> list[Tile]:
    """One row of the sheet, `columns` tiles."""
    bench, desk = comparison.bench, comparison.bench.desk
    if len(desk.units) > 1:
        units = [desk.units[k] for k in spread(len(desk.units), columns)]
        chosen = [next((one for one in row.painted if one.unit == unit), None) for unit in units]
    else:
        seeds = {one.seed: one for one in row.painted}
        chosen = [seeds.get(seed) for seed in desk.seeds]
    beside = (row.name, METHODS[row.name].title, *_lines(row))
    return [
        Tile(None, "-", beside=beside)
        if one is None
        else Tile(bench.seen(one.rgb), *_below(comparison, row, one), beside)
        for one in chosen
    ]


def _below(comparison: Comparison, row: Row, one: Painted) -> tuple[str, str]:
    desk = comparison.bench.desk
    facts = next(
        facts for facts in row.pictures if (facts["unit"], facts.get("seed")) == (one.unit, one.seed)
    )
    name = f"{desk.name(one.unit)} " if len(desk.units) > 1 else ""
    value = "failed" if one.reason else f"{one.shown:.1f}"
    first = comparison.scorer.judges[0].title if comparison.scorer.judges else ""
    return f"{name}{value}", str(facts.get(f"{first} sees", ""))


def _lines(row: Row) -> list[str]:
    """The scores, a few to a line."""
    groups = (("activation", "of_largest"), ("percentile", "seen"), ("diversity", "distance"),
              ("slope", "saturation"), ("seconds",))  # fmt: skip
    measures = {measure.key: measure for measure in MEASURES}
    lines = [", ".join(_said([measures[key] for key in group], row)) for group in groups]
    return [line for line in lines if line]


def _said(measures: Sequence[Measure], row: Row) -> list[str]:
    return [f"{measure.title} {text}" for measure in measures if (text := written(measure, row))]


def _footer(comparison: Comparison) -> str:
    desk = comparison.bench.desk
    made = versions(desk.model)
    done = f"{len(comparison.rows)} of {len(comparison.methods)} methods"
    return (
        f"{desk.model.info.title}, weights {desk.model.info.fingerprint[:12]}, seeds {desk.seeds[0]} and on, {done}; "
        f"DeepVis {made['deepvis']}, torch {made['torch']}"
    )
