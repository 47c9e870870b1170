"""A measured figure beside its target, and how rows are printed."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

WARM_UP_PAIRS = 3


@dataclass(frozen=True)
class Row:
    """`value` meets the target when it is at most `target`; without one it is only told."""

    what: str
    value: float
    target: float | None
    unit: str = ""
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.target is None or self.value <= self.target


def paired_ratio(
    ours: Callable[[], object],
    bare: Callable[[], object],
    pairs: int,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float, float]:
    """Median of ours / bare over interleaved pairs, and the median milliseconds of each.

    Interleaving lets both see the same machine: a load that comes and goes slows both. `before` is called
    before each of ours, and not timed.
    """
    times = []
    for number in range(pairs + WARM_UP_PAIRS):
        before()
        pair = (_timed(ours), _timed(bare))
        if number >= WARM_UP_PAIRS:
            times.append(pair)
    ratio = statistics.median(a / b for a, b in times)
    return ratio, statistics.median(a for a, _ in times), statistics.median(b for _, b in times)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def table(rows: Sequence[Row]) -> str:
    width = max(len(row.what) for row in rows)
    lines = [
        f"{row.what:<{width}}  {row.value:8.2f} {row.unit:<3} {_judged(row)}{'  ' + row.detail if row.detail else ''}"
        for row in rows
    ]
    return "\n".join(lines)


def _judged(row: Row) -> str:
    if row.target is None:
        return "(no target)"
    return f"(target <= {row.target:g})  {'met' if row.met else 'MISSED'}"


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([{**asdict(row), "met": row.met} for row in rows], indent=1)
