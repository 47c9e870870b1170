"""Every layer's units at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import Mosaic, UnitRef
from deepvis_app.render.grid import place_at, tile_box
from deepvis_app.session import Session, View
from deepvis_app.session.intents import select
from deepvis_app.ui.panels.common import POINTED, SELECTED, table_of, unit_name
from deepvis_app.ui.widgets.image_view import ImageView

_GAP = 6  # canvas pixels between mosaics


@dataclass(frozen=True)
class Block:
    """Where a layer's mosaic lies on the canvas; its name is written in the strip above."""

    mosaic: Mosaic
    top: int
    left: int


class OverviewCanvas(ImageView):
    """All mosaics packed in rows, in execution order; a click goes to that layer and unit."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view = session.view
        self._mosaics: tuple[Mosaic, ...] = ()
        self._shape: tuple[object, ...] = ()
        self.blocks: list[Block] = []
        self._canvas_size = (0, 0)
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)

    def show_overview(self, view: View) -> None:
        last, self._view = self._view, view
        mosaics = view.result.overview if view.result is not None else ()
        if not mosaics:
            self.clear_picture()
            self.blocks = []
        elif mosaics is not self._mosaics or last.state.palette != view.state.palette:
            self._lay_out(mosaics)
            self.set_numbers(self._canvas(), table_of(view.state, mosaics[0].content))
        self._mosaics = mosaics
        self._mark()
        error = view.result.error if view.result is not None else ""
        self.message.say("" if mosaics else error or "computing all layers ...")

    def block_at(self, y: float, x: float) -> Block | None:
        for block in self.blocks:
            height, width = block.mosaic.grid.size
            if block.top <= y < block.top + height and block.left <= x < block.left + width:
                return block
        return None

    def unit_at(self, y: float, x: float) -> UnitRef | None:
        block = self.block_at(y, x)
        if block is None:
            return None
        place = place_at(block.mosaic.grid, y - block.top, x - block.left)
        return None if place is None else UnitRef(block.mosaic.layer, int(block.mosaic.order[place]))

    # ---- layout ----

    def _lay_out(self, mosaics: tuple[Mosaic, ...]) -> None:
        shape = (*((m.layer, m.grid) for m in mosaics), self.size())
        if shape != self._shape:
            self._shape = shape
            self.blocks, self._canvas_size = pack(mosaics, self._aspect(), self._strip(mosaics))
        else:
            self.blocks = [Block(m, b.top, b.left) for m, b in zip(mosaics, self.blocks, strict=True)]

    def _aspect(self) -> float:
        aspect: float = max(self.width(), 1) / max(self.height(), 1)
        return aspect

    def _strip(self, mosaics: tuple[Mosaic, ...]) -> int:
        """The height of a name in canvas pixels, when the whole canvas fills the pane."""
        area = sum((m.grid.size[0] + _GAP) * (m.grid.size[1] + _GAP) for m in mosaics)
        per_screen_pixel = (area / max(self.width() * self.height(), 1)) ** 0.5 * 1.15
        font_height: int = self.fontMetrics().height()
        return round(max(font_height * per_screen_pixel, 4))

    def _canvas(self) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        canvas = np.zeros(self._canvas_size, np.uint8)
        for block in self.blocks:
            height, width = block.mosaic.pixels.shape
            canvas[block.top : block.top + height, block.left : block.left + width] = block.mosaic.pixels
        return canvas

    def _mark(self) -> None:
        state = self._view.state
        block = next((b for b in self.blocks if b.mosaic.layer == state.layer), None)
        places = np.flatnonzero(block.mosaic.order == state.unit) if block is not None else np.zeros(0)
        if block is None or not places.size:
            self.set_mark("selected", None)
            return
        top, left, bottom, right = tile_box(block.mosaic.grid, int(places[0]))
        box = (top + block.top, left + block.left, bottom + block.top, right + block.left)
        self.set_mark("selected", box, SELECTED, 2)

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """The layers' names: the same size at every zoom, cut off at their mosaic's width."""
        super().drawForeground(painter, rect)
        if painter is None or self._view.model is None:
            return
        metrics, font_height = self.fontMetrics(), self.fontMetrics().height()
        painter.setFont(self.font())
        for block in self.blocks:
            corner = self.to_screen(block.top, block.left)
            width = block.mosaic.grid.size[1] * self.scale_now
            line = QRectF(corner - QPointF(0, font_height), corner + QPointF(max(width, 12), 0))
            if line.intersects(QRectF(self.rect())):
                here = block.mosaic.layer == self._view.state.layer
                painter.setPen(SELECTED if here else QColor("#e8eaee"))
                alias = self._view.model.layer(block.mosaic.layer).alias
                text = metrics.elidedText(alias, Qt.TextElideMode.ElideRight, int(line.width()))
                painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)

    # ---- the mouse ----

    def _point(self, at: tuple[float, float] | None) -> None:
        ref = self.unit_at(*at) if at is not None else None
        self.readout.say(unit_name(self._view.model, ref) if ref is not None else "")
        block = self.block_at(*at) if at is not None else None
        self.set_mark("pointed", None)
        if block is not None:
            height, width = block.mosaic.grid.size
            box = (block.top, block.left, block.top + height, block.left + width)
            self.set_mark("pointed", box, POINTED, 1)

    def _click(self, y: float, x: float, button: Qt.MouseButton) -> None:
        ref = self.unit_at(y, x)
        if ref is not None and button == Qt.MouseButton.LeftButton:
            self._session.change(overview=False)
            select(self._session, ref)


def pack(mosaics: tuple[Mosaic, ...], aspect: float, strip: int) -> tuple[list[Block], tuple[int, int]]:
    """Mosaics in rows, so that the canvas is about `aspect` times as wide as high; (blocks, canvas size).

    `strip` canvas pixels are left above each for its name.
    """
    area = sum((m.grid.size[0] + strip + _GAP) * (m.grid.size[1] + _GAP) for m in mosaics)
    limit = max((area * aspect * 1.1) ** 0.5, *(m.grid.size[1] + 2 * _GAP for m in mosaics))
    blocks, x, y, tallest, widest = [], _GAP, _GAP, 0, 0
    for mosaic in mosaics:
        height, width = mosaic.grid.size
        if x > _GAP and x + width + _GAP > limit:
            x, y, tallest = _GAP, y + tallest + strip + _GAP, 0
        blocks.append(Block(mosaic, y + strip, x))
        x += width + _GAP
        tallest, widest = max(tallest, height), max(widest, x)
    return blocks, (y + tallest + strip + _GAP, widest)
