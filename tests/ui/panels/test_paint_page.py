"""The page of the column on which a unit is painted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from deepvis_app.files import data_folder
from deepvis_app.messages import Painting, PictureFacts, UnitPicture, UnitPictures, UnitRef
from deepvis_app.session.painting import PaintFeed
from deepvis_app.ui.panels.paint_page import AGAIN, INVITATION, PAINT_NOW, PaintPage
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from deepvis_app.ui.wishes import Enlarge, OpenSource
from tests.session.paint_stand_ins import Port
from tests.session.stand_ins import Pins
from tests.ui.fakes_atlas import FakeAtlas, colour, some_stats, some_unit
from tests.ui.mouse import click, hover
from tests.ui.panels.helpers import Stage

CONV1 = "features.conv1"


class Painted:
    """The column on its page for painting, with a painter that only remembers."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (260, 700)) -> None:
        self.atlas, self.port, self.pins = FakeAtlas(), Port(), Pins()
        ref = UnitRef(CONV1, 3)
        self.atlas.units[ref] = some_unit(ref)
        self.stage = Stage(qtbot, UnitPicturesPanel, size, atlas=self.atlas)
        self.session, self.page = self.stage.session, self.stage.panel.painting
        self.session.paints.port, self.session.pins = self.port, self.pins
        self.stage.turn(unit=3, pictures_from="painting")

    def look(self, *levels: int, **changes: object) -> Painting:
        """The painter shows pictures of these greys; their values are a tenth of that."""
        made = Painting(self.port.orders[-1], "painting", 12, 200, tuple(map(painted, range(9), levels)))
        made = replace(made, **changes)  # type: ignore[arg-type]
        self.port.looks.append(made)
        self.stage.turn()
        return made

    def press(self, name: str) -> None:
        button = self.page.buttons[name]
        assert button.isEnabled()
        click(button, 5, 5)
        self.stage.turn()

    def enabled(self) -> set[str]:
        return {name for name, button in self.page.buttons.items() if button.isEnabled()}


def painted(rank: int, level: int) -> UnitPicture:
    facts = PictureFacts(
        level / 10, seed=rank, more={"painted": f"t{level}", "generator": "dgn64-fc6", "step": 12}
    )
    return UnitPicture("painted", rank, colour(level), level / 10, facts)


@pytest.fixture
def shown(qtbot: QtBot) -> Painted:
    return Painted(qtbot)


def test_the_empty_page_explains_itself_and_its_button_begins(shown: Painted) -> None:
    section = shown.page.section
    assert (section.words.text(), section.button.text()) == (INVITATION, PAINT_NOW)
    assert shown.enabled() == {"paint", "from"}
    click(section.button, 5, 5)
    assert len(shown.port.orders) == 1
    shown.stage.turn()
    assert section.words.text().startswith("conv1:3: The network is loaded")
    assert shown.page.buttons["paint"].text() == "Stop"
    assert shown.stage.panel.paint.isChecked()


def test_the_newest_picture_is_shown_large_with_step_value_and_place(shown: Painted) -> None:
    shown.press("paint")
    shown.look(30)
    look = shown.look(50)
    page = shown.page
    assert [p is q for p, q in zip(page.section.pictures, look.pictures, strict=True)] == [True]
    assert page.section.cells()[0].width() > 0.9 * page.width()
    assert page.words.text == "conv1:3: step 12 of 200"
    assert page.value.text == "5, above 50 % of 10,000 images"
    assert page.bar.value() == 60
    assert page.bar.isVisible()


