"""Many small pictures in a grid, painted only where they are seen."""

from __future__ import annotations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter, QPen
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepvis_app.messages import I32, U8, Grid
from deepvis_app.render.grid import places_in, tile_box

_EMPTY, _LINE = QColor(255, 255, 255, 12), QColor(255, 255, 255, 46)  # on the pictures' dark ground
_BLOCKS = 2.0  # enlarged by so much, pixels are squares; less, and they would be of uneven size


class TileItem(QGraphicsItem):
    """Place k of the grid shows picture `order[k]`, or an empty frame where there is none.

    Nothing is composed beforehand: a layer of 4096 units costs what is seen of it.
    """

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._tiles: U8 | None = None
        self._have: tuple[bool, ...] = ()
        self._order: list[int] = []
        self._grid = Grid(0, 1, (1, 1))

    def set_tiles(self, tiles: U8 | None, have: tuple[bool, ...], order: I32, grid: Grid) -> None:
        """`tiles` is (units, side, side, 3), `have` tells which of them are pictures; None: all are empty."""
        self.prepareGeometryChange()
        self._tiles, self._have, self._order, self._grid = tiles, have, order.tolist(), grid
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        height, width = self._grid.size if self._grid.count else (0, 0)
        return QRectF(0, 0, width, height)

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        _widget: QWidget | None = None,
    ) -> None:
        if painter is None or option is None:
            return
        line = QPen(_LINE, 1)
        line.setCosmetic(True)
        painter.setBrush(_EMPTY)
        painter.setPen(line)
        self._set_smooth(painter)
        seen = option.exposedRect
        for place in places_in(self._grid, seen.top(), seen.left(), seen.bottom(), seen.right()):
            top, left, bottom, right = tile_box(self._grid, place)
            box = QRectF(left, top, right - left, bottom - top)
            tile = self._tile(self._order[place])
            if tile is None:
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            else:
                height, width = tile.shape[:2]
                pixels = tile.tobytes()  # a name of its own: the image only points into it
                painter.drawImage(box, QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888))

    def _tile(self, unit: int) -> U8 | None:
        there = self._tiles is not None and unit < len(self._have) and self._have[unit]
        return self._tiles[unit] if there and self._tiles is not None else None

    def _set_smooth(self, painter: QPainter) -> None:
        if self._tiles is None or not self._tiles.size:
            return
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        times = self._grid.tile[1] * painter.worldTransform().m11() * ratio / self._tiles.shape[2]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, abs(times) < _BLOCKS)
