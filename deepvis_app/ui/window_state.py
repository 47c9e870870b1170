"""What the window remembers from last time: its size, its panes, the theme, the models loaded last."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QByteArray, QSettings, QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMainWindow, QSplitter, QWidget

from deepvis_app.files import config_folder

FILE = "window.ini"
DEFAULT_SIZE = (1280, 800)
_RECENT = 8


class WindowState:
    """A small ini file; a missing or damaged one gives the defaults."""

    def __init__(self) -> None:
        self._settings = QSettings(str(config_folder() / FILE), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        value = self._settings.value(key, default)
        return value if isinstance(value, str) else default

    def texts(self, key: str) -> list[str]:
        """A list; empty when there is none."""
        value = self._settings.value(key, [])
        values = value if isinstance(value, list) else [value]
        return [item for item in values if isinstance(item, str) and item]

    def keep(self, key: str, value: str | list[str]) -> None:
        self._settings.setValue(key, value)

    def keep_recent(self, key: str, value: str) -> None:
        """Put a text first in a list of the latest ones."""
        self.keep(key, [value, *(old for old in self.texts(key) if old != value)][:_RECENT])

    def save(
        self, window: QMainWindow, splitters: Mapping[str, QSplitter], panes: Mapping[str, QWidget]
    ) -> None:
        """Remember the layout. Wayland tells no positions and takes none, so that only the size is kept there."""
        if _has_positions():
            self._settings.setValue("window/geometry", window.saveGeometry())
        if not (window.isMaximized() or window.isFullScreen()):
            self.keep("window/size", [str(window.width()), str(window.height())])
        self.keep("window/maximised", "yes" if window.isMaximized() else "no")
        for name, splitter in splitters.items():
            self._settings.setValue(f"splitters/{name}", splitter.saveState())
        self.keep("window/hidden", [name for name, pane in panes.items() if pane.isHidden()])
        self._settings.sync()

    def restore(
        self, window: QMainWindow, splitters: Mapping[str, QSplitter], panes: Mapping[str, QWidget]
    ) -> None:
        """Bring the layout back, as far as there is one."""
        size = self.texts("window/size")
        legal = len(size) == 2 and all(part.isdecimal() and int(part) > 0 for part in size)
        screen = window.screen()
        room = screen.availableSize() if screen is not None else QSize(*DEFAULT_SIZE)
        wanted = QSize(int(size[0]), int(size[1])) if legal else QSize(*DEFAULT_SIZE)
        window.resize(wanted.boundedTo(room))
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray) and _has_positions():
            window.restoreGeometry(geometry)
        for name, splitter in splitters.items():
            state = self._settings.value(f"splitters/{name}")
            if isinstance(state, QByteArray):
                splitter.restoreState(state)
        for name in self.texts("window/hidden"):
            if name in panes:
                panes[name].hide()

    @property
    def maximised(self) -> bool:
        return self.text("window/maximised") == "yes"


def _has_positions() -> bool:
    return "wayland" not in QGuiApplication.platformName()
