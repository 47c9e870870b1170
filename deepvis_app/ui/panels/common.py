"""What several panels need: colours of the 2015 toolbox, mapping of boxes, the cell under the mouse."""

from __future__ import annotations

from PyQt6.QtGui import QColor

from deepvis_app.messages import U8, Box, Cell, GridContent, LayerInfo, ModelInfo, Mosaic, UnitRef
from deepvis_app.render.palettes import PALETTES
from deepvis_app.session import Session, View, ViewState
from deepvis_app.ui.widgets.placement import FloatBox

SELECTED = QColor(60, 220, 90)  # green: the cursor and the selected unit
FROZEN = QColor(90, 170, 255)  # blue: the frozen origin of the backward pass
SECOND = QColor(205, 120, 255)  # violet: the unit that is painted together with the selected one
POINTED = QColor(255, 205, 60)  # what the mouse points at, or what was picked


def table_of(state: ViewState, content: GridContent) -> U8:
    """The chosen colour table; gradients are red and green, as in 2015, unless a colourful one was chosen."""
    name = "redgreen" if content == "backward" and state.palette == "gray" else state.palette
    return PALETTES[name]


def as_seen(mosaic: Mosaic, mirror: bool) -> U8:
    """The mosaic's numbers; `mirror` turns every tile left for right in its place, as the input is turned."""
    if not mirror:
        return mosaic.pixels
    grid, seen = mosaic.grid, mosaic.pixels.copy()
    height, width = grid.tile
    body = seen[grid.gap :, grid.gap :]
    cells = body.reshape(grid.rows, height + grid.gap, grid.columns, width + grid.gap).copy()
    cells[..., :width] = cells[..., :width][..., ::-1].copy()
    body[:] = cells.reshape(body.shape)
    return seen


def unit_name(model: ModelInfo | None, ref: UnitRef) -> str:
    """`conv5:13`, with the class name on class layers."""
    if model is None:
        return str(ref)
    try:
        layer = model.layer(ref.layer)
    except KeyError:
        return str(ref)
    name = f"{layer.alias}:{ref.unit}"
    return f"{name} ({model.label(ref.unit)})" if layer.is_class_layer else name


def shape_text(layer: LayerInfo) -> str:
    return " x ".join(str(n) for n in layer.shape)


def field_text(layer: LayerInfo) -> str:
    """The receptive field in words."""
    field = layer.receptive_field
    if field is None:
        return "receptive field not known"
    if field.whole:
        return "sees the whole input"
    return f"sees {field.size[0]} x {field.size[1]} px"


def seen_box(layer: LayerInfo, y: int, x: int, input_size: tuple[int, int]) -> Box | None:
    """The input pixels that a position sees, or None when that is not known."""
    field = layer.receptive_field
    if field is None:
        return None
    return (0, 0, *input_size) if field.whole else field.box(y, x)


def to_frame(box: FloatBox, input_size: tuple[int, int], input_box: Box) -> FloatBox:
    """From network-input pixels to frame pixels; `input_box` is the part of the frame that the input shows."""
    down = (input_box[2] - input_box[0]) / input_size[0]
    across = (input_box[3] - input_box[1]) / input_size[1]
    return (
        input_box[0] + box[0] * down,
        input_box[1] + box[1] * across,
        input_box[0] + box[2] * down,
        input_box[1] + box[3] * across,
    )


def clipped(box: FloatBox, size: tuple[float, float]) -> FloatBox | None:
    """The part of a box inside a picture of `size`; None when there is none."""
    top, left = max(box[0], 0), max(box[1], 0)
    bottom, right = min(box[2], size[0]), min(box[3], size[1])
    return (top, left, bottom, right) if top < bottom and left < right else None


class PointedCell:
    """Tells the session which cell the mouse points at, one request at a time.

    A new request makes answers to the old one out of date; sending one per mouse event would starve the
    picture for as long as the mouse moves. So the newest wish waits until the last one was answered.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting = False
        self._wanted: Cell | None = None

    def point(self, cell: Cell | None) -> None:
        self._wanted, self._waiting = cell, True
        self.flush(self._session.view)

    def flush(self, view: View) -> None:
        """Send what waits, if the session has nothing in flight. Called with every new view."""
        if self._waiting and (view.fresh or view.result is None):
            self._waiting = False
            self._session.change(cell=self._wanted)
