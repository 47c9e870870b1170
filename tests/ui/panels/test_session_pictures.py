"""The records of this session in the column, on a made-up engine and atlas."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from deepvis_app.messages import (
    AtlasAnswer,
    PictureFacts,
    Request,
    UnitPicture,
    UnitPictures,
    frozen,
)
from deepvis_app.session import Session, ViewState
from deepvis_app.ui.action import Action
from deepvis_app.ui.actions import ACTIONS
from deepvis_app.ui.main_window import MainWindow
from deepvis_app.ui.panels import session_pictures
from deepvis_app.ui.panels.session_pictures import (
    NOTHING_PINNED,
    NOTHING_YET,
    STAR,
    WAITING,
    SessionPictures,
    ago,
)
from deepvis_app.ui.panels.unit_pictures import FROM, UnitPicturesPanel
from deepvis_app.ui.widgets.picture_section import PictureSection
from deepvis_app.ui.wishes import Enlarge
from tests.session.stand_ins import Atlas, Pins
from tests.ui.fakes import FakeCompute, FakeSource, canned_model
from tests.ui.mouse import hover
from tests.ui.windows import Asked

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Clock(datetime):
    """It is always NOW: a slow run changes no time that is told."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromisoformat(NOW.isoformat()).astimezone(tz)


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_pictures, "datetime", Clock)


def record(rank: int, seconds: float = 0.0) -> UnitPicture:
    seen = (NOW - timedelta(seconds=seconds)).isoformat()
    rgb = frozen(np.full((31, 31, 3), 40 + 20 * rank, np.uint8))
    facts = PictureFacts(9.0 - rank, more={"seen": seen, "from": f"cam{rank}"})
    return UnitPicture("session", rank, rgb, 9.0 - rank, facts)


class Engine(FakeCompute):
    """Answers with these records, when they are asked for."""

    records: tuple[UnitPicture, ...] = ()

    def submit(self, request: Request) -> None:
        super().submit(request)
        if self.results and request.session_top:
            self.results = [replace(self.results[0], session_top=self.records)]


class Stage:
    def __init__(self, qtbot: QtBot, *records: UnitPicture) -> None:
        self.compute, self.atlas, self.pins = Engine(canned_model()), Atlas(), Pins()
        self.compute.records = records
        self.session = Session(
            self.compute, FakeSource(self.compute.frame), ViewState(pictures_from="session"),
            atlas=self.atlas, pins=self.pins,
        )  # fmt: skip
        self.panel = SessionPictures(self.session)
        qtbot.addWidget(self.panel)
        self.panel.resize(300, 560)
        self.panel.show()
        self.turn()

    def turn(self) -> None:
        for _ in range(3):
            self.session.poll()
            self.panel.show_view(self.session.view)

    def know(self, *kept: UnitPicture) -> None:
        query = self.atlas.asked[-1]
        pictures = UnitPictures(query.ref, {"session": kept} if kept else {})
        self.atlas.answers.append(AtlasAnswer(query, pictures))
        self.turn()

    def cell(self, rank: int) -> QPoint:
        return QPoint(*_middle(self.panel.records.section, rank))


def _middle(section: PictureSection, rank: int) -> tuple[int, int]:
    at = section.cells()[rank].center().toPoint()
    return at.x(), at.y()


def test_an_empty_column_says_how_to_fill_it(qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    stage.know()
    assert stage.panel.records.section.words.text() == NOTHING_YET
    assert stage.panel.pins.section.words.text() == NOTHING_PINNED
    assert not stage.panel.pin_button.isEnabled()


def test_records_and_pins_stand_in_their_order_and_a_pinned_record_has_a_star(qtbot: QtBot) -> None:
    stage = Stage(qtbot, *(record(rank, seconds=12 + rank) for rank in range(9)))
    kept = replace(record(4, seconds=16), rank=0)
    stage.know(kept)
    section = stage.panel.records.section
    assert [picture.rank for picture in section.pictures] == list(range(9))
    assert stage.panel.pins.section.pictures == (kept,)
    labels = [section._label(picture) for picture in section.pictures]
    assert [label.startswith(STAR) for label in labels] == [rank == 4 for rank in range(9)]
    assert labels[0].splitlines() == ["9  12 s", "9"]


def test_another_units_records_replace_the_old_ones_when_they_come(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0))
    old = stage.panel.records.section.pictures
    stage.compute.answering = False
    stage.session.change(unit=3)
    stage.turn()
    assert stage.panel.records.section.pictures == old
    for _ in range(3):
        stage.panel.slow_tick()
    assert stage.panel.records.section.words.text() == WAITING
    stage.compute.answering, stage.compute.records = True, (record(0), record(1))
    stage.session.change(unit=4)
    stage.turn()
    assert len(stage.panel.records.section.pictures) == 2


