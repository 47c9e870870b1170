"""The list of methods: where everything stands, what a point of it tells, and what is painted."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, QRectF
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from deepvis_app.messages import COMPARED, UnitPicture, frozen
from deepvis_app.ui.theme import palette
from deepvis_app.ui.widgets.method_layout import Entry, Figure, Measure
from deepvis_app.ui.widgets.method_list import MethodList
from tests.ui.fakes_atlas import some_pictures
from tests.ui.mouse import click, hover

FIGURES = (
    Figure("activation", "12.3", "what it is", True),
    Figure("seconds", "", "how long"),
    Figure("slope", "-2"),
)
ENTRIES = (
    Entry(note="It is said that one of them is better than all the others, whatever that may mean."),
    Entry("a-method", "a title that is long enough to be broken somewhere", "where from",
          some_pictures(COMPARED, 3), FIGURES),
    Entry("another", "short", "", some_pictures(COMPARED, 9), FIGURES, "2 pictures failed."),
    Entry("third", "to wait for", note="to come"),
)  # fmt: skip


@pytest.fixture
def shown(qtbot: QtBot) -> MethodList:
    made = MethodList(lambda picture: f"{picture.score:g}", lambda picture: f"picture {picture.rank}")
    qtbot.addWidget(made)
    made.show_entries(ENTRIES)
    made.resize(250, made.heightForWidth(250))
    made.show()
    return made


@pytest.mark.parametrize("width", [60, 96, 150, 243, 400, 1000])
def test_nothing_overlaps_and_nothing_leaves_the_list(shown: MethodList, width: int) -> None:
    height, measure = shown.heightForWidth(width), Measure(shown.font())
    boxes: list[QRectF] = []
    for one in shown.layout_for(width):
        boxes += one.pictures + one.figures
        for line in one.lines:
            letters = measure.bold_metrics if line.strong else measure.metrics
            wide = letters.horizontalAdvance(line.text)
            assert line.at.x() + wide <= width
            boxes.append(QRectF(line.at, line.at + QPointF(max(wide - 1, 1), measure.height - 1)))
    for box in boxes:
        assert box.left() >= 0
        assert box.bottom() <= height
    for one_box, other in combinations(boxes, 2):
        assert not one_box.adjusted(0.5, 0.5, -0.5, -0.5).intersects(other.adjusted(0.5, 0.5, -0.5, -0.5))


def test_all_words_are_there_in_narrow_and_wide_lists(shown: MethodList) -> None:
    for width in (60, 150, 400):
        for one in shown.layout_for(width):
            told = "".join(line.text for line in one.lines).replace(" ", "")
            entry = one.entry
            assert told == f"{entry.name}{entry.title}{entry.note}".replace(" ", "")
            assert len(one.figures) == len(entry.figures)


def test_figures_stand_below_each_other_in_all_methods(shown: MethodList) -> None:
    _, first, second, _ = shown.layout_for(243)
    assert [box.left() for box in first.figures] == [box.left() for box in second.figures]


def test_pictures_without_room_are_left_for_full_size(shown: MethodList) -> None:
    narrow, wide = shown.layout_for(96)[2], shown.layout_for(1000)[2]
    assert len(narrow.pictures) == 1
    assert len(wide.pictures) == 9
    assert wide.pictures[0].width() < 200


def test_a_point_tells_what_is_there(shown: MethodList) -> None:
    _, first, _second, _ = shown.layout_for(shown.width())
    assert shown.tip_at(first.pictures[1].center()) == "picture 1"
    assert shown.tip_at(first.figures[0].center()) == "what it is"
    assert shown.tip_at(first.head.center()) == "where from"
    assert shown.tip_at(QPointF(first.box.center().x(), first.box.bottom() + 5)) == ""
    event = QHelpEvent(QHelpEvent.Type.ToolTip, first.figures[1].center().toPoint(), QPoint())
    QApplication.sendEvent(shown, event)
    assert QToolTip.text() == "how long"
    QToolTip.hideText()


def test_a_click_on_a_picture_is_told_and_elsewhere_not(shown: MethodList) -> None:
    told: list[tuple[int, int]] = []
    shown.chosen.connect(lambda entry, picture: told.append((entry, picture)))
    _, first, second, _ = shown.layout_for(shown.width())
    for at in (second.pictures[2].center(), first.figures[0].center(), first.pictures[0].center()):
        click(shown, at.x(), at.y())
    assert told == [(2, 2), (1, 0)]


def test_pointing_frames_a_picture(shown: MethodList) -> None:
    cell = shown.layout_for(shown.width())[1].pictures[0]
    before = shown.grab().toImage()
    hover(shown, cell.center().x(), cell.center().y())
    assert shown.grab().toImage() != before
    hover(shown, 1, shown.height() - 2)
    assert shown.grab().toImage() == before


def test_small_pictures_are_shown_as_squares_and_large_ones_lose_no_pixels(qtbot: QtBot) -> None:
    checks = np.indices((4, 4)).sum(0) % 2 * 255
    small = frozen(np.repeat(checks[..., None], 3, 2).astype(np.uint8))
    fine = np.indices((300, 300)).sum(0) % 2 * 255
    large = frozen(np.repeat(fine[..., None], 3, 2).astype(np.uint8))
    shown = MethodList(lambda picture: "", lambda picture: "")
    qtbot.addWidget(shown)
    pictures = (UnitPicture(COMPARED, 0, small), UnitPicture(COMPARED, 1, large))
    shown.show_entries([Entry("a", pictures=pictures)])
    shown.resize(200, 140)
    image = shown.grab().toImage()
    first, second = shown.layout_for(200)[0].pictures
    of_first = {
        image.pixelColor(round(first.left()) + k, round(first.top()) + k).lightness() for k in range(3, 80)
    }
    assert of_first == {0}  # the diagonal
    at = second.center().toPoint()
    greys = [image.pixelColor(at.x() + k, at.y()).lightness() for k in range(20)]
    assert all(100 < grey < 155 for grey in greys)  # not black and white at random


@pytest.mark.parametrize("dark", [True, False])
def test_words_can_be_read_in_both_themes(shown: MethodList, dark: bool) -> None:
    shown.setPalette(palette(dark))
    shown.setAutoFillBackground(True)
    image = shown.grab().toImage()
    ground = image.pixelColor(shown.width() - 2, 2).lightness()
    head = shown.layout_for(shown.width())[1].head
    seen = {
        image.pixelColor(x, y).lightness()
        for x in range(80)
        for y in range(round(head.top()), round(head.bottom()))
    }
    assert max(abs(one - ground) for one in seen) > 120


def test_other_entries_replace_what_was_prepared(shown: MethodList) -> None:
    shown.grab()
    assert shown._images
    shown.show_entries([Entry("only", "words")])
    assert not shown._images
    assert not shown._drawn
    shown.grab()
    shown.show_entries([])
    assert shown.heightForWidth(200) == 0
    shown.grab()
