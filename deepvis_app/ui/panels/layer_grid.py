"""The large pane: the layer's units, or, enlarged, the selected unit, the backward picture or all layers."""

from __future__ import annotations

from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deepvis_app.session import Session, View, ViewState
from deepvis_app.ui.panels.back_picture import BackPicture
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import table_of
from deepvis_app.ui.panels.grid_controls import GridControls
from deepvis_app.ui.panels.grid_view import GridView
from deepvis_app.ui.panels.overview import OverviewCanvas
from deepvis_app.ui.panels.pattern_view import PatternView
from deepvis_app.ui.panels.unit_map import UnitMap
from deepvis_app.ui.widgets.colour_bar import ColourBar
from deepvis_app.ui.widgets.controls import ElidedLabel, row
from deepvis_app.ui.wishes import ComputeLayer

GRID, UNIT, BACK, OVERVIEW, PATTERN = range(5)
HINTS = {
    GRID: "Click: select.  Right click: pick a position.  Shift and click: paint both.  Ctrl+wheel: zoom.",
    UNIT: "The selected unit.  Click: start the backward pass there.  Key z: next size.",
    BACK: "The backward picture of the selected unit.  Key z: back to the grid.",
    PATTERN: "Click: select.  Shift and click: paint both.  Ctrl+wheel: zoom.  Key s: next pictures.",
    OVERVIEW: "All layers.  Click a unit: go there.  Ctrl+wheel: zoom.  Drag: move.  Key v: back.",
}


class LayerGridPanel(Panel):
    """Controls, the picture, and under it what the mouse points at and the colour bar."""

    name, title = "layer_grid", "Units"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.controls = GridControls(session, self)
        self.grid = GridView(session)
        self.unit = UnitMap(session)
        self.back = BackPicture(session)
        self.overview = OverviewCanvas(session)
        self.pattern = PatternView(session)
        self.stack = QStackedWidget()
        for page in (self.grid, self.unit, self.back, self.overview, self.pattern):
            self.stack.addWidget(page)
        self.told = ElidedLabel(HINTS[GRID], muted=True)
        self.bar = ColourBar()
        self.grid.told.connect(self._tell)
        self.pattern.told.connect(self._tell)
        self.pattern.compute.connect(lambda kind: self.wanted.emit(ComputeLayer(kind)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.controls)
        column.addWidget(self.stack, 1)
        column.addLayout(row(self.told, self.bar, gap=10))

    def show_view(self, view: View) -> None:
        self.controls.show_state(view.state)
        page = page_of(view.state)
        if page != self.stack.currentIndex():
            self.stack.setCurrentIndex(page)
            self._tell("")
        if page == GRID:
            self.grid.show_mosaic(view)
        elif page == UNIT:
            self.unit.show_unit(view)
        elif page == BACK:
            self.back.show_back(view)
        elif page == PATTERN:
            self.pattern.show_pattern(view)
        else:
            self.overview.show_overview(view)
        mosaic = view.result.mosaic if view.result is not None else None
        # The enlarged unit always shows activations, on the grid's scale only when that does too.
        shared = mosaic is not None and (page == GRID or (page == UNIT and mosaic.content == "forward"))
        self.bar.setVisible(shared)
        if mosaic is not None and view.result is not None:
            scale = view.result.request.scale
            self.bar.show_scale(table_of(view.state, mosaic.content), mosaic.top, scale.gamma)
            boosted = "With a boost these numbers hold for the strongest unit only."
            self.bar.setToolTip(boosted if scale.boost else "Which colour stands for which value")

    def slow_tick(self) -> None:
        if self.stack.currentIndex() == PATTERN:
            self.pattern.follow_order()

    def _tell(self, text: str) -> None:
        page = self.stack.currentIndex()
        hints = [self.pattern.hint() if page == PATTERN else "", HINTS[page]]
        self.told.say(text or "  ".join(filter(None, hints)))


def page_of(state: ViewState) -> int:
    """What fills the large pane."""
    if state.overview:
        return OVERVIEW
    return PATTERN if state.pattern and not state.zoom else (GRID, UNIT, BACK)[state.zoom]
