"""Every layer's units at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import U8, Mosaic, UnitRef
from deepvis_app.render.grid import place_at, tile_box
from deepvis_app.session import Session, View
from deepvis_app.session.intents import select
from deepvis_app.session.painting import mark_second
from deepvis_app.ui.panels.common import POINTED, SECOND, SELECTED, as_seen, table_of, unit_name
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.placement import Fit, FloatBox

SIDE = 320.0  # canvas pixels of the longer side of every mosaic
NARROWEST = 12  # characters of a layer's name that its cell must have room for
OTHER_LAYER = "A second unit must be of the selected layer: shift and click there."
_GAP = 12.0
_NAME = QColor("#e8eaee")  # on the pictures' dark ground


@dataclass(frozen=True)
class Block:
    """Where a layer's mosaic lies on the canvas, and how many canvas pixels one of its own takes."""

    mosaic: Mosaic
    top: float
    left: float
    zoom: float

    @property
    def box(self) -> FloatBox:
        height, width = self.mosaic.grid.size
        return self.top, self.left, self.top + height * self.zoom, self.left + width * self.zoom

    def place(self, y: float, x: float) -> int | None:
        """The place in the mosaic's order under a point of the canvas."""
        return place_at(self.mosaic.grid, (y - self.top) / self.zoom, (x - self.left) / self.zoom)

    def tile_of(self, unit: int) -> FloatBox | None:
        """The unit's tile on the canvas."""
        places = np.flatnonzero(self.mosaic.order == unit)
        if not places.size:
            return None
        top, left, bottom, right = (n * self.zoom for n in tile_box(self.mosaic.grid, int(places[0])))
        return top + self.top, left + self.left, bottom + self.top, right + self.left


class OverviewCanvas(ImageView):
    """All mosaics, equally large, in execution order; a click goes to that layer and unit, or with Shift marks it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view = session.view
        self._mosaics: tuple[Mosaic, ...] = ()
        self._drawn_with: tuple[object, ...] = ()
        self._brought = ""  # the layer that was scrolled into view last
        self.blocks: list[Block] = []
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)

    def show_overview(self, view: View) -> None:
        self._view = view
        mosaics = view.result.overview if view.result is not None else ()
        if not mosaics:
            self.blocks = []
            self.clear_picture()
        elif mosaics is not self._mosaics or self._drawn_with != self._look():
            metrics = self.fontMetrics()
            narrowest = metrics.averageCharWidth() * NARROWEST
            pane = self.height(), self.width()
            self.blocks, size, fit = pack(mosaics, pane, metrics.height() + 6, narrowest)
            self.set_fit(fit)
            table = table_of(view.state, mosaics[0].content)
            self.set_pieces(
                [(enlarged(as_seen(b.mosaic, view.state.mirror)), b.box) for b in self.blocks], table, size
            )
        self._mosaics, self._drawn_with = mosaics, self._look()
        self._mark()
        error = view.result.error if view.result is not None else ""
        self.message.say("" if mosaics else error or "computing all layers ...")

    def _look(self) -> tuple[object, ...]:
        """What decides beside the mosaics how the canvas looks."""
        state = self._view.state
        return state.palette, state.mirror, self.size()

    def unit_at(self, y: float, x: float) -> UnitRef | None:
        block = self._block_at(y, x)
        place = block.place(y, x) if block is not None else None
        if block is None or place is None:
            return None
        return UnitRef(block.mosaic.layer, int(block.mosaic.order[place]))

    def _block_at(self, y: float, x: float) -> Block | None:
        for block in self.blocks:
            top, left, bottom, right = block.box
            if top <= y < bottom and left <= x < right:
                return block
        return None

    def _mark(self) -> None:
        state = self._view.state
        block = next((b for b in self.blocks if b.mosaic.layer == state.layer), None)
        second = state.second.unit if state.second is not None else None
        for name, unit, colour in (("second", second, SECOND), ("selected", state.unit, SELECTED)):
            box = block.tile_of(unit) if block is not None and unit is not None else None
            self.set_mark(name, box, colour, 2)
        if block is not None and state.layer != self._brought:
            self._brought = state.layer
            self.show_box(block.box)

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """The layers' names: the same size at every zoom, cut at the front to their mosaic's width."""
        super().drawForeground(painter, rect)
        if painter is None or self._view.model is None:
            return
        metrics, window = self.fontMetrics(), QRectF(self.rect())
        painter.setFont(self.font())
        for block in self.blocks:
            corner = self.to_screen(block.top, block.left)
            line = QRectF(
                corner.x(), corner.y() - metrics.height() - 2, SIDE * self.scale_now, metrics.height()
            )
            if line.intersects(window):
                painter.setPen(SELECTED if block.mosaic.layer == self._view.state.layer else _NAME)
                alias = self._view.model.layer(block.mosaic.layer).alias
                # The end of `inc3a.b1.conv` tells it from its neighbours.
                text = metrics.elidedText(alias, Qt.TextElideMode.ElideLeft, int(line.width()))
                painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)

    # ---- the mouse ----

    def _point(self, at: tuple[float, float] | None) -> None:
        block = self._block_at(*at) if at is not None else None
        ref = self.unit_at(*at) if at is not None else None
        self.set_mark("pointed", block.box if block is not None else None, POINTED, 1)
        self.readout.say(unit_name(self._view.model, ref) if ref is not None else "")

    def _click(self, y: float, x: float, button: Qt.MouseButton) -> None:
        ref = self.unit_at(y, x)
        if ref is None or button != Qt.MouseButton.LeftButton:
            return
        if not self.shift:
            self._session.change(overview=False)
            select(self._session, ref)
        elif ref.layer == self._view.state.layer:
            mark_second(self._session, ref.unit)
        else:
            self._session.say(OTHER_LAYER)


def enlarged(pixels: U8) -> U8:
    """Small mosaics with every pixel repeated, so that drawing them smoothly leaves their edges sharp."""
    times = int(SIDE) // max(pixels.shape)
    return pixels.repeat(times, 0).repeat(times, 1) if times > 1 else pixels


def pack(
    mosaics: tuple[Mosaic, ...], pane: tuple[int, int], name_height: float, narrowest: float
) -> tuple[list[Block], tuple[float, float], Fit]:
    """Mosaics in a grid of equal cells, as large as the pane (height, width) allows; (blocks, canvas size, fit).

    `name_height` is the height of a name on the screen; above every cell there is room for one. Cells are not
    made narrower than `narrowest` screen pixels: then the canvas is higher than the pane.
    """
    height, width = max(pane[0], 1), max(pane[1], 1)
    step = SIDE + _GAP

    def scale(columns: int) -> float:
        rows = -(-len(mosaics) // columns)
        return min(width / (columns * step), max(height / rows - name_height, 1) / step)

    columns = max(range(1, len(mosaics) + 1), key=scale)
    zoom = scale(columns)
    fit: Fit = "whole"
    if zoom * step < narrowest:
        columns = min(max(int(width / narrowest), 1), len(mosaics))
        zoom, fit = width / (columns * step), "width"
    strip = name_height / zoom
    blocks = []
    for place, mosaic in enumerate(mosaics):
        row, column = divmod(place, columns)
        top, left = row * (step + strip) + strip, column * step + _GAP / 2
        blocks.append(Block(mosaic, top, left, SIDE / max(mosaic.grid.size)))
    rows = -(-len(mosaics) // columns)
    return blocks, (rows * (step + strip), columns * step), fit
