"""What is said about the selected unit: how unusual its value is, and whose pictures stand for it."""

from __future__ import annotations

import math

from deepvis_app.messages import LayerInfo
from deepvis_app.session import View, pictures_ref
from deepvis_app.ui.picture_words import standing


def standing_of(view: View) -> str:
    """Where the selected unit's value lies among its values in a data set; "" where that is not known."""
    stats, value = view.pictures.stats if view.pictures is not None else None, value_now(view)
    if stats is None or value is None or on_another_scale(view):
        return ""
    return standing(value, stats)


def value_now(view: View) -> float | None:
    """The selected unit's largest value in the newest frame."""
    unit = view.result.unit if view.result is not None else None
    if unit is None or (unit.ref.layer, unit.ref.unit) != (view.state.layer, view.state.unit):
        return None
    return unit.maximum if math.isfinite(unit.maximum) else None


def on_another_scale(view: View) -> str:
    """Why the statistics say nothing of this layer's values, or ""."""
    ref = pictures_ref(view.model, view.state)
    if view.model is None or ref is None:
        return ""
    layer = view.model.layer(view.state.layer)
    if ref.layer == layer.name or "Softmax" not in layer.kind:
        return ""
    return f"Statistics: see {view.model.layer(ref.layer).alias}; {layer.alias} is on another scale."


def passed_on(view: View) -> str:
    """Whose pictures these are, where the layer only passes the units of another on."""
    ref = pictures_ref(view.model, view.state)
    if view.model is None or ref is None or ref.layer == view.state.layer:
        return ""
    source: LayerInfo = view.model.layer(ref.layer)
    here = view.model.layer(view.state.layer)
    return f"Pictures of {source.alias}: {here.alias} passes the same units on"
