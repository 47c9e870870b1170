"""Plan what is missing, make an item, commit its units one by one, report: so every job stops and resumes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from deepvis_app.messages import RunInfo, UnitRecord
from precompute.memory import give_back
from precompute.progress import Progress
from precompute.stop import Stop

STOPPED = 130  # the exit status of a command that Ctrl-C ended


class Writer(Protocol):
    """What a job needs of an atlas; `deepvis_app.atlas.AtlasWriter` is one."""

    def put(self, record: UnitRecord, run: RunInfo) -> None: ...

    def done(self, run: RunInfo, kind: str, layer: str) -> frozenset[int]: ...

    def finish(self, run: RunInfo) -> None: ...


@dataclass(frozen=True)
class Item:
    """Units of one layer that are made in one go."""

    layer: str
    units: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: units made now, units that were there before, and whether it was stopped."""

    made: int
    there: int
    stopped: bool

    @property
    def code(self) -> int:
        return STOPPED if self.stopped else 0


Make = Callable[[Item], Iterable[UnitRecord]]


def run(
    items: Sequence[Item],
    make: Make,
    writer: Writer,
    run: RunInfo,
    progress: Progress,
    stop: Stop,
    kinds: Sequence[str] = (),
) -> Outcome:
    """Make what `writer` does not have from this very run yet, one transaction a unit; `run` is as `begin` gave it.

    A unit is there when all `kinds` of it are; without kinds all are made. `make` may yield fewer units than
    asked for when `stop.asked`. An item for which the memory does not suffice is halved, down to one unit;
    other errors pass through, with what was finished kept. Finished completely, the run is marked so.
    """
    plan = [missing(item, writer, run, kinds) for item in items]
    total = sum(len(item.units) for item in plan)
    there = sum(len(item.units) for item in items) - total
    progress.start(total, "units", _what(run), 0)
    made = 0
    waiting = [item for item in reversed(plan) if item.units]
    while waiting:
        item, finished = waiting.pop(), set()
        try:
            for record in make(item):
                writer.put(record, run)
                finished.add(record.ref.unit)
                made += 1
                progress.advance(1, str(record.ref))
                if stop.wait():
                    return Outcome(made, there, stopped=True)
        except (RuntimeError, MemoryError) as error:
            waiting += reversed(_halves(item, finished, error))
            progress.note(f"Not enough memory for {len(item.units)} units of {item.layer} at once: halved.")
        give_back()
        if stop.wait():
            return Outcome(made, there, stopped=True)
    writer.finish(run)
    return Outcome(made, there, stopped=False)


def missing(item: Item, writer: Writer, run: RunInfo, kinds: Sequence[str]) -> Item:
    """The item without the units that this run has made or tried in all kinds."""
    if not kinds:
        return item
    done = frozenset.intersection(*(writer.done(run, kind, item.layer) for kind in kinds))
    return Item(item.layer, tuple(unit for unit in item.units if unit not in done))


def chunks(layer: str, units: Sequence[int], size: int) -> list[Item]:
    """Items of at most `size` units."""
    return [Item(layer, tuple(units[start : start + size])) for start in range(0, len(units), size)]


def conclude(outcome: Outcome, progress: Progress, where: str) -> int:
    """Say how it ended; returns the command's exit status. `where` is the atlas's path."""
    made = f"{outcome.made} units made" + (f", {outcome.there} were there before" if outcome.there else "")
    if outcome.stopped:
        progress.end("stopped", f"Stopped: {made}; finished units are kept, run it again to go on ({where}).")
    else:
        progress.end("done", f"{made}, in {where}.")
    return outcome.code


def out_of_memory(error: BaseException) -> bool:
    """Whether the device or the machine had not enough memory; torch tells so in several ways."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text


def _halves(item: Item, finished: set[int], error: Exception) -> list[Item]:
    """What is left of the item, in two; raises the error where that would not help."""
    left = [unit for unit in item.units if unit not in finished]
    if not out_of_memory(error) or len(item.units) < 2:
        raise error
    middle = (len(left) + 1) // 2
    return [Item(item.layer, tuple(part)) for part in (left[:middle], left[middle:]) if part]


def _what(run: RunInfo) -> str:
    return f"{run.job} ({run.data})" if run.data else run.job
