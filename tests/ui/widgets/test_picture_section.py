from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitPicture, frozen
from deepvis_app.ui.widgets.picture_section import PictureSection, side_for
from tests.ui.fakes_atlas import some_pictures
from tests.ui.mouse import RIGHT, click, drag

Make = Callable[..., PictureSection]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    def made(size: tuple[int, int] = (300, 300), label: str = "") -> PictureSection:
        section = PictureSection(lambda _: label, lambda picture: f"rank {picture.rank}")
        qtbot.addWidget(section)
        section.resize(*size)
        section.show()
        return section

    return made


@pytest.mark.parametrize("size", [(300, 200), (120, 300), (40, 40)])
def test_nine_square_places_lie_inside(make: Make, size: tuple[int, int]) -> None:
    section = make(size)
    section.show_pictures(some_pictures("am"))
    cells = section.cells()
    assert len(cells) == 9
    for cell in cells:
        assert cell.width() == pytest.approx(cell.height())
        assert section.rect().toRectF().contains(cell)


def test_each_picture_is_painted_at_the_place_of_its_rank(make: Make) -> None:
    section = make()
    section.show_pictures(some_pictures("am"))
    seen = section.grab().toImage()
    for rank, cell in enumerate(section.cells()):
        assert seen.pixelColor(cell.center().toPoint()).red() == 20 + 20 * rank


def test_a_small_picture_is_enlarged_in_squares_and_keeps_its_shape(make: Make) -> None:
    rgb = np.zeros((2, 4, 3), np.uint8)
    rgb[:, 1::2] = 250
    section = make((400, 400))
    section.show_pictures((UnitPicture("am", 0, frozen(rgb)),), 1)
    seen = section.grab().toImage()
    row = [seen.pixelColor(x, 200).red() for x in range(4, 396)]
    assert {*row} == {0, 250}
    assert seen.pixelColor(200, 60) != seen.pixelColor(200, 200)  # as wide as the place, half as high


def test_a_large_picture_is_averaged_not_thinned_out(make: Make) -> None:
    rgb = np.zeros((256, 256, 3), np.uint8)
    rgb[:, ::8] = 240  # thinned out by a factor that divides 8, all or nothing would be left of these
    section = make((34, 34))
    section.show_pictures((UnitPicture("am", 0, frozen(rgb)),), 1)
    seen = section.grab().toImage()
    inner = [seen.pixelColor(x, 17).red() for x in range(4, 30)]
    assert 15 < np.mean(inner) < 45
    assert max(inner) < 120


def test_the_score_is_written_where_there_is_room_for_it_smaller_where_there_is_less(make: Make) -> None:
    for size, differs in (((300, 300), True), ((100, 100), True), ((60, 60), False)):
        plain, labelled = make(size), make(size, "12.3")
        for section in (plain, labelled):
            section.show_pictures(some_pictures("am"))
        assert (plain.grab().toImage() != labelled.grab().toImage()) == differs


def test_all_pictures_have_their_scores_in_one_size_or_none_has(qtbot: QtBot) -> None:
    """A short one that fits alone would look as if the others had none."""
    shown = []
    for labels in (("", ""), ("1", "1"), ("1", "123456789")):
        section = PictureSection(lambda picture, of=labels: of[picture.rank > 0], lambda _: "")  # type: ignore[misc]
        qtbot.addWidget(section)
        section.resize(120, 120)
        section.show()
        section.show_pictures(some_pictures("am"))
        shown.append(section.grab().toImage())
    plain, short, mixed = shown
    assert short != plain
    assert mixed == plain


def test_words_take_the_place_of_pictures_and_the_other_way_round(make: Make) -> None:
    section = make()
    section.show_pictures(some_pictures("am"))
    asked: list[str] = []
    section.say("Not yet.", "Do it", lambda: asked.append("done"))
    assert section.pictures == ()
    assert section.rank_at(section.cells()[0].center()) is None
    assert section.accessibleDescription() == "Not yet."
    click(section.button, 4, 4)
    assert asked == ["done"]
    section.show_pictures(some_pictures("am", 2))
    assert not section.words.isVisible()
    assert not section.button.isVisible()
    assert section.accessibleDescription() == "2 pictures"


def test_only_a_left_click_on_one_picture_counts(make: Make) -> None:
    section = make()
    section.show_pictures(some_pictures("am", 5))
    chosen: list[int] = []
    section.chosen.connect(chosen.append)
    places = [cell.center().toPoint() for cell in section.cells()]
    click(section, places[4].x(), places[4].y())
    click(section, places[3].x(), places[3].y(), RIGHT)
    click(section, places[8].x(), places[8].y())  # an empty place
    drag(section, (places[0].x(), places[0].y()), (places[1].x(), places[1].y()))
    assert chosen == [4]


def test_the_tooltip_is_that_of_the_picture_under_the_mouse(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = make()
    section.show_pictures(some_pictures("am"))
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    at = section.cells()[7].center().toPoint()
    QApplication.sendEvent(section, QHelpEvent(QHelpEvent.Type.ToolTip, at, QPoint()))
    assert told == ["rank 7"]


@pytest.mark.parametrize(
    ("counts", "side"), [((1,), 1), ((1, 2), 2), ((4,), 2), ((5, 1), 3), ((12,), 3), ((), 1)]
)
def test_as_many_places_as_the_largest_set_needs(counts: tuple[int, ...], side: int) -> None:
    assert side_for(*(some_pictures("top", count) for count in counts)) == side