def test_buttons_can_be_pressed_when_they_have_something_to_do(shown: Painted) -> None:
    shown.press("paint")
    assert shown.enabled() == {"paint", "from"}
    shown.look(50)
    assert shown.enabled() == {"paint", "pause", "poke", "again", "from", "keep"}
    for name in ("poke", "again", "pause"):
        shown.press(name)
    shown.look(50, state="paused")
    assert shown.page.buttons["pause"].text() == "Go on"
    shown.press("pause")
    shown.press("from")
    assert shown.port.did[1:] == ["poke", "again", "pause", "go", (64, 64, 3)]
    shown.look(50, state="resting")
    assert "pause" not in shown.enabled()
    shown.press("paint")
    assert shown.port.did[-1] == "end"
    assert shown.page.words.text == "conv1:3: stopped at step 12 of 200"
    assert shown.enabled() == {"paint", "from", "keep"}


def test_a_failure_is_told_in_its_place_with_a_button(shown: Painted) -> None:
    shown.press("paint")
    shown.look(state="failed", sentence="There is no generator dgn64-fc6.")
    section = shown.page.section
    assert section.words.text() == "conv1:3: failed: There is no generator dgn64-fc6."
    assert section.button.text() == AGAIN
    click(section.button, 5, 5)
    assert len(shown.port.orders) == 2


def test_a_long_failure_can_be_read_in_a_small_window(qtbot: QtBot) -> None:
    shown = Painted(qtbot, (160, 420))
    shown.press("paint")
    known = ", ".join(f"deepsim-fc{number}" for number in range(6, 16))
    shown.look(state="failed", sentence=f"There is no generator dgn64-pool5. Published ones are {known}.")
    words = shown.page.section.words
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))
    assert words.y() >= 0
    assert not shown.page.patches.isVisible()
    shown.press("paint")
    shown.look(50)
    qtbot.waitUntil(lambda: shown.page.section.height() <= shown.page.width())


def test_in_a_narrow_column_the_picture_has_the_room_of_the_patches(qtbot: QtBot) -> None:
    """Its rows of buttons break into lines, so that it is short although it is twice as high as wide."""
    shown = Painted(qtbot, (160, 420))
    shown.press("paint")
    shown.look(50)
    page = shown.page
    assert page.height() > 2 * page.width()
    assert not page.patches.isVisible()
    qtbot.waitUntil(lambda: page.section.height() > 0.9 * page.width())


def test_a_failure_after_pictures_leaves_the_last_one(shown: Painted) -> None:
    shown.press("paint")
    look = shown.look(50)
    shown.look(state="failed", sentence="The memory ran out.", pictures=look.pictures)
    assert len(shown.page.section.pictures) == 1
    assert shown.page.words.text == "conv1:3: failed: The memory ran out."


def test_another_unit_shows_none_of_the_last_ones_pictures(shown: Painted) -> None:
    shown.press("paint")
    shown.look(50)
    shown.stage.turn(unit=4)
    assert shown.page.section.pictures == ()
    assert shown.page.section.words.text().startswith("conv1:4:")


def test_the_choices_are_those_of_the_state(shown: Painted) -> None:
    page = shown.page
    page.method.activated.emit(1)
    page.count.activated.emit(2)
    state = shown.session.view.state
    assert (state.paint_method, state.paint_count) == ("am", 9)
    shown.stage.turn(paint_method="dgn-am", paint_count=4)
    assert (page.method.currentText(), page.count.currentText()) == ("DGN-AM", "four pictures")


def test_a_generator_is_chosen_where_there_are_several(shown: Painted) -> None:
    shown.page.slow_tick()
    assert not shown.page.generator.isVisible()
    folder = data_folder() / "generators"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text(json.dumps({"kind": "generator"}))
    shown.page.slow_tick()
    assert shown.page.generator.isVisible()
    shown.page.generator.activated.emit(shown.page.generator.findText("mine"))
    assert shown.session.view.state.paint_generator == "mine"
    shown.stage.turn(paint_method="am")
    shown.page.slow_tick()
    assert not shown.page.generator.isVisible()


def test_several_pictures_share_the_place_and_a_click_shows_one_in_full(shown: Painted) -> None:
    shown.press("paint")
    look = shown.look(10, 90, 40, strongest=1)
    made: list[object] = []
    shown.stage.panel.wanted.connect(made.append)
    at = shown.page.section.cells()[2].center()
    click(shown.page.section, at.x(), at.y())
    assert made == [Enlarge(look.pictures, 2, "conv1:3: painted", "conv1:3-painted")]


