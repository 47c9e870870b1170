from __future__ import annotations

import json
import mmap
import time

import pytest

from benchmarks.rows import Row, as_json, paired_ratio, table
from benchmarks.steps import resident_mb


def test_a_ratio_compares_the_two_and_not_the_machine() -> None:
    ratio, ours, bare = paired_ratio(lambda: time.sleep(0.03), lambda: time.sleep(0.01), 5)
    assert ratio == pytest.approx(3, rel=0.4)
    assert ours > bare


def test_rows_say_whether_the_target_is_met() -> None:
    rows = [Row("fine", 1.1, 1.15, "x", "12 ms / 11 ms"), Row("too slow", 60, 50, "ms")]
    assert [row.met for row in rows] == [True, False]
    assert "met  12 ms / 11 ms" in table(rows)
    assert "MISSED" in table(rows).splitlines()[1]
    assert json.loads(as_json(rows))[1] == {
        "what": "too slow", "value": 60, "target": 50, "unit": "ms", "detail": "", "met": False,
    }  # fmt: skip


def test_memory_that_is_held_is_seen() -> None:
    before = resident_mb()
    with mmap.mmap(
        -1, 60_000_000
    ) as held:  # from the system: what is freed in this process may be kept for it
        held.write(b"x" * 60_000_000)
        assert resident_mb() - before > 50
