"""Light and dark: the only place that sets colours of the application."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}

_Role = QPalette.ColorRole
_LIGHT = {
    _Role.Window: "#f1f2f4",
    _Role.WindowText: "#1b1d21",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#e8eaed",
    _Role.Text: "#1b1d21",
    _Role.Button: "#e3e5e9",
    _Role.ButtonText: "#1b1d21",
    _Role.BrightText: "#b3261e",
    _Role.ToolTipBase: "#fffbe6",
    _Role.ToolTipText: "#1b1d21",
    _Role.Highlight: "#1f6fd6",
    _Role.HighlightedText: "#ffffff",
    _Role.Link: "#1558b0",
    _Role.LinkVisited: "#6b3fa0",
    _Role.PlaceholderText: "#62666e",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#eceef1",
    _Role.Mid: "#b9bdc4",
    _Role.Dark: "#9a9ea6",
    _Role.Shadow: "#6c7078",
}
_DARK = {
    _Role.Window: "#26282d",
    _Role.WindowText: "#e7e8ea",
    _Role.Base: "#1b1d20",
    _Role.AlternateBase: "#2d3036",
    _Role.Text: "#e7e8ea",
    _Role.Button: "#363940",
    _Role.ButtonText: "#e7e8ea",
    _Role.BrightText: "#ff8a80",
    _Role.ToolTipBase: "#4a4222",
    _Role.ToolTipText: "#fff6d6",
    _Role.Highlight: "#2f6fc4",
    _Role.HighlightedText: "#ffffff",
    _Role.Link: "#82b4ff",
    _Role.LinkVisited: "#c3a5f0",
    _Role.PlaceholderText: "#a0a4ac",
    _Role.Light: "#4a4e57",
    _Role.Midlight: "#40444c",
    _Role.Mid: "#202226",
    _Role.Dark: "#16181b",
    _Role.Shadow: "#0c0d0f",
}
_DISABLED = {True: "#7d8189", False: "#8a8e96"}  # by darkness


def palette(dark: bool) -> QPalette:
    """All colours of one theme."""
    made = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        made.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED[dark]))
    return made


class Theme(QObject):
    """Applies a theme to the application; under "system" it follows the desktop, also while running."""

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice = "system"
        QApplication.setStyle("Fusion")
        hints = QGuiApplication.styleHints()
        assert hints is not None  # there is an application
        self._hints = hints
        hints.colorSchemeChanged.connect(self._apply)
        self.choose(choice)

    def choose(self, choice: str) -> None:
        """One of THEMES; anything else counts as "system"."""
        self.choice = choice if choice in THEMES else "system"
        self._apply()

    @property
    def dark(self) -> bool:
        if self.choice == "system":
            return self._hints.colorScheme() == Qt.ColorScheme.Dark
        return self.choice == "dark"

    def _apply(self) -> None:
        QApplication.setPalette(palette(self.dark))
