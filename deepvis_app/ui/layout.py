"""Where the panels are: three columns between a bar of layers and a status line, all from the PANELS table."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from deepvis_app.session import Session
from deepvis_app.ui.panels import PANELS, Panel, PanelSpec

_BANNER_MARGIN = 6
_SHARES = (20, 62, 18)  # of the width, for the three columns


class Layout(QWidget):
    """The window's centre. `splitters` are what can be dragged, by name; the banner floats over the panels."""

    def __init__(self, session: Session, banner: QWidget) -> None:
        super().__init__()
        self._banner = banner
        banner.setParent(self)
        banner.installEventFilter(self)
        self.panels: dict[str, Panel] = {}
        for spec in PANELS.values():
            panel = spec.factory(session)
            panel.setAccessibleName(spec.title)
            self.panels[spec.name] = panel
        left, right = self._column("left"), self._column("right")
        centre = QWidget()
        middle = QVBoxLayout(centre)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(4)
        _add(middle, self._in("top"), 0)
        _add(middle, self._in("centre"), 1)
        columns = _splitter(Qt.Orientation.Horizontal, (left, centre, right))
        columns.setSizes([10 * share for share in _SHARES])
        for place, share in enumerate(_SHARES):
            columns.setStretchFactor(place, share)
        right.setStretchFactor(right.count() - 1, 1)  # the scores need no more than their lines
        self.splitters = {"columns": columns, "left": left, "right": right}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4, 2, 4, 2)
        outer.setSpacing(4)
        outer.addWidget(columns, 1)
        _add(outer, self._in("bottom"), 0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.place_banner()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The banner is placed anew when its text or visibility changes."""
        if event is not None and event.type() in (QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self.place_banner()
        return super().eventFilter(watched, event)

    def place_banner(self) -> None:
        """Along the top, as high as the text needs: nothing below it moves."""
        width = self.width() - 2 * _BANNER_MARGIN
        self._banner.setGeometry(_BANNER_MARGIN, _BANNER_MARGIN, width, self._banner.heightForWidth(width))
        self._banner.raise_()

    def show_pane(self, name: str, shown: bool) -> None:
        """Show or hide a pane; a column without panes gives its room away."""
        self.panels[name].setVisible(shown)
        for area in ("left", "right"):
            self.splitters[area].setVisible(any(not pane.isHidden() for pane in self._in(area)))

    def is_shown(self, name: str) -> bool:
        return not self.panels[name].isHidden()

    def _column(self, area: str) -> QSplitter:
        return _splitter(Qt.Orientation.Vertical, self._in(area))

    def _in(self, area: str) -> list[Panel]:
        specs: Iterable[PanelSpec] = PANELS.values()
        return [self.panels[spec.name] for spec in specs if spec.area == area]


def _splitter(orientation: Qt.Orientation, widgets: Iterable[QWidget]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _add(layout: QVBoxLayout, widgets: Iterable[QWidget], stretch: int) -> None:
    for widget in widgets:
        layout.addWidget(widget, stretch)
