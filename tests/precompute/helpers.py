"""Stand-ins for what the jobs report to and write into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from deepvis_app.messages import RunInfo, UnitRecord, UnitRef
from precompute.progress import Status
from precompute.runner import Item

RUN = RunInfo("test", {}, number=1)


@dataclass
class Told:
    """A Progress that remembers."""

    started: list[tuple[int, str, str]] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    done: int = 0

    def start(self, total: int, unit: str, what: str, done: int = 0) -> None:
        self.started.append((total, unit, what))
        self.done = done

    def advance(self, done_now: int = 1, where: str = "") -> None:
        self.done += done_now
        self.where.append(where)

    def partly(self, pieces: float, where: str = "") -> None:
        self.parts.append(pieces)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def end(self, status: Status, text: str) -> None:
        self.ended.append((status, text))


@dataclass
class Kept:
    """A Writer that remembers."""

    records: list[UnitRecord] = field(default_factory=list)
    finished: list[RunInfo] = field(default_factory=list)

    def put(self, record: UnitRecord, run: RunInfo) -> None:
        self.records.append(record)

    def done(self, run: RunInfo, kind: str, layer: str) -> frozenset[int]:
        return frozenset(r.ref.unit for r in self.records if r.ref.layer == layer and kind in r.kinds)

    def finish(self, run: RunInfo) -> None:
        self.finished.append(run)


def empty_records(item: Item) -> Iterable[UnitRecord]:
    for unit in item.units:
        yield UnitRecord(UnitRef(item.layer, unit), ("am",))
