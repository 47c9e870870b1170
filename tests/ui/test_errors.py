"""Unexpected errors are logged, told, and survived."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from deepvis_app.ui.errors import LOG_NAME, Errors, log_folder
from tests.ui.windows import Shown


def raise_it(text: str = "out of cheese") -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def hook(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


def test_an_error_reaches_the_log_and_the_banner(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    hook(raise_it())
    shown.window.clock.slow_tick()
    assert "out of cheese" in shown.window.banner.text
    assert "Traceback" in (log_folder() / LOG_NAME).read_text()
    assert shown.window.isVisible()


def test_an_error_in_a_slot_does_not_end_the_program(qtbot: QtBot) -> None:
    shown = Shown(qtbot)

    def broken() -> None:
        raise ValueError("slot")

    QTimer.singleShot(0, broken)
    qtbot.waitUntil(lambda: "slot" in shown.window.banner.text, timeout=2000)


def test_an_error_in_a_thread_is_told_too(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    shown.window.clock.slow_tick()
    assert "ZeroDivisionError" in shown.window.banner.text


def test_a_panel_that_fails_with_every_frame_is_told_once_until_dismissed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(qtbot)
    panel = next(iter(shown.window.panels.values()))

    def broken(_: object) -> None:
        raise RuntimeError("panel")

    monkeypatch.setattr(panel, "show_view", broken)
    for unit in range(1, 5):
        shown.session.change(unit=unit)
        shown.window.clock.fast_tick()
    assert (log_folder() / LOG_NAME).read_text().count("Traceback") == 1
    shown.window.clock.slow_tick()
    shown.window.banner.dismiss()
    assert shown.window.banner.text == ""
    shown.session.change(unit=9)
    shown.window.clock.fast_tick()
    shown.window.clock.slow_tick()
    assert "panel" in shown.window.banner.text


def test_a_failure_is_not_covered_by_a_notice(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.window.errors.report(raise_it())
    shown.window.clock.slow_tick()
    shown.session.say("the weather is fine")
    shown.window.clock.fast_tick()
    assert "out of cheese" in shown.window.banner.text


def test_the_hooks_are_put_back(qtbot: QtBot) -> None:
    before = sys.excepthook, threading.excepthook
    handlers = list(logging.getLogger("deepvis").handlers)
    errors = Errors(interrupted=lambda: None)
    errors.install()
    assert (sys.excepthook, threading.excepthook) != before
    errors.restore()
    errors.restore()
    assert (sys.excepthook, threading.excepthook) == before
    assert logging.getLogger("deepvis").handlers == handlers


def test_control_c_closes_the_window(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    with qtbot.waitSignal(shown.window.closed, timeout=1000):
        hook(KeyboardInterrupt())


def test_a_log_that_cannot_be_written_is_no_reason_to_fail(home: Path) -> None:
    log_folder().parent.mkdir(parents=True)
    log_folder().write_text("a file where the folder should be")
    errors = Errors(interrupted=lambda: None)
    errors.install()
    errors.report(raise_it())
    errors.restore()
    assert "out of cheese" in (errors.take() or "")
    assert errors.take() is None
