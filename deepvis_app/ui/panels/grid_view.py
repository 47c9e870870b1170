"""All units of the layer side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import Cell, LayerInfo, Mosaic
from deepvis_app.render.grid import SMALLEST_TILE, cell_at, place_at, tile_box
from deepvis_app.render.palettes import ZERO, value_of
from deepvis_app.session import Session, View
from deepvis_app.session.intents import pick_position, select_unit
from deepvis_app.ui.panels.common import FROZEN, POINTED, SELECTED, PointedCell, as_seen, table_of
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.placement import FloatBox

LABEL_CHARS = 8  # tiles with room for fewer characters carry no label
_PLATE, _LABEL = QColor(24, 25, 29, 170), QColor("#e8eaee")  # on pictures: the same in both themes
NO_NETWORK = "No network is loaded: choose one in the menu Model (Ctrl+M)."
PANE_STEP = 32  # device pixels: small changes of the window do not ask for another mosaic


class GridView(ImageView):
    """The mosaic: hover tells unit, position and value, a click selects, a right click picks a seed position."""

    told = pyqtSignal(str)  # what the mouse points at, in words

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._cell = session, PointedCell(session)
        self._view = session.view
        self._mosaic: Mosaic | None = None
        self._pixels = np.zeros((1, 1), np.uint8)  # of the mosaic, as they are seen
        self._at: tuple[float, float] | None = None
        self._selection: tuple[object, ...] = ()
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)
        self.resized.connect(self._report_pane)

    def show_mosaic(self, view: View) -> None:
        last, self._view = self._view, view
        mosaic = view.result.mosaic if view.result is not None else None
        changed, self._mosaic = mosaic is not self._mosaic, mosaic
        if mosaic is None:
            self.clear_picture()
        elif changed or (last.state.palette, last.state.mirror) != (view.state.palette, view.state.mirror):
            self._pixels = as_seen(mosaic, view.state.mirror)
            self.set_numbers(self._pixels, table_of(view.state, mosaic.content))
        if changed:
            self._fit_tiles()
            if self._at is not None:  # another unit may be under the mouse now
                self._cell.point(self._cell_under())
        self._mark()
        text = why_not_shown(view)
        self.message.say(text)
        self.set_dimmed(bool(text))
        self._cell.flush(view)
        self._tell()

    # ---- marks ----

    def _mark(self) -> None:
        state, mosaic = self._view.state, self._mosaic
        shown = mosaic is not None and mosaic.layer == state.layer
        origin = state.origin.unit if state.origin is not None and state.origin.layer == state.layer else None
        self.set_mark("origin", self._tile_of(origin) if shown and origin is not None else None, FROZEN, 3)
        box = self._tile_of(state.unit) if shown else None
        self.set_mark("selected", box, SELECTED, 2)
        selection = (state.layer, state.unit, state.order, state.pane) if shown else ()
        if selection and selection != self._selection and box is not None:
            self.show_box(box)
            self._selection = selection

    def _tile_of(self, unit: int) -> FloatBox | None:
        """The tile of a unit with half of its gap, so that the frame does not cover the map."""
        if self._mosaic is None:
            return None
        places = np.flatnonzero(self._mosaic.order == unit)
        if not places.size:
            return None
        top, left, bottom, right = tile_box(self._mosaic.grid, int(places[0]))
        return top - 0.5, left - 0.5, bottom + 0.5, right + 0.5

    def _fit_tiles(self) -> None:
        """As large as the pane; layers whose tiles would be too small take its width and scroll."""
        mosaic = self._mosaic
        if mosaic is None:
            return
        height, width = mosaic.grid.size
        scale = min(self.width() / width, self.height() / height) * self.devicePixelRatioF()
        self.set_fit("width" if scale * min(mosaic.grid.tile) < SMALLEST_TILE * 0.9 else "whole")

    def _report_pane(self) -> None:
        ratio = self.devicePixelRatioF() / PANE_STEP
        height, width = (max(int(side * ratio), 1) * PANE_STEP for side in (self.height(), self.width()))
        self._session.change(pane=(height, width))
        self._fit_tiles()

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """The unit's number, and on class layers the class, in tiles that are large enough."""
        super().drawForeground(painter, rect)
        layer, mosaic, model = self._layer(), self._mosaic, self._view.model
        if painter is None or layer is None or mosaic is None or model is None:
            return
        metrics = self.fontMetrics()
        room = mosaic.grid.tile[1] * self.scale_now - 4
        if room < metrics.averageCharWidth() * LABEL_CHARS:
            return
        painter.setFont(self.font())
        for place, unit in enumerate(mosaic.order.tolist()):
            top, left, _, _ = tile_box(mosaic.grid, place)
            corner = self.to_screen(top, left)
            if -room < corner.x() < self.width() and -room < corner.y() < self.height():
                name = f"{unit} {model.label(unit)}" if layer.is_class_layer else str(unit)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room) - 6)
                plate = QRectF(corner.x(), corner.y(), metrics.horizontalAdvance(text) + 6, metrics.height())
                painter.fillRect(plate, _PLATE)
                painter.setPen(_LABEL)
                painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)

    # ---- the mouse ----

    def _point(self, at: tuple[float, float] | None) -> None:
        self._at = at
        self._cell.point(self._cell_under())
        self._tell()

    def _click(self, y: float, x: float, button: Qt.MouseButton) -> None:
        self._at = (y, x)
        cell = self._cell_under()
        if cell is None:
            return
        if button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            select_unit(self._session, cell.unit)
        if button == Qt.MouseButton.RightButton:
            pick_position(self._session, cell.y, cell.x)

    def _layer(self) -> LayerInfo | None:
        """The layer that is shown, when it is the one that was asked for."""
        mosaic, view = self._mosaic, self._view
        if mosaic is None or view.model is None or mosaic.layer != view.state.layer:
            return None
        return view.model.layer(mosaic.layer)

    def _cell_under(self) -> Cell | None:
        layer, mosaic = self._layer(), self._mosaic
        if layer is None or mosaic is None or self._at is None:
            return None
        place = place_at(mosaic.grid, *self._at)
        if place is None:
            return None
        cell = cell_at(mosaic.grid, int(mosaic.order[place]), place, layer.map_shape, *self._at)
        return replace(cell, x=layer.map_shape[1] - 1 - cell.x) if self._view.state.mirror else cell

    def _tell(self) -> None:
        cell, layer = self._cell_under(), self._layer()
        if cell is None or layer is None or self._view.model is None:
            self.set_mark("pointed", None)
            self.told.emit("")
            return
        self.set_mark("pointed", self._tile_of(cell.unit), POINTED, 1)
        name = f" {self._view.model.label(cell.unit)}" if layer.is_class_layer else ""
        place = f"  ({cell.y}, {cell.x})" if layer.map_shape != (1, 1) else ""
        self.told.emit(f"unit {cell.unit}{name}{place}  {self._value(cell)}")

    def _value(self, cell: Cell) -> str:
        """Exact once the engine has answered; until then what the colour stands for."""
        result, mosaic = self._view.result, self._mosaic
        if result is None or mosaic is None or self._at is None:
            return ""
        if result.request.cell == cell and result.cell_value is not None:
            return f"= {result.cell_value:.5g}"
        if result.request.scale.boost:
            return "= ..."
        number = int(self._pixels[int(self._at[0]), int(self._at[1])])
        return f"\N{ALMOST EQUAL TO} {value_of(number or ZERO, mosaic.top, result.request.scale.gamma):.2g}"


def why_not_shown(view: View) -> str:
    """What to say over the grid; empty when it shows what was asked for."""
    result, model = view.result, view.model
    if model is None:
        return f"Loading {view.loading.name} ..." if view.loading is not None else NO_NETWORK
    if result is None:
        waiting = "Every unit of the layer appears here with the first picture."
        return "computing ..." if view.frame is not None else waiting
    if result.error:
        return result.error
    mosaic, state = result.mosaic, view.state
    if mosaic is None:
        return result.notes[0] if result.notes else "This layer gave nothing to show."
    if mosaic.layer != state.layer:
        return f"computing {model.layer(state.layer).alias} ..."
    if _all_zero(mosaic):
        what = "activation" if mosaic.content == "forward" else "gradient"
        return f"Every {what} of this layer is zero for this picture."
    return ""


def _all_zero(mosaic: Mosaic) -> bool:
    pixels = mosaic.pixels
    # The first test is cheap and nearly always decides.
    return int(pixels.max()) <= ZERO and not bool(((pixels != ZERO) & (pixels != 0)).any())
