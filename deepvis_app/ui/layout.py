"""Where the panels are: three columns between a bar of layers and a status line, all from the PANELS table."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QFrame, QLabel, QSplitter, QVBoxLayout, QWidget

from deepvis_app.session import Session
from deepvis_app.ui.panels import PANELS, Panel, PanelSpec

_SHARES = (24, 54, 22)  # of the width, for the three columns


class Pane(QFrame):
    """A panel with its title, in a side column."""

    def __init__(self, panel: Panel, title: str) -> None:
        super().__init__()
        heading = QLabel(title)
        font = heading.font()
        font.setWeight(QFont.Weight.DemiBold)
        heading.setFont(font)
        heading.setBuddy(panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 4)
        column.setSpacing(3)
        column.addWidget(heading)
        column.addWidget(panel, 1)


class Layout(QWidget):
    """The window's centre. `panes` are what is hidden and shown, `splitters` what can be dragged, by name."""

    def __init__(self, session: Session, banner: QWidget) -> None:
        super().__init__()
        self.panels: dict[str, Panel] = {}
        self.panes: dict[str, QWidget] = {}
        for spec in PANELS.values():
            panel = spec.factory(session)
            panel.setAccessibleName(spec.title)
            self.panels[spec.name] = panel
            self.panes[spec.name] = Pane(panel, spec.title) if spec.area in ("left", "right") else panel
        left, right = self._column("left"), self._column("right")
        centre = QWidget()
        middle = QVBoxLayout(centre)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(4)
        _add(middle, self._in("top"), 0)
        _add(middle, self._in("centre"), 1)
        columns = _splitter(Qt.Orientation.Horizontal, (left, centre, right))
        columns.setSizes([10 * share for share in _SHARES])
        for place, stretch in enumerate((0, 1, 0)):
            columns.setStretchFactor(place, stretch)
        self.splitters = {"columns": columns, "left": left, "right": right}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4, 2, 4, 2)
        outer.setSpacing(4)
        outer.addWidget(banner)
        outer.addWidget(columns, 1)
        _add(outer, self._in("bottom"), 0)

    def show_pane(self, name: str, shown: bool) -> None:
        """Show or hide a pane; a column without panes gives its room away."""
        self.panes[name].setVisible(shown)
        for area in ("left", "right"):
            self.splitters[area].setVisible(any(not pane.isHidden() for pane in self._in(area)))

    def is_shown(self, name: str) -> bool:
        return not self.panes[name].isHidden()

    def _column(self, area: str) -> QSplitter:
        return _splitter(Qt.Orientation.Vertical, self._in(area))

    def _in(self, area: str) -> list[QWidget]:
        specs: Iterable[PanelSpec] = PANELS.values()
        return [self.panes[spec.name] for spec in specs if spec.area == area]


def _splitter(orientation: Qt.Orientation, widgets: Iterable[QWidget]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _add(layout: QVBoxLayout, widgets: Iterable[QWidget], stretch: int) -> None:
    for widget in widgets:
        layout.addWidget(widget, stretch)
