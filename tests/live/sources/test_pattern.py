from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.live.sources.pattern import RATE, Pattern, picture
from deepvis_app.messages import SourceCommand


def test_same_number_gives_the_same_picture_and_the_next_another() -> None:
    np.testing.assert_array_equal(picture(17), picture(17))
    assert (picture(17) != picture(18)).mean() > 0.1
    assert picture(0).std() > 30


def test_pattern_is_due_thirty_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [5.0]
    monkeypatch.setattr("deepvis_app.live.sources.pattern.perf_counter", lambda: now[0])
    source = Pattern()
    source.open()
    assert source.due() == 0
    source.read()
    assert source.due() == pytest.approx(1 / RATE)
    now[0] += 0.6 / RATE
    assert source.due() == pytest.approx(0.4 / RATE)
    now[0] += 10
    source.read()
    assert source.due() == 0, "a pattern that is behind goes on at once"


def test_pattern_steps_back() -> None:
    source = Pattern()
    source.open()
    names = [source.read().name for _ in range(3)]
    source.command(SourceCommand("previous"))
    assert source.read().name == names[1]
