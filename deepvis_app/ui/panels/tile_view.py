"""One tile for every unit of a layer: what activations and pictures have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QShowEvent
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import I32, Grid, LayerInfo
from deepvis_app.render.grid import SMALLEST_TILE, place_at, places_in, tile_box
from deepvis_app.session import Session, View
from deepvis_app.session.intents import select_unit
from deepvis_app.session.painting import mark_second
from deepvis_app.ui.panels.common import FROZEN, SECOND, SELECTED
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.placement import FloatBox

LABEL_CHARS = 8  # tiles with room for fewer characters carry no label
_PLATE, _LABEL = QColor(24, 25, 29, 170), QColor("#e8eaee")  # on pictures: the same in both themes
PANE_STEP = 32  # device pixels: small changes of the window do not ask for another mosaic


class Tiled(Protocol):
    """Which unit of which layer is where: a Mosaic, or `Tiles`."""

    @property
    def layer(self) -> str: ...
    @property
    def grid(self) -> Grid: ...
    @property
    def order(self) -> I32: ...


@dataclass(frozen=True)
class Tiles:
    """Place k of the grid shows unit `order[k]` of the layer."""

    layer: str
    grid: Grid
    order: I32


class TileView(ImageView):
    """Frames around the selected unit and the frozen origin, labels, and the room for tiles.

    Whoever derives from it sets `tiles` and `view`, then calls `fit_tiles` and `mark_units`.
    """

    told = pyqtSignal(str)  # what the mouse points at, in words
    smallest = SMALLEST_TILE  # device pixels on a side below which the layer scrolls

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view = session.view
        self.tiles: Tiled | None = None
        self._selection: tuple[object, ...] = ()
        self.resized.connect(self._report_pane)

    def shown_layer(self) -> LayerInfo | None:
        """The layer that is shown, when it is the one that was asked for."""
        if self.tiles is None or self.view.model is None or self.tiles.layer != self.view.state.layer:
            return None
        return self.view.model.layer(self.tiles.layer)

    def unit_at(self, at: tuple[float, float] | None) -> tuple[int, int] | None:
        """The unit at (y, x) of the tiles and its place; None between layers and beside the tiles."""
        if at is None or self.tiles is None or self.shown_layer() is None:
            return None
        place = place_at(self.tiles.grid, *at)
        return None if place is None else (int(self.tiles.order[place]), place)

    def tile_of(self, unit: int) -> FloatBox | None:
        """The tile of a unit with half of its gap, so that the frame does not cover the map."""
        if self.tiles is None:
            return None
        places = np.flatnonzero(self.tiles.order == unit)
        if not places.size:
            return None
        top, left, bottom, right = tile_box(self.tiles.grid, int(places[0]))
        return top - 0.5, left - 0.5, bottom + 0.5, right + 0.5

    def fit_tiles(self) -> None:
        """As large as the pane; layers whose tiles would be too small take its width and scroll."""
        if self.tiles is None:
            return
        height, width = self.tiles.grid.size
        scale = min(self.width() / width, self.height() / height) * self.devicePixelRatioF()
        self.set_fit("width" if scale * min(self.tiles.grid.tile) < self.smallest * 0.9 else "whole")

    def mark_units(self) -> None:
        """Frame the selected unit, the second one and the frozen origin; bring a new selection into view."""
        state = self.view.state
        shown = self.tiles is not None and self.tiles.layer == state.layer
        origin = state.origin.unit if state.origin is not None and state.origin.layer == state.layer else None
        self.set_mark("origin", self.tile_of(origin) if shown and origin is not None else None, FROZEN, 3)
        second = self.tile_of(state.second.unit) if shown and state.second is not None else None
        self.set_mark("second", second, SECOND, 3)
        box = self.tile_of(state.unit) if shown else None
        self.set_mark("selected", box, SELECTED, 2)
        selection = (state.layer, state.unit, state.order, state.pane) if shown else ()
        if selection and selection != self._selection and box is not None:
            self.show_box(box)
            self._selection = selection

    def choose(self, unit: int) -> bool:
        """Select the unit that was clicked, or with Shift mark it as the second one; whether it was selected."""
        if self.shift:
            mark_second(self.session, unit)
        else:
            select_unit(self.session, unit)
        return not self.shift

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._report_pane()

    def _report_pane(self) -> None:
        if not self.isVisible():  # a hidden page of a stack has no size of its own
            return
        ratio = self.devicePixelRatioF() / PANE_STEP
        height, width = (max(int(side * ratio), 1) * PANE_STEP for side in (self.height(), self.width()))
        self.session.change(pane=(height, width))
        self.fit_tiles()

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """The unit's number, and on class layers the class, in tiles that are large enough."""
        super().drawForeground(painter, rect)
        layer, tiles, model = self.shown_layer(), self.tiles, self.view.model
        if painter is None or layer is None or tiles is None or model is None:
            return
        metrics = self.fontMetrics()
        room = tiles.grid.tile[1] * self.scale_now - 4
        if room < metrics.averageCharWidth() * LABEL_CHARS:
            return
        painter.setFont(self.font())
        for place in places_in(tiles.grid, *self.seen_box()):
            unit = int(tiles.order[place])
            top, left, _, _ = tile_box(tiles.grid, place)
            corner = self.to_screen(top, left)
            name = f"{unit} {model.label(unit)}" if layer.is_class_layer else str(unit)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room) - 6)
            plate = QRectF(corner.x(), corner.y(), metrics.horizontalAdvance(text) + 6, metrics.height())
            painter.fillRect(plate, _PLATE)
            painter.setPen(_LABEL)
            painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)


def nothing_to_show(view: View) -> str:
    """Why there is no layer to be shown at all; "" when there is one."""
    if view.model is not None:
        return ""
    return f"Loading {view.loading.name} ..." if view.loading is not None else NO_NETWORK


NO_NETWORK = "No network is loaded: choose one in the menu Model (Ctrl+M)."
