"""Where the panels are: three columns between a bar of layers and a status line, all from the PANELS table."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt
from PyQt6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from deepvis_app.session import Session
from deepvis_app.ui.panels import PANELS, Panel, PanelSpec

_EDGE = 7  # pixels around and between the panels
_BANNER_MARGIN = 6
_SAID = (QEvent.Type.Show, QEvent.Type.LayoutRequest)  # the banner has a new text
_SHARES = (20, 59, 21)  # of the width, for the three columns


class Layout(QWidget):
    """The window's centre. `splitters` are what can be dragged, by name; the banner floats over the panels."""

    def __init__(self, session: Session, banner: QWidget) -> None:
        super().__init__()
        self.panels: dict[str, Panel] = {}
        for spec in PANELS.values():
            panel = spec.factory(session)
            panel.setAccessibleName(spec.title)
            self.panels[spec.name] = panel
        left, right = self._column("left"), self._column("right")
        self._middle = QWidget()
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(_EDGE)
        _add(middle, self._in("top"), 0)
        _add(middle, self._in("centre"), 1)
        columns = _splitter(Qt.Orientation.Horizontal, (left, self._middle, right))
        columns.setSizes([10 * share for share in _SHARES])
        for place, share in enumerate(_SHARES):
            columns.setStretchFactor(place, share)
        right.setStretchFactor(right.count() - 1, 1)  # the scores need no more than their lines
        self.splitters = {"columns": columns, "left": left, "right": right}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        outer.setSpacing(_EDGE)
        outer.addWidget(columns, 1)
        _add(outer, self._in("bottom"), 0)
        self._banner = banner
        banner.setParent(self)
        for watched in (banner, self._middle):
            watched.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The banner is placed anew when its text or the room for it changes."""
        kind = event.type() if event is not None else QEvent.Type.None_
        if kind in _SAID or (kind == QEvent.Type.Resize and watched is self._middle):
            self.place_banner()
        return super().eventFilter(watched, event)

    def place_banner(self) -> None:
        """Over the foot of the middle column: nothing moves, and no control is hidden."""
        width = self._middle.width() - 2 * _BANNER_MARGIN
        height = self._banner.heightForWidth(width)
        foot = self._middle.mapTo(
            self, QPoint(_BANNER_MARGIN, self._middle.height() - height - _BANNER_MARGIN)
        )
        self._banner.setGeometry(foot.x(), foot.y(), width, height)
        self._banner.raise_()

    def show_pane(self, name: str, shown: bool) -> None:
        """Show or hide a pane; a column without panes gives its room away."""
        self.panels[name].setVisible(shown)
        for area in ("left", "right"):
            self.splitters[area].setVisible(any(not pane.isHidden() for pane in self._in(area)))

    def add_to_status(self, widget: QWidget) -> None:
        """Put a widget at the end of the status line."""
        line = self.panels["status"].layout()
        assert line is not None  # it is a line
        line.addWidget(widget)

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
    splitter.setHandleWidth(_EDGE)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _add(layout: QVBoxLayout, widgets: Iterable[QWidget], stretch: int) -> None:
    for widget in widgets:
        layout.addWidget(widget, stretch)
