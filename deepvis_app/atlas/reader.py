"""Reading an atlas. A reader never creates or alters a file, and believes nothing that it finds in one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from deepvis_app.atlas.connections import MAX_BLOB, open_reading
from deepvis_app.atlas.errors import sentences
from deepvis_app.atlas.facet_rows import read_facets
from deepvis_app.atlas.images import OWN_THUMBNAIL, decode, shrunk
from deepvis_app.atlas.rows import RUN_COLUMNS, facts_of, part_shown, picture_of, run_of, stats_of
from deepvis_app.atlas.schema import FOLLOWS, STATS, check, has_facets, pictures_of
from deepvis_app.messages import (
    MEAN_FACET,
    U8,
    FacetMap,
    LayerPictures,
    PictureFacts,
    RunInfo,
    UnitPicture,
    UnitPictures,
    UnitRecord,
    UnitRef,
    UnitStats,
    frozen,
)

MAX_PICTURES = 200  # of one unit, the first of every kind; a stranger's file may list any number
_MAX_RUNS = 10_000
_IMAGE = (
    f"CASE WHEN length(image) <= {MAX_BLOB} THEN image END"  # the length is known without reading the blob
)


class AtlasReader:
    """One atlas file, read-only; a context manager. Sees each unit that another process commits, never half of it.

    `fingerprint` None takes the atlas of any network. Raises AtlasError with the repair: no file, no atlas,
    damaged, newer, of another network.
    """

    def __init__(self, path: Path, fingerprint: str | None) -> None:
        self.path = path
        with sentences(path):
            self._connection = open_reading(path)
            try:
                self.fingerprint, self.title = check(self._connection, path, fingerprint)
                self._pictures = pictures_of(self._connection)
                self._has_facets = has_facets(self._connection)
            except BaseException:
                self._connection.close()
                raise

    def unit(self, ref: UnitRef) -> UnitPictures:
        """All that is known of one unit; damaged pictures are left out and counted in the kind's note."""
        with self._read() as connection:
            runs = self._runs(
                "WHERE id IN (SELECT run FROM made WHERE layer = ? AND unit = ?)", ref.layer, ref.unit
            )
            rows = connection.execute(
                f"SELECT run, kind, rank, score, facts, {_IMAGE} FROM {self._pictures} "
                "WHERE layer = ? AND unit = ? ORDER BY rank, kind LIMIT ?",
                (ref.layer, ref.unit, MAX_PICTURES),
            ).fetchall()
            notes = self._notes(ref)
            stats = self._stats(runs, ref.layer, "AND unit = ?", ref.unit).get(ref.unit)
            facets = self._facets(ref, notes)
        leaders = _leaders(rows)
        pictures: dict[str, list[UnitPicture]] = {}
        damaged: dict[str, int] = {}
        for run, *row in rows:
            kind = str(row[0])
            leader = leaders.get((FOLLOWS.get(kind), row[1]))
            try:
                pictures.setdefault(kind, []).append(picture_of(tuple(row), runs.get(run), leader))
            except ValueError:
                damaged[kind] = damaged.get(kind, 0) + 1
        for kind, count in damaged.items():
            notes[kind] = f"{count} damaged picture{'s' if count > 1 else ''} left out: make them again."
        shown = {kind: tuple(several) for kind, several in pictures.items() if several}
        told = {kind: note for kind, note in notes.items() if note or kind not in shown}
        return placed(UnitPictures(ref, shown, told, stats, facets=facets))

    def stats(self, layer: str) -> dict[int, UnitStats]:
        """The statistics of the layer's units; damaged ones are left out."""
        with self._read():
            return self._stats(self._runs(), layer)

    def layer(self, layer: str, units: int, kind: str) -> LayerPictures:
        """The thumbnails of units 0 .. `units` - 1, as `on_squares` lays them."""
        return on_squares(layer, units, kind, self.thumbnails(layer, units, kind))

    def thumbnails(self, layer: str, units: int, kind: str) -> dict[int, U8]:
        """Unit -> RGB (h, w, 3), no side over `THUMBNAIL`; damaged ones are left out.

        Small pictures have no thumbnail: they are found through what was made, a few rows a unit.
        """
        small = (
            f"SELECT unit, {_IMAGE}, '{{}}' FROM thumbnails "
            "WHERE layer = ?1 AND kind = ?2 AND unit BETWEEN 0 AND ?3"
        )
        own = (
            f"SELECT m.unit, {_IMAGE}, facts FROM made m CROSS JOIN {self._pictures} p "
            "ON p.layer = m.layer AND p.unit = m.unit AND p.kind = m.kind AND p.rank = 0 "
            "WHERE m.layer = ?1 AND m.kind = ?2 AND m.unit BETWEEN 0 AND ?3 AND NOT EXISTS "
            "(SELECT 1 FROM thumbnails t WHERE t.layer = ?1 AND t.kind = ?2 AND t.unit = m.unit)"
        )
        with self._read() as connection:
            rows = connection.execute(f"{small} UNION ALL {own}", (layer, kind, units - 1)).fetchall()
        found: dict[int, U8] = {}
        for unit, data, facts in rows:
            try:
                found[int(unit)] = thumbnail_of(data, facts)
            except ValueError:
                continue  # as if it had not been made
        return found

    def runs(self) -> tuple[RunInfo, ...]:
        """Every run, in the order in which they were begun."""
        with self._read():
            return tuple(self._runs().values())

    def counts(self) -> dict[tuple[str, str], int]:
        """(layer, kind) -> how many units were made or tried; statistics are the kind "stats"."""
        return dict(Counter((layer, kind) for layer, _, kind in self.made()))

    def made(self) -> set[tuple[str, int, str]]:
        """Every (layer, unit, kind) that was made or tried."""
        with self._read() as connection:
            rows = connection.execute("SELECT layer, unit, kind FROM made").fetchall()
        return {(str(layer), unit, str(kind)) for layer, unit, kind in rows if isinstance(unit, int)}

    def version(self) -> int:
        """A number that is another one after another process has committed something."""
        with sentences(self.path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def refs(self, layer: str | None = None, kind: str | None = None) -> list[UnitRef]:
        """The units of which there is anything (of this layer, of this kind), in order of layer and unit."""
        made = {(of, unit) for of, unit, k in self.made() if layer in (None, of) and kind in (None, k)}
        return [UnitRef(*one) for one in sorted(made)]

    def records(self, layer: str | None = None, kind: str | None = None) -> Iterator[UnitRecord]:
        """Every unit's record (of this layer, of this kind only), read one by one while the caller goes on."""
        for ref in self.refs(layer, kind):
            yield as_record(self.unit(ref), kind)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> AtlasReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """One view of the file for several statements."""
        with sentences(self.path):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _runs(self, where: str = "ORDER BY id", *values: object) -> dict[int, RunInfo]:
        rows = self._connection.execute(f"SELECT {RUN_COLUMNS} FROM runs {where} LIMIT {_MAX_RUNS}", values)
        runs: dict[int, RunInfo] = {}
        for row in rows.fetchall():
            try:
                runs[row[0]] = run_of(row)
            except ValueError:
                continue  # its pictures are shown without it
        return runs

    def _notes(self, ref: UnitRef) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT kind, note FROM made WHERE layer = ? AND unit = ? AND kind != ? LIMIT ?",
            (ref.layer, ref.unit, STATS, MAX_PICTURES),
        )
        return {str(kind): str(note) for kind, note in rows.fetchall()}

    def _facets(self, ref: UnitRef, notes: dict[str, str]) -> FacetMap | None:
        """A damaged map is left out and told in `notes`."""
        try:
            return read_facets(self._connection, ref.layer, ref.unit) if self._has_facets else None
        except ValueError:
            notes[MEAN_FACET] = "The facet map is damaged: make it again."
            return None

    def _stats(
        self, runs: Mapping[int, RunInfo], layer: str, where: str = "", *values: object
    ) -> dict[int, UnitStats]:
        rows: list[tuple[Any, ...]] = self._connection.execute(
            f"SELECT unit, run, count, mean, std, zeros, quantiles FROM unit_stats WHERE layer = ? {where}",
            (layer, *values),
        ).fetchall()
        found: dict[int, UnitStats] = {}
        for unit, run, *row in rows:
            try:
                found[int(unit)] = stats_of(tuple(row), runs.get(run))
            except ValueError:
                continue
        return found


