"""Where a facet map's images and pictures stand, and going in and out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.ui.theme import palette
from deepvis_app.ui.widgets.facet_layout import COLOURS, SHAPES, Look, arranged, in_room
from deepvis_app.ui.widgets.facet_paint import colour_of, shape_of
from deepvis_app.ui.widgets.facet_plot import FacetPlot, Spot
from tests.ui.fakes_atlas import colour, some_facets
from tests.ui.mouse import double_click, drag, hover

MAP = some_facets("fc6", False, 8, 200, 6)
ROOM = (260, 480)


@pytest.fixture
def plot(qtbot: QtBot) -> FacetPlot:
    made = FacetPlot(lambda spot: f"{spot}")
    qtbot.addWidget(made)
    made.resize(*ROOM)
    made.show()
    made.show_map(MAP, {k: colour(90) for k in range(6)})
    return made


def wheel(plot: FacetPlot, x: float, y: float, steps: int) -> None:
    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    turned = QPointF(0, 120 * steps).toPoint()
    event = QWheelEvent(
        at, plot.mapToGlobal(at), turned, turned, none, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


@pytest.mark.parametrize("room", [ROOM, (150, 150), (900, 300)])
def test_nothing_overlaps_and_everything_is_inside(room: tuple[int, int]) -> None:
    places = arranged(MAP, room, Look(), (True,) * 6)
    assert (places.dots >= 0).all()
    assert (places.dots <= np.array(room)).all()
    assert (places.pictures - places.side / 2 >= 0).all()
    assert (places.pictures + places.side / 2 <= np.array(room)).all()
    thumbs = places.dots[list(places.thumbs)]
    for one, other in combinations(thumbs, 2):
        assert np.abs(one - other).max() >= places.thumb
    for at in thumbs:
        assert (np.abs(places.pictures - at).max(1) >= (places.side + places.thumb) / 2).all()
    for one, other in combinations(places.pictures, 2):
        assert np.abs(one - other).max() >= places.side


def test_every_facet_has_thumbnails_and_closer_there_are_more() -> None:
    near = arranged(MAP, ROOM, Look(), (True,) * 6)
    assert {int(MAP.cluster[one]) for one in near.thumbs} == set(range(6))
    x, y = near.dots[50]
    look = Look().closer(3, (float(x), float(y)), ROOM)
    dots = in_room(MAP, MAP.xy, ROOM, look)
    inside = np.all((dots > 0) & (dots < np.array(ROOM)), axis=1)
    shown = arranged(MAP, ROOM, look, (False,) * 6).thumbs
    assert inside[50]
    assert inside[list(shown)].all()
    assert len(shown) / inside.sum() > len(near.thumbs) / len(MAP.points)


def test_a_facet_out_of_sight_has_no_picture_in_the_way() -> None:
    x, y = in_room(MAP, np.array(MAP.facets[2].centre, np.float32), ROOM, Look())
    look = Look().closer(8, (float(x), float(y)), ROOM)
    places = arranged(MAP, ROOM, look, (True, True, True, False, True, True))
    assert [k for k, there in enumerate(places.shown) if there] == [2]


def test_a_map_of_one_place_is_drawn_as_well(plot: FacetPlot) -> None:
    same = some_facets("fc6", False, 8, 3, 1)
    object.__setattr__(same, "xy", np.zeros((3, 2), np.float32))
    plot.show_map(same, {})
    plot.show_live((0, 0))
    plot.grab()
    assert plot.spot_at(QPointF(*map(float, plot.places.dots[0]))) is not None  # type: ignore[union-attr]


def test_facets_differ_in_colour_or_shape() -> None:
    looks = {(colour_of(k).name(), shape_of(k)) for k in range(len(COLOURS) * len(SHAPES))}
    assert len(looks) == len(COLOURS) * len(SHAPES)


def test_the_wheel_goes_closer_where_the_mouse_is_and_a_double_click_shows_all(plot: FacetPlot) -> None:
    places = plot.places
    assert places is not None
    dot = places.dots[50].copy()
    wheel(plot, float(dot[0]), float(dot[1]), 3)
    near = plot.places
    assert near is not None
    np.testing.assert_allclose(near.dots[50], dot, atol=0.5)
    assert np.ptp(near.dots[:, 0]) > 1.9 * np.ptp(places.dots[:, 0])
    empty = next(
        (x, y) for x in range(0, 260, 5) for y in range(0, 480, 5) if plot.spot_at(QPointF(x, y)) is None
    )
    drag(plot, empty, (empty[0] - 30, empty[1] - 20))
    assert plot.places is not None
    moved = plot.places.dots[50] - dot
    assert moved.min() < 0
    assert moved.max() <= 0.5
    free = next(
        (x, y) for x in range(0, 260, 5) for y in range(0, 480, 5) if plot.spot_at(QPointF(x, y)) is None
    )
    double_click(plot, *free)
    np.testing.assert_allclose(plot.places.dots, places.dots)


def test_dragging_chooses_nothing_and_does_not_leave_the_map(plot: FacetPlot) -> None:
    chosen: list[object] = []
    plot.chosen.connect(chosen.append)
    before = plot.places
    assert before is not None
    drag(plot, (130, 240), (20, 20))
    assert plot.places is not None
    np.testing.assert_allclose(plot.places.dots, before.dots)  # all of it is seen already
    assert chosen == []


def test_a_facet_under_the_mouse_lets_the_others_fade(plot: FacetPlot) -> None:
    plain = plot.grab().toImage()
    assert plot.places is not None
    pointed: list[object] = []
    plot.pointed.connect(pointed.append)
    hover(plot, *map(float, plot.places.pictures[1]))
    assert pointed == [Spot("facet", 1)]
    assert plot.grab().toImage() != plain


def test_the_live_dot_is_drawn_over_the_map_which_is_not_drawn_anew(plot: FacetPlot) -> None:
    plain = plot.grab().toImage()
    drawn = plot._drawn
    plot.show_live((0.0, 0.0))
    assert plot.grab().toImage() != plain
    assert plot._drawn is drawn
    plot.show_live(None)
    assert plot.grab().toImage() == plain


def test_the_ground_follows_the_theme(plot: FacetPlot) -> None:
    plain = plot.grab().toImage()
    plot.setPalette(palette(True))
    assert plot.grab().toImage() != plain
