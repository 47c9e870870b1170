"""The atlases of one network laid over each other: the user's own over the bundled one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from deepvis_app.atlas.connections import wal_of
from deepvis_app.atlas.errors import AtlasError, sentences
from deepvis_app.atlas.places import bundled_path, user_path
from deepvis_app.atlas.reader import AtlasReader, as_record, on_squares, placed
from deepvis_app.atlas.schema import FOLLOWS
from deepvis_app.messages import (
    MEAN_FACET,
    U8,
    LayerPictures,
    RunInfo,
    UnitPictures,
    UnitRecord,
    UnitRef,
    UnitStats,
)

T = TypeVar("T")


class Shelf:
    """Several atlas files read as one; of each kind of picture of a unit, the uppermost file's are shown.

    Files may appear, grow and vanish at any time: each is opened for one read and let go of again, so that a
    writer can fold it into a single file. What cannot be read is left out and said in `error`; nothing is raised.
    """

    def __init__(self, fingerprint: str, paths: Sequence[Path] | None = None) -> None:
        """`paths` from the uppermost down; None: the user's and the bundled one."""
        self.fingerprint = fingerprint
        if paths is None:
            bundled = bundled_path(fingerprint)
            paths = [user_path(fingerprint), *([bundled] if bundled else [])]
        self.paths = tuple(paths)
        self._seen: tuple[object, ...] = ()
        self._version = 0

    def unit(self, ref: UnitRef) -> UnitPictures:
        parts, error = self._each(lambda reader: reader.unit(ref))
        return _laid_over(ref, parts, error)

    def stats(self, layer: str) -> dict[int, UnitStats]:
        parts, _ = self._each(lambda reader: reader.stats(layer))
        return {unit: stats for part in reversed(parts) for unit, stats in part.items()}

    def layer(self, layer: str, units: int, kind: str) -> LayerPictures:
        parts, error = self._each(lambda reader: reader.thumbnails(layer, units, kind))
        found: dict[int, U8] = {unit: tile for part in reversed(parts) for unit, tile in part.items()}
        return on_squares(layer, units, kind, found, error)

    def runs(self) -> tuple[RunInfo, ...]:
        """The runs of every file, the uppermost file's first; numbers are the files' own."""
        parts, _ = self._each(AtlasReader.runs)
        return tuple(run for part in parts for run in part)

    def counts(self) -> dict[tuple[str, str], int]:
        """(layer, kind) -> how many units were made or tried in any file."""
        parts, _ = self._each(AtlasReader.made)
        return dict(Counter((layer, kind) for layer, _, kind in set().union(*parts)))

    def records(self, layer: str | None = None, kind: str | None = None) -> Iterator[UnitRecord]:
        """Every unit's record (of this layer, of this kind only), in order of layer and unit."""
        parts, _ = self._each(lambda reader: reader.refs(layer, kind))
        for ref in sorted({ref for part in parts for ref in part}, key=lambda ref: (ref.layer, ref.unit)):
            yield as_record(self.unit(ref), kind)

    def errors(self) -> str:
        """Why files were left out, in sentences; "" when all that exist can be read."""
        return self._each(lambda reader: reader.path)[1]

    def version(self) -> int:
        """A number that rises when a file has appeared, changed or vanished; opens nothing."""
        now = tuple(_state(file) for path in self.paths for file in (path, wal_of(path)))
        if now != self._seen:
            self._seen, self._version = now, self._version + 1
        return self._version

    def _each(self, read: Callable[[AtlasReader], T]) -> tuple[list[T], str]:
        """What `read` gives for each file that exists and can be read, and why others cannot."""
        parts: list[T] = []
        errors: list[str] = []
        for path in self.paths:
            try:
                with sentences(path):
                    there = path.exists()  # a folder that may not be entered is an error, too
                if there:
                    with AtlasReader(path, self.fingerprint) as reader:
                        parts.append(read(reader))
            except AtlasError as error:
                errors.append(str(error))
        return parts, " ".join(errors)


def _laid_over(ref: UnitRef, parts: Sequence[UnitPictures], error: str) -> UnitPictures:
    """Kind by kind the first part that has pictures; what follows another kind comes from where that one comes."""
    owner: dict[str, int] = {}
    for at, part in enumerate(parts):
        for kind in part.pictures:
            owner.setdefault(kind, at)
    for kind, leader in FOLLOWS.items():
        if leader in owner and kind in owner and owner[kind] != owner[leader]:
            owner[kind] = owner[leader]
    pictures = {kind: parts[at].pictures[kind] for kind, at in owner.items() if kind in parts[at].pictures}
    notes: dict[str, str] = {}
    for at, part in enumerate(parts):
        for kind, note in part.notes.items():
            if owner.get(kind, at) == at:
                notes.setdefault(kind, note)
    stats = next((part.stats for part in parts if part.stats), None)
    facets = parts[owner[MEAN_FACET]].facets if MEAN_FACET in owner else None
    return placed(UnitPictures(ref, pictures, notes, stats, error, facets))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
