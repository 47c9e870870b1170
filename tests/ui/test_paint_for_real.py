"""The window with a painting child: keys, looks, and nothing left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.jobs.paint_child import GAP_S
from deepvis_app.jobs.painter import Painter
from deepvis_app.messages import UnitRef
from deepvis_app.render.strips import pictures_in
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from tests.jobs.painters import command
from tests.session.stand_ins import Pins
from tests.ui.windows import Shown, no_errors


class Window:
    def __init__(self, qtbot: QtBot, folder: Path, behaviour: str) -> None:
        self.painter = Painter(pictures_in, command(folder, behaviour), folder)
        self.shown, self.pins, self._qtbot = Shown(qtbot), Pins(), qtbot
        self.session = self.shown.session
        self.session.paints.port, self.session.pins = self.painter, self.pins

    @property
    def state(self) -> str:
        painting = self.session.view.painting
        return "" if painting is None else painting.state

    @property
    def panel(self) -> UnitPicturesPanel:
        panel = self.shown.window.panels["unit_pictures"]
        assert isinstance(panel, UnitPicturesPanel)
        return panel

    def until(self, state: str) -> None:
        self._qtbot.waitUntil(lambda: self.state == state, timeout=30_000)

    def pid(self) -> int:
        self._qtbot.waitUntil(
            lambda: self.painter._child is not None and self.painter._child._process is not None,
            timeout=30_000,
        )
        child = self.painter._child
        assert child is not None
        assert child._process is not None
        return child._process.pid


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Window]:
    made = Window(qtbot, tmp_path, getattr(request, "param", "good"))
    yield made
    made.shown.window.close()
    assert made.painter.stop(10)
    no_errors(made.shown)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def test_a_key_paints_pokes_keeps_and_stops(window: Window) -> None:
    window.shown.press("6")
    window.until("resting")
    (picture,) = window.panel.painting.section.pictures
    assert (picture.facts.seed, picture.facts.more["step"]) == (7, 5)
    window.shown.press("1")
    window.until("painting")
    window.until("resting")
    window.shown.press("4")
    assert window.pins.orders[0].picture.kind == "painted"
    pid = window.pid()
    window.shown.press("6")
    window.until("stopped")
    assert gone(pid) or window.painter.stop(10)


def test_the_frame_that_is_seen_is_where_it_begins(window: Window) -> None:
    window.shown.press("3")
    window.until("resting")
    painting = window.session.view.painting
    assert painting is not None
    assert painting.note.startswith("from ")


def test_another_unit_is_painted_by_the_same_child(window: Window) -> None:
    window.shown.press("6")
    window.until("painting")
    pid = window.pid()
    for _ in range(3):
        window.session.change(unit=window.session.view.state.unit + 1)
    window.until("resting")
    painting = window.session.view.painting
    assert painting is not None
    assert painting.order.ref == UnitRef("features.conv1", 3)
    assert painting.pictures[0].rgb[0, 0, 1] == 3  # words
    assert window.pid() == pid


def test_another_generator_is_painted_with_when_the_selection_rests_and_the_old_child_is_gone(
    window: Window,
) -> None:
    window.shown.press("6")
    window.until("painting")
    pid = window.pid()
    window.session.change(paint_generator="mine")
    window.until("resting")
    painting = window.session.view.painting
    assert painting is not None
    assert painting.order.words[-8:-6] == ("--generator", "mine")
    assert gone(pid)


@pytest.mark.parametrize("window", ["floods"], indirect=True)
def test_of_a_flood_of_pictures_no_more_are_shown_than_can_be_seen(window: Window) -> None:
    window.shown.press("6")
    window.until("painting")
    looks: set[int] = set()
    began, ticks = time.monotonic(), 0
    while ticks < 40:
        window._qtbot.wait(15)
        ticks += 1
        looks.add(id(window.session.view.painting))
    assert 1 < len(looks) <= 2 + (time.monotonic() - began) / GAP_S


@pytest.mark.parametrize("window", ["dies", "deaf", "garbage"], indirect=True)
def test_a_child_that_fails_in_any_way_harms_nothing(window: Window) -> None:
    window.shown.press("6")
    window.pid()
    window._qtbot.wait(300)
    window.session.change(unit=5)
    window._qtbot.wait(100)
    painting = window.session.view.painting
    # what was painted of the unit before is not shown as the new one's, which no child speaks of
    assert painting is None or (painting.order.ref.unit, painting.pictures) == (5, ())