def _leaders(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[str | None, object], PictureFacts]:
    """(kind, rank) -> the facts that pictures of the kinds that follow are told beside."""
    found: dict[tuple[str | None, object], PictureFacts] = {}
    for _, kind, rank, _, facts, _ in rows:
        if kind in FOLLOWS.values():
            with suppress(ValueError):  # a damaged one is left out, and said, with its picture
                found[kind, rank] = facts_of(facts)
    return found


@lru_cache(maxsize=4096)
def thumbnail_of(data: object, facts: object) -> U8:
    """Kept, because while a job runs, a grid is read once a second and only a few of its tiles are new."""
    return shrunk(part_shown(decode(data, OWN_THUMBNAIL), facts_of(facts)))


def on_squares(layer: str, units: int, kind: str, found: Mapping[int, U8], error: str = "") -> LayerPictures:
    """A tile for each unit, its picture in the middle of a black square as large as the largest picture."""
    side = max((max(picture.shape[:2]) for picture in found.values()), default=1)
    tiles = np.zeros((units, side, side, 3), np.uint8)
    for unit, picture in found.items():
        height, width = picture.shape[:2]
        top, left = (side - height) // 2, (side - width) // 2
        tiles[unit, top : top + height, left : left + width] = picture
    return LayerPictures(layer, kind, frozen(tiles), tuple(unit in found for unit in range(units)), error)


def placed(unit: UnitPictures) -> UnitPictures:
    """Pictures that were made before there were statistics get their place among the images now."""
    stats = unit.stats
    if stats is None:
        return unit

    def told(picture: UnitPicture) -> UnitPicture:
        facts = picture.facts
        if facts.percentile is not None or facts.activation is None:
            return picture
        return replace(picture, facts=replace(facts, percentile=stats.percentile(facts.activation)))

    pictures = {kind: tuple(told(picture) for picture in found) for kind, found in unit.pictures.items()}
    return replace(unit, pictures=pictures)


def as_record(unit: UnitPictures, kind: str | None = None) -> UnitRecord:
    """What is known of a unit (of one kind) as the record that would make it so."""
    kinds = tuple(k for k in sorted({*unit.pictures, *unit.notes}) if kind in (None, k))
    return UnitRecord(
        unit.ref,
        kinds,
        tuple(picture for k in kinds for picture in unit.pictures.get(k, ())),
        unit.stats if kind in (None, STATS) else None,
        " ".join(dict.fromkeys(unit.notes[k] for k in kinds if unit.notes.get(k))),
        unit.facets if MEAN_FACET in kinds else None,
    )
