"""On macOS the window's thread must ask before a camera is opened; OpenCV, in another thread, cannot."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PyQt6.QtCore import QCameraPermission, QCoreApplication, Qt

from deepvis_app.messages import U8, Frame, SourceCommand, SourceSpec, SourceStatus
from deepvis_app.session import SourcePort

DENIED = (
    "macOS does not let this program use the camera; allow it in System Settings, Privacy & Security, Camera, "
    "for the program that started deepvis, and start that again."
)
Ask = Callable[[Callable[[bool], None]], None]


def shielded(source: SourcePort, say: Callable[[str], None]) -> SourcePort:
    """The source itself, or where the system wants to be asked, one that asks before it opens a camera."""
    return AskingSource(source, ask_macos, say) if sys.platform == "darwin" else source


def ask_macos(answered: Callable[[bool], None]) -> None:
    """Ask the system, which asks the person the first time; the answer comes in the window's thread."""
    application = QCoreApplication.instance()
    assert application is not None  # the window exists
    wish = QCameraPermission()
    status = application.checkPermission(wish)
    if status != Qt.PermissionStatus.Undetermined:
        answered(status == Qt.PermissionStatus.Granted)
        return

    def decided(_permission: object) -> None:
        answered(application.checkPermission(wish) == Qt.PermissionStatus.Granted)

    application.requestPermission(wish, decided)


class AskingSource:
    """A SourcePort that opens cameras only after `ask` has said yes; everything else passes through."""

    def __init__(self, source: SourcePort, ask: Ask, say: Callable[[str], None]) -> None:
        self._source, self._ask, self._say = source, ask, say

    def open(self, spec: SourceSpec) -> None:
        if spec.kind != "camera":
            self._source.open(spec)
            return

        def answered(granted: bool) -> None:
            if granted:
                self._source.open(spec)
            else:
                self._say(DENIED)

        self._ask(answered)

    def show(self, rgb: U8, name: str) -> None:
        self._source.show(rgb, name)

    def command(self, command: SourceCommand) -> None:
        self._source.command(command)

    def status(self) -> SourceStatus:
        return self._source.status()

    def latest(self) -> Frame | None:
        return self._source.latest()
