from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitStats
from deepvis_app.ui.widgets.histogram import Histogram
from tests.ui.fakes_atlas import some_stats

GREEN = (60, 200, 85)


@pytest.fixture
def histogram(qtbot: QtBot) -> Histogram:
    made = Histogram()
    qtbot.addWidget(made)
    made.resize(240, 40)
    made.show()
    made.show_stats(some_stats())
    return made


def mark_at(histogram: Histogram) -> float | None:
    """The share of the width at which the mark is seen."""
    seen = histogram.grab().toImage()
    columns = [
        x
        for x in range(seen.width())
        if np.abs(np.subtract(seen.pixelColor(x, 2).getRgb()[:3], GREEN)).sum() < 60
    ]
    return None if not columns else float(np.mean(columns)) / seen.width()


@pytest.mark.parametrize("value", [1.0, 5.0, 9.0])
def test_the_mark_is_where_the_value_is(histogram: Histogram, value: float) -> None:
    assert mark_at(histogram) is None
    histogram.set_value(value)
    assert mark_at(histogram) == pytest.approx(value / 10, abs=0.02)
    histogram.set_value(None)
    assert mark_at(histogram) is None


def test_a_value_beyond_all_images_widens_the_range(histogram: Histogram) -> None:
    histogram.set_value(20.0)
    assert histogram.span == (0.0, 20.0)
    histogram.set_value(-5.0)
    assert histogram.span == (-5.0, 10.0)


def test_another_units_bars_do_not_keep_room_for_the_old_mark(histogram: Histogram) -> None:
    histogram.set_value(20.0)
    histogram.show_stats(some_stats())
    assert histogram.span == (0.0, 10.0)
    assert mark_at(histogram) is None


def test_bars_follow_the_share_of_images(histogram: Histogram) -> None:
    quantiles = ((0.0, 0.0), (0.6, 5.0), (1.0, 10.0))  # below 5 as many again as above: 0.6 to 0.4
    histogram.show_stats(UnitStats(100, 0, 1, quantiles, 0.0))
    seen = histogram.grab().toImage()
    ground = seen.pixelColor(238, 1)
    heights = [sum(seen.pixelColor(x, y) != ground for y in range(2, seen.height())) for x in (60, 180)]
    assert heights[1] / heights[0] == pytest.approx(0.4 / 0.6, abs=0.06)


def test_the_mark_alone_moves_without_a_new_picture_while_it_stays_on_its_pixel(
    histogram: Histogram, monkeypatch: pytest.MonkeyPatch
) -> None:
    histogram.set_value(5.0)
    drawn: list[int] = []
    monkeypatch.setattr(histogram, "update", lambda: drawn.append(1))
    histogram.set_value(5.001)
    assert drawn == []
    histogram.set_value(6.0)
    assert drawn == [1]


@pytest.mark.parametrize("quantiles", [(), ((0.0, 0.0), (1.0, 0.0))])
def test_a_unit_that_was_never_active_is_drawn_too(
    histogram: Histogram, quantiles: tuple[tuple[float, float], ...]
) -> None:
    histogram.show_stats(UnitStats(100, 0, 0, quantiles, 1.0))
    histogram.set_value(0.0)
    assert not histogram.grab().isNull()
