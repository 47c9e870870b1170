"""What runs through the network."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import F32, U8, Frame, Result, frozen
from deepvis_app.render.overlay import STRONGEST, heat_colours
from deepvis_app.session import Session, View
from deepvis_app.session.intents import source, toggle, toggle_crop
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import POINTED, SELECTED, clipped, seen_box, to_frame
from deepvis_app.ui.panels.transport import Transport
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import ElidedLabel, heading, row
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.placement import FloatBox

STALE_S = 0.5  # a slow network does not hold up the moving picture for longer than this
_SHOWN_PART = QColor(255, 255, 255, 110)
HINT = "Open a picture, a video or a camera, or drop files here."


class InputPanel(Panel):
    """The frame, or the exact network input, with what a unit sees of it and where it looks."""

    name, title = "input", "Input"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._picture: U8 | None = None
        self._strength: F32 | None = None
        self._covered: object = None  # the geometry that the heat was laid over
        self.caption = ElidedLabel(muted=True, keep_end=True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.image = ImageView(self, smooth=True)
        self.transport = Transport(session)
        self.exact = FlatButton("Net input", "Show exactly what the network gets",
                                 lambda: toggle(session, "show_network_input"), checkable=True)  # fmt: skip
        self.heat = FlatButton("Heat", "Lay the backward picture over the input",
                                self._toggle_heat, checkable=True)  # fmt: skip
        self.mirror = FlatButton("Mirror", "Left for right, for the eye only: the network sees no mirror",
                                  lambda: toggle(session, "mirror"), checkable=True)  # fmt: skip
        self.squash = FlatButton("Squash", "Squash the whole picture into the input instead of cutting out "
                                  "its centre (key 0)", lambda: toggle_crop(session), checkable=True)  # fmt: skip
        buttons = row(self.exact, self.heat, self.mirror, self.squash, gap=2)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row(heading(self.title), self.caption, gap=8))
        column.addWidget(self.image, 1)
        column.addWidget(self.transport)
        column.addLayout(buttons)

    def show_view(self, view: View) -> None:
        state = view.state
        self.transport.show_status(view.source)
        self.exact.setChecked(state.show_network_input)
        self.heat.setChecked(state.heat_on_input)
        self.mirror.setChecked(state.mirror)
        crop = state.crop or (view.model.crop if view.model is not None else "crop")
        self.squash.setChecked(crop == "squash")
        self.image.set_mirrored(state.mirror)
        frame, result = shown_frame(view)
        self._show_picture(view, frame, result)
        self._mark(view, result)
        self._show_heat(view, result)
        self.caption.say(caption(view, frame))
        self._explain(view, frame)

    def _show_picture(self, view: View, frame: Frame | None, result: Result | None) -> None:
        picture = frame.rgb if frame is not None else None
        if view.state.show_network_input and result is not None and result.network_input is not None:
            picture = result.network_input
        if picture is self._picture:
            return
        self._picture = picture
        if picture is None:
            self.image.clear_picture()
        else:
            self.image.set_rgb(picture)

    def _mark(self, view: View, result: Result | None) -> None:
        size = self.image.picture_size
        cell, field = view.state.cell, seen_part(view, result)
        self.image.set_mark("field", clipped(field, size) if field is not None else None,
                            SELECTED if cell is None else POINTED, 2)  # fmt: skip
        box = result.input_box if result is not None and not view.state.show_network_input else None
        all_of_it = box is None or box == (0, 0, *size)
        self.image.set_mark("shown", None if all_of_it or box is None else clipped(box, size), _SHOWN_PART, 1)

    def _show_heat(self, view: View, result: Result | None) -> None:
        heat = result.heat if result is not None and view.state.heat_on_input else None
        strength = heat.strength if heat is not None and not heat.empty else None
        if strength is None or result is None or result.input_box is None:
            self.image.set_cover(None)
            self._strength = None
            return
        box: FloatBox = (
            (0, 0, *self.image.picture_size) if view.state.show_network_input else result.input_box
        )
        if strength is not self._strength or box != self._covered:
            self._strength, self._covered = strength, box
            self.image.set_cover(heat_cover(strength), box)

    def _explain(self, view: View, frame: Frame | None) -> None:
        status = view.source
        if status.state == "failed":
            self.image.message.say(status.message or "The source failed.", "Retry", self._retry)
        elif status.state == "opening":
            self.image.message.say(f"Opening {status.title or 'the source'} ...")
        elif frame is None:
            self.image.message.say(HINT if status.state == "none" else "Waiting for the first picture ...")
        else:
            self.image.message.say("")
        self.image.set_dimmed(status.state in ("failed", "opening"))

    def _retry(self) -> None:
        source(self.session, "retry")

    def _toggle_heat(self) -> None:
        state = self.session.view.state
        if not state.heat_on_input and state.method == "off":
            self.session.say("Choose a backward method first (key n): the heat shows where the unit looks.")
        toggle(self.session, "heat_on_input")


def shown_frame(view: View) -> tuple[Frame | None, Result | None]:
    """The frame to show and the result that belongs to it.

    The computed frame, so that boxes and heat belong to what is seen; the source's newest one where the
    network is too slow for that, has failed, or has not answered yet.
    """
    result, newest = view.result, view.frame
    if result is None or result.error:
        return newest, None
    late = newest is not None and newest.captured_at - result.frame.captured_at > STALE_S
    return (newest, None) if late else (result.frame, result)


def seen_part(view: View, result: Result | None) -> FloatBox | None:
    """What the cell under the mouse, or else the selected unit's maximum, sees of the shown picture."""
    model, cell, unit = view.model, view.state.cell, result.unit if result is not None else None
    if model is None or result is None or result.input_box is None:
        return None
    if cell is not None:
        layer, place = view.state.layer, (cell.y, cell.x)
    elif unit is not None:
        layer, place = unit.ref.layer, unit.maximum_at
    else:
        return None
    box = seen_box(model.layer(layer), *place, model.input_size)
    if box is None or view.state.show_network_input:
        return box
    return to_frame(box, model.input_size, result.input_box)


def caption(view: View, frame: Frame | None) -> str:
    status = view.source
    name = (frame.name if frame is not None else "") or status.title
    parts = [name, f"true class: {frame.label}" if frame is not None and frame.label else ""]
    if status.state in ("paused", "ended"):
        parts.append(status.state)
    if status.still and status.length > 1:
        parts.append(f"{status.position:.0f} of {status.length:.0f}")
    return "  ".join(part for part in parts if part)


def heat_cover(strength: F32) -> U8:
    """(H, W) in 0..1 -> RGBA: the heat's colours, the more opaque the stronger."""
    return _HEAT_TABLE[(strength * 255).astype(np.uint8)]


def _heat_table() -> U8:
    level = np.linspace(0, 1, 256, dtype=np.float32)
    alpha = (255 * STRONGEST * level).round().astype(np.uint8)
    return frozen(np.concatenate([heat_colours(level[None])[0], alpha[:, None]], 1))


_HEAT_TABLE = _heat_table()