def test_hovering_tells_generator_seed_and_step(shown: Painted) -> None:
    shown.press("paint")
    look = shown.look(50)
    at = shown.page.section.cells()[0].center()
    hover(shown.page.section, at.x(), at.y())
    html = shown.page.section._tooltip(look.pictures[0])
    for fact in ("dgn64-fc6", "<b>seed</b>", "<b>step</b>", "12"):
        assert fact in html


def test_keeping_orders_the_strongest_and_what_is_kept_has_a_star_and_stands_below(shown: Painted) -> None:
    shown.press("paint")
    look = shown.look(10, 90, strongest=1)
    shown.press("keep")
    (order,) = shown.pins.orders
    assert (order.picture, order.keep, order.name) == (look.pictures[1], True, "conv1:3")
    assert not shown.page.kept.isVisible()
    ref = UnitRef(CONV1, 3)
    known = shown.atlas.units[ref]
    shown.atlas.units[ref] = replace(known, pictures={**known.pictures, "painted": (look.pictures[1],)})
    shown.session._feed._query = None  # the second has passed
    shown.stage.turn()
    assert shown.page.kept.isVisible()
    assert shown.page._label(look.pictures[1]).startswith("\N{BLACK STAR}")
    assert not shown.page._label(look.pictures[0]).startswith("\N{BLACK STAR}")


@pytest.fixture
def menu(shown: Painted) -> Iterator[Painted]:
    """What a right click opens is closed at last."""
    yield shown
    for opened in shown.page.findChildren(QMenu):
        opened.close()


def test_a_right_click_keeps_that_very_picture(menu: Painted) -> None:
    menu.press("paint")
    look = menu.look(10, 90, strongest=1)
    at = menu.page.section.cells()[0].center().toPoint()
    menu.page.section.customContextMenuRequested.emit(at)
    (opened,) = menu.page.findChildren(QMenu)
    assert [action.text() for action in opened.actions()] == ["Keep in the atlas", "Full size"]
    opened.actions()[0].trigger()
    assert menu.pins.orders[0].picture is look.pictures[0]
    menu.page.section.customContextMenuRequested.emit(QPoint(-5, -5))
    assert len(menu.page.findChildren(QMenu)) == 1


def test_the_real_patches_stand_below_where_there_is_room(qtbot: QtBot) -> None:
    shown = Painted(qtbot)
    assert shown.page.patches.isVisible()
    made: list[object] = []
    shown.stage.panel.wanted.connect(made.append)
    shown.page.patches.section.opened.emit(4)
    (wish,) = made
    assert isinstance(wish, OpenSource)
    assert wish.picture.rank == 4
    shown.stage.panel.resize(260, 400)
    assert not shown.page.patches.isVisible()
    assert all(button.isVisible() for button in shown.page.buttons.values())


def test_nothing_is_drawn_anew_for_a_frame(shown: Painted, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.press("paint")
    shown.look(50)
    drawn: list[int] = []
    for name in ("_show_painting", "_show_known"):
        monkeypatch.setattr(PaintPage, name, lambda *_: drawn.append(1))
    shown.stage.turn(palette="signed")
    shown.stage.turn(method="gradient")
    assert drawn == []


def test_the_statistics_of_the_atlas_give_the_place(shown: Painted) -> None:
    ref = UnitRef(CONV1, 6)
    shown.atlas.units[ref] = UnitPictures(ref, stats=some_stats(100))
    shown.stage.turn(unit=6)
    shown.press("paint")
    shown.look(90)
    assert shown.page.value.text == "9, above 90 % of 100 images"
    assert isinstance(shown.session.paints, PaintFeed)
    assert np.array_equal(shown.page.section.pictures[0].rgb, colour(90))
