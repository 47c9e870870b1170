"""One line that says exactly what is shown."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from deepvis_app.messages import Result, UnitRef
from deepvis_app.session import Session, View, ViewState
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.widgets.colour_bar import short
from deepvis_app.ui.widgets.controls import ElidedLabel

_PATTERNS = {
    "am": "what each unit prefers (AM)",
    "dgn-am": "what each unit prefers (DGN-AM)",
    "top": "each unit's best patch",
}
SEPARATOR = "  |  "
_SEEDS = {"map": "whole map", "max": "maximum", "position": "picked"}


class StatusPanel(Panel):
    """What is shown on the left, how fast on the right. Notices are the window's."""

    name, title = "status", "Status"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._view: View | None = None
        self.what = ElidedLabel()
        self.speed = QLabel()
        self.speed.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.what, 1)
        line.addWidget(self.speed)

    def show_view(self, view: View) -> None:
        last, self._view = self._view, view
        changed = last is None or (last.state, last.model, last.loading) != (
            view.state,
            view.model,
            view.loading,
        )
        if changed:  # what follows every frame is left to the slow tick
            self.slow_tick()

    def slow_tick(self) -> None:
        if self._view is None:
            return
        self.what.say(what_is_shown(self._view))
        self.speed.setText(how_fast(self._view))


def what_is_shown(view: View) -> str:
    """Layer, unit, value, method, seed, view, scale: everything that a picture of the window depends on."""
    if view.loading is not None:
        return f"Loading {view.loading.name} ..."
    if view.model is None:
        return "No network is loaded."
    state, result = view.state, view.result
    content = _content(state)
    unit = unit_name(view.model, UnitRef(state.layer, state.unit)) if state.layer else ""
    parts = [content, f"{unit}{_value(result, state)}", *_backward(view), *_scale(state)]
    parts += [] if result is None else [*result.notes]
    return SEPARATOR.join(part for part in parts if part)


def _content(state: ViewState) -> str:
    if state.overview:
        return "all layers"
    if state.pattern:
        return _PATTERNS[state.pattern]
    return "gradients" if state.grid == "backward" else "activations"


def how_fast(view: View) -> str:
    """Frame rate, times, network and device."""
    timing = view.result.timing if view.result is not None else None
    parts = [f"{view.fps:.1f} fps" if view.fps else "still"] if timing is not None else []
    if timing is not None:
        parts.append(f"net {timing.network_ms:.1f} ms")
        if view.state.debug >= 1:
            parts.append(f"step {timing.step_ms:.1f} ms")
        if view.state.debug >= 2:
            parts.append(f"render {timing.render_ms:.1f} ms")
    if view.model is not None:
        parts.append(f"{view.model.title} ({view.model.weights}) on {view.model.device}")
    return SEPARATOR.join(parts)


def _value(result: Result | None, state: ViewState) -> str:
    unit = result.unit if result is not None else None
    if unit is None or (unit.ref.layer, unit.ref.unit) != (state.layer, state.unit):
        return ""
    return f" = {short(unit.maximum)}" if unit.values.size == 1 else f" max {short(unit.maximum)}"


def _backward(view: View) -> list[str]:
    state = view.state
    if state.method == "off":
        return ["back: off"]
    heat = view.result.heat if view.result is not None else None
    method = heat.method if heat is not None else state.method
    seed = _SEEDS[state.seed.kind]
    if state.seed.kind == "position":
        seed += f" ({state.seed.position[0]}, {state.seed.position[1]})"
    origin = f" from {unit_name(view.model, state.origin)} (frozen)" if state.origin is not None else ""
    return [f"back: {method}{origin}, {seed}, {state.back_view}"]


def _scale(state: ViewState) -> list[str]:
    scale = state.scale
    order = "" if state.order == "index" else f"by {state.order}"
    smoothed = "" if scale.range_policy == "layer" else "each frame's own range"
    return [f"gamma {scale.gamma:g}, boost {scale.boost:g}, {state.palette}", order, smoothed]
