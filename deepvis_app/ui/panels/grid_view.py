"""All units of the layer side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import Cell, Mosaic
from deepvis_app.render.grid import cell_at
from deepvis_app.render.palettes import ZERO, value_of
from deepvis_app.session import Session, View
from deepvis_app.session.intents import pick_position
from deepvis_app.ui.panels.common import POINTED, PointedCell, as_seen, table_of
from deepvis_app.ui.panels.tile_view import TileView, nothing_to_show


class GridView(TileView):
    """The mosaic: hover tells unit, position and value, a click selects, a right click picks a seed position."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._cell = PointedCell(session)
        self._mosaic: Mosaic | None = None
        self._pixels = np.zeros((1, 1), np.uint8)  # of the mosaic, as they are seen
        self._at: tuple[float, float] | None = None
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)

    def show_mosaic(self, view: View) -> None:
        last, self.view = self.view, view
        mosaic = view.result.mosaic if view.result is not None else None
        changed = mosaic is not self._mosaic
        self._mosaic = self.tiles = mosaic
        if mosaic is None:
            self.clear_picture()
        elif changed or (last.state.palette, last.state.mirror) != (view.state.palette, view.state.mirror):
            self._pixels = as_seen(mosaic, view.state.mirror)
            self.set_numbers(self._pixels, table_of(view.state, mosaic.content))
        if changed:
            self.fit_tiles()
            if self._at is not None:  # another unit may be under the mouse now
                self._cell.point(self._cell_under())
        self.mark_units()
        text = why_not_shown(view)
        self.message.say(text)
        self.set_dimmed(bool(text))
        self._cell.flush(view)
        self._tell()

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
        left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
        if button in (left, right) and self.choose(cell.unit) and button == right:
            pick_position(self.session, cell.y, cell.x)

    def _cell_under(self) -> Cell | None:
        layer, mosaic, found = self.shown_layer(), self._mosaic, self.unit_at(self._at)
        if layer is None or mosaic is None or found is None or self._at is None:
            return None
        cell = cell_at(mosaic.grid, *found, layer.map_shape, *self._at)
        return replace(cell, x=layer.map_shape[1] - 1 - cell.x) if self.view.state.mirror else cell

    def _tell(self) -> None:
        cell, layer = self._cell_under(), self.shown_layer()
        if cell is None or layer is None or self.view.model is None:
            self.set_mark("pointed", None)
            self.told.emit("")
            return
        self.set_mark("pointed", self.tile_of(cell.unit), POINTED, 1)
        name = f" {self.view.model.label(cell.unit)}" if layer.is_class_layer else ""
        place = f"  ({cell.y}, {cell.x})" if layer.map_shape != (1, 1) else ""
        self.told.emit(f"unit {cell.unit}{name}{place}  {self._value(cell)}")

    def _value(self, cell: Cell) -> str:
        """Exact once the engine has answered; until then what the colour stands for."""
        result, mosaic = self.view.result, self._mosaic
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
        return nothing_to_show(view)
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
