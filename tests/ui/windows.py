"""Windows for tests: on a made-up session, with services that record what they are asked for."""

from __future__ import annotations

from typing import TypeVar

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepvis_app.jobs import JobQueue
from deepvis_app.messages import UnitRef
from deepvis_app.session import AtlasPort, Session
from deepvis_app.ui.action import Services
from deepvis_app.ui.errors import LOG_NAME, log_folder
from deepvis_app.ui.main_window import MainWindow
from tests.ui.fakes import METHODS, FakeCompute, FakeSource, canned_session

T = TypeVar("T")


class Asked:
    """What the window asked its services for."""

    def __init__(self, jobs: JobQueue | None = None) -> None:
        self.paths: list[str] = []
        self.calls: list[str] = []
        self.computed: list[tuple[UnitRef, str]] = []
        self.jobs = jobs

    def services(self) -> Services:
        return Services(
            self.paths.append,
            lambda: self._call("models", ["caffenet64", "alexnet", "resnet50"]),
            lambda: self._call("devices", ["cpu", "cuda"]),
            lambda: self._call("cameras", [(0, "Front camera"), (2, "Microscope")]),
            self._compute,
            self.jobs or JobQueue(),
        )

    def _compute(self, ref: UnitRef, kind: str) -> str:
        self.computed.append((ref, kind))
        return ""

    def _call(self, name: str, answer: T) -> T:
        self.calls.append(name)
        return answer


class Shown:
    """A window on the screen with all that a test looks at."""

    def __init__(
        self,
        qtbot: QtBot,
        with_model: bool = True,
        jobs: JobQueue | None = None,
        atlas: AtlasPort | None = None,
    ) -> None:
        if with_model:
            self.session, self.compute, self.source = canned_session(atlas=atlas)
        else:
            self.compute, self.source = FakeCompute(), FakeSource()
            self.session = Session(self.compute, self.source, methods=METHODS)
        self._qtbot, self.asked = qtbot, Asked(jobs)
        self.window = MainWindow(self.session, self.asked.services())
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is self.window)
        self.window.clock.fast_tick()

    def press(self, key: str) -> None:
        """Press a key given as in the ACTIONS table, wherever the focus is."""
        combination = QKeySequence(key)[0]
        target = QApplication.focusWidget() or self.window
        click_key(self._qtbot, target, Qt.Key(combination.key()), combination.keyboardModifiers())


def click_key(
    qtbot: QtBot,
    widget: QWidget,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press and release a key in a widget."""
    qtbot.keyClick(widget, key, modifiers)


def no_errors(shown: Shown) -> None:
    """Fail when the window caught an exception, whether or not it has told it already."""
    log = (log_folder() / LOG_NAME).read_text()
    assert not log, f"the window went on after an error:\n{log}"
