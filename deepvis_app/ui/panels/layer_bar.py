"""All layers of the network, in execution order."""

from __future__ import annotations

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepvis_app.messages import LayerInfo, ModelInfo
from deepvis_app.session import Session, View
from deepvis_app.session.intents import select_layer
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import FROZEN, SELECTED, field_text, shape_text
from deepvis_app.ui.panels.layer_tree import LayerTree
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.chips import Chip, ChipRow
from deepvis_app.ui.widgets.controls import ElidedLabel, heading, row


class LayerBarPanel(Panel):
    """A chip for every layer, what the selected one is, and a searchable tree for large networks."""

    name, title = "layer_bar", "Layers"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._model: ModelInfo | None = None
        self.chips = ChipRow(SELECTED, FROZEN)
        self.chips.chosen.connect(lambda name: select_layer(session, name))
        self.info = ElidedLabel(muted=True)
        self.tree_button = FlatButton(
            "Find layer\N{HORIZONTAL ELLIPSIS}", "Find a layer by its name, kind or shape", self.open_tree
        )
        self.tree_button.setEnabled(False)  # until there are layers
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row(heading(self.title), self.info, self.tree_button, gap=8))
        column.addWidget(self.chips)

    def show_view(self, view: View) -> None:
        if view.model is not self._model:
            self._model = view.model
            layers = view.model.layers if view.model is not None else ()
            self.chips.set_chips([_chip(layer) for layer in layers])
            self.tree_button.setEnabled(bool(layers))
        state = view.state
        origin = state.origin.layer if state.origin is not None else ""
        self.chips.show_state(state.layer, origin, not state.in_grid)
        self.info.say(_about(view))

    def open_tree(self) -> None:
        """Open the searchable tree under its button."""
        view = self.session.view
        if view.model is None:
            return
        tree = LayerTree(
            view.model.layers, view.state.layer, lambda name: select_layer(self.session, name), self
        )
        button = self.tree_button
        tree.move(button.mapToGlobal(QPoint(button.width() - tree.width(), button.height())))
        tree.show()


def _about(view: View) -> str:
    if view.model is None:
        return "No network is loaded." if view.loading is None else f"Loading {view.loading.name} ..."
    try:
        layer = view.model.layer(view.state.layer)
    except KeyError:
        return "This network has no layer that can be shown."
    return f"{layer.alias}  {layer.kind}, {shape_text(layer)}, {field_text(layer)}"


def _chip(layer: LayerInfo) -> Chip:
    tooltip = f"{layer.name}: {layer.kind}, {shape_text(layer)}, {field_text(layer)}"
    if layer.hidden_because:
        tooltip = f"{layer.name} cannot be shown: {layer.hidden_because}"
    return Chip(layer.name, layer.alias, tooltip, bool(layer.units))
