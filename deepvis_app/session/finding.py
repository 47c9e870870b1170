"""From what a person types to units."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from deepvis_app.messages import UnitRef
from deepvis_app.session.session import View


def find(view: View, text: str) -> list[UnitRef]:
    """Units that a text names: "12", "conv5:12", a layer's name, or (part of) a class name. Best first."""
    model, text = view.model, text.strip().lower()
    if model is None or not text:
        return []
    shown = [layer for layer in model.layers if layer.units]
    layers = {layer.name.lower(): layer for layer in shown}
    layers |= {layer.alias.lower(): layer for layer in shown}
    name, _, number = text.rpartition(":")
    layer = layers.get(name) if name else layers.get(view.state.layer.lower())
    if number.isdecimal() and layer is not None:
        return [UnitRef(layer.name, int(number))] if int(number) < layer.units else []
    if text in layers:
        return [UnitRef(layers[text].name, 0)]
    classes = next((x for x in reversed(shown) if x.is_class_layer), None)
    if classes is None:
        return []
    here = layers.get(view.state.layer.lower())
    into = here if here is not None and here.is_class_layer else classes
    return [UnitRef(into.name, unit) for unit in _matching_labels(model.labels, text)]


def _matching_labels(labels: Sequence[str], text: str) -> list[int]:
    lowered = [label.lower() for label in labels]
    hits = [i for i, label in enumerate(lowered) if text in label]
    hits.sort(key=lambda i: (not lowered[i].startswith(text), lowered[i]))
    if hits:
        return hits
    near = difflib.get_close_matches(text, lowered, n=5, cutoff=0.7)
    return [lowered.index(label) for label in near]
