from __future__ import annotations

import pytest
from PyQt6.QtCore import QPointF

from deepvis_app.ui.widgets.placement import MOST_ZOOM, Placement


def placed(picture: tuple[float, float] = (100, 200), pane: tuple[float, float] = (300, 400)) -> Placement:
    placement = Placement()
    placement.picture, placement.pane = picture, pane
    placement.reset()
    return placement


def at(placement: Placement, y: float, x: float) -> tuple[float, float]:
    point = placement.transform().map(QPointF(x, y))
    return point.y(), point.x()


def test_a_fitted_picture_is_as_large_as_the_pane_allows_and_in_its_middle() -> None:
    placement = placed()
    assert placement.scale == 2
    assert at(placement, 0, 0) == (50, 0)
    assert at(placement, 100, 200) == (250, 400)


def test_without_a_picture_or_a_pane_nothing_divides_by_zero() -> None:
    placement = placed((0, 0), (1, 1))
    assert placement.scale == 1
    placement.zoom_by(2, QPointF(0, 0))
    placement.scroll_by(5, 5)
    assert placement.seen(0) is None


@pytest.mark.parametrize("mirrored", [False, True])
def test_screen_and_picture_positions_are_inverse(mirrored: bool) -> None:
    placement = placed()
    placement.mirrored = mirrored
    placement.zoom_by(3, QPointF(100, 100))
    y, x = at(placement, 20, 30)
    back = placement.to_picture(QPointF(x, y))
    assert (back.y(), back.x()) == pytest.approx((20, 30))


def test_a_mirrored_picture_has_left_and_right_exchanged() -> None:
    placement = placed()
    placement.mirrored = True
    assert at(placement, 0, 0) == (50, 400)
    assert at(placement, 0, 200) == (50, 0)


def test_zooming_keeps_the_point_under_the_mouse() -> None:
    placement = placed()
    mouse = QPointF(210, 160)
    before = placement.to_picture(mouse)
    placement.zoom_by(2.5, mouse)
    after = placement.to_picture(mouse)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert placement.scale == pytest.approx(5)


def test_zoom_stays_between_fitted_and_the_most() -> None:
    placement = placed()
    placement.zoom_by(1e9, QPointF(0, 0))
    assert placement.scale == pytest.approx(2 * MOST_ZOOM)
    placement.zoom_by(1e-9, QPointF(0, 0))
    assert placement.scale == 2


def test_scrolling_stops_at_the_edges() -> None:
    placement = placed()
    placement.zoom_by(4, QPointF(0, 0))
    placement.scroll_by(-1e6, -1e6)
    assert at(placement, 0, 0) == (0, 0)
    placement.scroll_by(1e6, 1e6)
    assert at(placement, 100, 200) == (300, 400)


def test_a_high_picture_fitted_to_the_width_starts_at_its_top_and_scrolls() -> None:
    placement = placed((1000, 100), (200, 100))
    placement.fit = "width"
    placement.reset()
    assert placement.scale == 1
    assert placement.seen(0) == (0, 0.2)
    assert placement.seen(1) is None
    placement.scroll_by(0, 300)
    assert placement.seen(0) == pytest.approx((0.3, 0.5))


def test_a_box_is_brought_into_view_with_the_least_scrolling() -> None:
    placement = placed((1000, 100), (200, 100))
    placement.fit = "width"
    placement.reset()
    placement.show_box((50, 0, 80, 20))
    assert placement.seen(0) == (0, 0.2)
    placement.show_box((500, 0, 530, 20))
    assert placement.seen(0) == pytest.approx((0.33, 0.53))
    placement.show_box((400, 0, 420, 20))
    assert placement.seen(0) == pytest.approx((0.33, 0.53))


def test_the_part_in_view_is_told_as_it_is_seen_when_mirrored() -> None:
    placement = placed((100, 100), (100, 100))
    placement.zoom_by(2, QPointF(0, 0))
    assert placement.seen(1) == pytest.approx((0, 0.5))
    placement.mirrored = True
    assert placement.seen(1) == pytest.approx((0.5, 1))
