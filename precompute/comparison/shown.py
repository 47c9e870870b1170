"""A comparison where the window looks: the figures of each unit, with every picture as a file beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from deepvis_app.atlas.images import encode
from deepvis_app.atlas.places import comparison_path
from deepvis_app.files import atomic_write
from deepvis_app.messages import COMPARED, U8, UnitRef
from precompute.comparison.report import Comparison, as_json, report
from precompute.comparison.scores import REAL, Row, measured_reals


def put(comparison: Comparison) -> None:
    """Write what is known of each unit, a unit's figures whole or not at all. Raises OSError."""
    for unit in comparison.bench.desk.units:
        _put(_of_unit(comparison, unit), unit)


def _put(comparison: Comparison, unit: int) -> None:
    """The pictures first: figures never name one that is not there."""
    desk = comparison.bench.desk
    path = comparison_path(desk.model.info.fingerprint, UnitRef(desk.layer.name, unit))
    folder, told = path.with_suffix(""), report(comparison)
    rows = list(zip(comparison.rows, told["methods"], strict=True))
    if comparison.real is not None:
        rows.append((comparison.real, told[REAL]))
    for row, facts in rows:
        facts["pictures"] = list(_kept(comparison, row, folder))
    named = {facts.get("file") for _, row in rows for facts in row["pictures"]}
    with atomic_write(path) as file:
        file.write(as_json(told).encode())
    for other in folder.glob("*.webp"):
        if other.name not in named:
            with suppress(OSError):  # somebody reads it: the next comparison of the unit takes it away
                other.unlink()


def _kept(comparison: Comparison, row: Row, folder: Path) -> Iterator[dict[str, Any]]:
    """What is told of each picture, with the file that it is in now; one that failed has none."""
    for facts, rgb in zip(row.pictures, _pixels(comparison, row), strict=True):
        yield dict(facts) if rgb is None else {**facts, "file": _keep(folder, row.name, rgb)}


def _keep(folder: Path, name: str, rgb: U8) -> str:
    """The file's name tells its content, so that figures and pictures of two comparisons cannot be mixed up."""
    mark = sha256(str(rgb.shape).encode() + rgb.tobytes()).hexdigest()[:16]
    path = folder / f"{name}-{mark}.webp"
    if not path.exists():
        with atomic_write(path) as file:
            file.write(encode(rgb, COMPARED))
    return path.name


def _pixels(comparison: Comparison, row: Row) -> Iterator[U8 | None]:
    """A row's pictures in the order in which they are told."""
    bench = comparison.bench
    if row.name == REAL:
        for unit in row.units:
            yield from bench.reals[unit].pixels[list(measured_reals(bench.reals[unit]))]
        return
    painted = {(one.unit, one.seed): one for one in row.painted}
    for facts in row.pictures:
        one = painted[facts["unit"], facts["seed"]]
        yield None if one.reason else bench.seen(one.rgb)


def _of_unit(comparison: Comparison, unit: int) -> Comparison:
    """As if only this unit had been compared."""
    bench = comparison.bench
    if len(bench.desk.units) == 1:
        return comparison
    reals = {unit: bench.reals[unit]} if unit in bench.reals else {}
    real = comparison.real if reals else None
    return replace(
        comparison,
        bench=replace(bench, desk=replace(bench.desk, units=(unit,)), reals=reals),
        rows=[_of_row(row, unit) for row in comparison.rows],
        real=None if real is None else _of_row(real, unit),
    )


def _of_row(row: Row, unit: int) -> Row:
    painted = [one for one in row.painted if one.unit == unit]
    pictures = [facts for facts in row.pictures if facts["unit"] == unit]
    scores = row.units.get(unit, {})
    return Row(row.name, painted, pictures, {unit: scores}, scores)
