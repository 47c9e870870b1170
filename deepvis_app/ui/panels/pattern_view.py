"""Pattern mode: every unit of the layer as its picture, instead of its activation."""

from __future__ import annotations

from functools import partial

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import I32, LayerInfo, LayerPictures
from deepvis_app.render.grid import SMALLEST_PICTURE, lay_out_pictures
from deepvis_app.session import Session, View, pictures_ref
from deepvis_app.ui.panels.common import POINTED
from deepvis_app.ui.panels.tile_view import Tiles, TileView, nothing_to_show
from deepvis_app.ui.widgets.tile_item import TileItem

COMPUTE = "Compute them\N{HORIZONTAL ELLIPSIS}"
_NAMES = {"am": "preferred pictures", "dgn-am": "DGN-AM pictures", "top": "best patches"}


class PatternView(TileView):
    """Same order, frames, hit test and scrolling as the activations have; a click selects."""

    smallest = SMALLEST_PICTURE
    compute = pyqtSignal(str)  # the kind of picture that is wanted and does not exist

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._item = TileItem(self.content)
        self._pictures: LayerPictures | None = None
        self._key: tuple[object, ...] = ()
        self._at: tuple[float, float] | None = None
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)

    def show_pattern(self, view: View) -> None:
        """Draw anew what differs; an order that only follows the frames waits for `follow_order`."""
        self.view = view
        layer, pictures = self._wanted_layer(), view.pattern
        if layer is not None and pictures is not None:
            asked = view.result.request.order if view.result is not None else "index"
            key = (layer.name, layer.units, view.state.pane, asked)
            if pictures is not self._pictures or key != self._key:
                self._pictures, self._key = pictures, key
                self._set_tiles(layer, pictures, self._newest_order(layer))
        self.mark_units()
        self._explain()
        self._tell()

    def follow_order(self) -> None:
        """Sorted by activation, pictures change places a few times a second, not with every frame."""
        layer = self.shown_layer()
        if layer is None or self._pictures is None or self.tiles is None:
            return
        order = self._newest_order(layer)
        if not np.array_equal(order, self.tiles.order):
            self._set_tiles(layer, self._pictures, order)
            self.mark_units()

    def hint(self) -> str:
        """How much of the layer there is."""
        pictures = self._pictures
        if pictures is None or self.shown_layer() is None:
            return ""
        return f"{sum(pictures.have)} of {len(pictures.have)} units have {_NAMES.get(pictures.kind, 'pictures')}."

    def _set_tiles(self, layer: LayerInfo, pictures: LayerPictures, order: I32) -> None:
        grid = lay_out_pictures(layer.units, self.view.state.pane)
        self.tiles = Tiles(layer.name, grid, order)
        self._item.set_tiles(pictures.tiles, pictures.have, order, grid)
        self.set_size(*grid.size)
        self.fit_tiles()

    def _newest_order(self, layer: LayerInfo) -> I32:
        """That of the newest mosaic; before the first one of this layer, by number."""
        mosaic = self.view.result.mosaic if self.view.result is not None else None
        if mosaic is not None and mosaic.layer == layer.name:
            return mosaic.order
        return np.arange(layer.units, dtype=np.int32)

    def _wanted_layer(self) -> LayerInfo | None:
        model, name = self.view.model, self.view.state.layer
        return model.layer(name) if model is not None and name else None

    def _explain(self) -> None:
        """What to say over the pictures, with the button that makes them where there are none."""
        view, pictures = self.view, self.view.pattern
        kind, ref = view.state.pattern, pictures_ref(view.model, view.state)
        text, button = nothing_to_show(view), ""
        if text or ref is None or view.model is None:
            pass
        elif pictures is None:
            text = f"Reading the pictures of {view.model.layer(ref.layer).alias} ..."
        elif not any(pictures.have):
            alias, name = view.model.layer(ref.layer).alias, _NAMES.get(kind, "pictures")
            text = pictures.error or f"No {name} have been computed for {alias} yet."
            button = "" if pictures.error else COMPUTE
        self.message.say(text, button, partial(self.compute.emit, kind))
        self.set_dimmed(bool(text))

    # ---- the mouse ----

    def _point(self, at: tuple[float, float] | None) -> None:
        self._at = at
        self._tell()

    def _click(self, y: float, x: float, button: Qt.MouseButton) -> None:
        found = self.unit_at((y, x))
        if found is not None and button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self.choose(found[0])

    def _tell(self) -> None:
        found, layer, pictures = self.unit_at(self._at), self.shown_layer(), self._pictures
        if found is None or layer is None or self.view.model is None or pictures is None:
            self.set_mark("pointed", None)
            self.told.emit("")
            return
        unit = found[0]
        self.set_mark("pointed", self.tile_of(unit), POINTED, 1)
        name = f" {self.view.model.label(unit)}" if layer.is_class_layer else ""
        missing = "" if unit < len(pictures.have) and pictures.have[unit] else "  no picture yet"
        self.told.emit(f"unit {unit}{name}{missing}")