def test_another_networks_pins_go_at_once(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0))
    stage.know(replace(record(4), rank=0))
    view = stage.session.view
    assert view.model is not None
    stage.panel.show_view(replace(view, model=replace(view.model, fingerprint="other"), pictures=None))
    assert stage.panel.pins.section.pictures == ()


def test_the_buttons_pin_the_best_and_start_afresh(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0), record(1))
    stage.know()
    stage.panel.pin_button.click()
    assert [order.picture.rank for order in stage.pins.orders] == [0]
    stage.compute.records = ()
    stage.panel.fresh_button.click()
    stage.turn()
    assert stage.compute.requests[-1].session_round == 1
    assert stage.panel.records.section.words.text() == NOTHING_YET


@pytest.mark.parametrize(("kept", "text"), [(False, "Pin to the atlas"), (True, "Take out of the atlas")])
def test_a_right_click_pins_a_picture_or_takes_it_out(qtbot: QtBot, kept: bool, text: str) -> None:
    stage = Stage(qtbot, record(0), record(1))
    stage.know(*([replace(record(1), rank=0)] if kept else []))
    section = stage.panel.records.section
    section.customContextMenuRequested.emit(stage.cell(5))  # an empty place
    assert stage.panel.findChildren(QMenu) == []
    section.customContextMenuRequested.emit(stage.cell(1))
    (menu,) = stage.panel.findChildren(QMenu)
    first = menu.actions()[0]
    assert first.text() == text
    first.trigger()
    menu.close()
    assert [(order.picture.rank, order.keep) for order in stage.pins.orders] == [(1, not kept)]


def test_the_picture_under_the_mouse_is_told_of_and_is_the_one_to_pin(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0), record(1, seconds=5))
    found = [stage.panel.pointed]
    hover(stage.panel.records.section, stage.cell(1).x(), stage.cell(1).y())
    found.append(stage.panel.pointed)
    assert found[0] is None
    assert found[1] is stage.compute.records[1]
    assert stage.panel.records.caption.text() == "5 s ago, cam1"


def test_a_click_asks_for_the_full_size(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0), record(1))
    with qtbot.waitSignal(stage.panel.wanted) as wanted:
        stage.panel.records.section.chosen.emit(1)
    (wish,) = wanted.args
    assert isinstance(wish, Enlarge)
    assert (wish.at, wish.title) == (1, "conv1:0: this session")


def test_the_column_shows_the_one_or_the_other(qtbot: QtBot) -> None:
    stage = Stage(qtbot, record(0))
    column = UnitPicturesPanel(stage.session)
    qtbot.addWidget(column)
    column.show()
    shown = []
    for choice in ("session", "data"):
        column.chooser.activated.emit([key for key, _, _ in FROM].index(choice))
        stage.turn()
        column.show_view(stage.session.view)
        shown.append((column.chooser.currentText(), column.live.isVisible(), column.data.isVisible()))
    assert shown == [("From this session", True, False), ("From the data set", False, True)]


def test_a_window_has_keys_for_the_sessions_pictures_and_for_pinning_the_one_under_the_mouse(
    qtbot: QtBot,
) -> None:
    stage = Stage(qtbot, record(0), record(1))
    window = MainWindow(stage.session, Asked().services(), remember=False)
    qtbot.addWidget(window)
    window.show()
    panel = window.panels["unit_pictures"]
    assert isinstance(panel, UnitPicturesPanel)
    window.clock.fast_tick()
    hover(panel.live.records.section, *_middle(panel.live.records.section, 1))
    for tag in ("pin", "session_pictures", "pin"):
        action = ACTIONS[tag]
        assert isinstance(action, Action)
        action.do(window.context)
        window.clock.fast_tick()
    assert stage.session.view.state.pictures_from == "data"
    assert [order.picture.rank for order in stage.pins.orders] == [1]
    assert "key 7" in stage.session.view.notice
    window.close()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (12.9, "12 s"), (60, "1 min"), (7199, "1 h"), (90000, "1 d")],
)
def test_times_are_told_in_the_largest_unit_that_fits(seconds: float, text: str) -> None:
    assert ago((NOW - timedelta(seconds=seconds)).isoformat(), NOW) == text


def test_a_picture_without_a_time_has_none_told() -> None:
    assert ago("", NOW) == ago("soon", NOW) == ago("2026-01-01", NOW) == ""
