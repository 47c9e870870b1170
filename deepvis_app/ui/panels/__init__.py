"""The PANELS table: every part of the window, top to bottom within its area."""

from __future__ import annotations

from deepvis_app.ui.panels.back import BackPanel
from deepvis_app.ui.panels.base import Area, Panel, PanelSpec
from deepvis_app.ui.panels.input import InputPanel
from deepvis_app.ui.panels.layer_bar import LayerBarPanel
from deepvis_app.ui.panels.layer_grid import LayerGridPanel
from deepvis_app.ui.panels.scores import ScoresPanel
from deepvis_app.ui.panels.status import StatusPanel
from deepvis_app.ui.panels.unit import UnitPanel
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel

PANELS: dict[str, PanelSpec] = {
    "input": PanelSpec("input", "Input", "left", InputPanel),
    "unit": PanelSpec("unit", "Unit", "left", UnitPanel),
    "back": PanelSpec("back", "Where it looks", "left", BackPanel),
    "layer_bar": PanelSpec("layer_bar", "Layers", "top", LayerBarPanel),
    "layer_grid": PanelSpec("layer_grid", "Units", "centre", LayerGridPanel),
    "scores": PanelSpec("scores", "Classes", "right", ScoresPanel),
    "unit_pictures": PanelSpec("unit_pictures", "Unit pictures", "right", UnitPicturesPanel),
    "status": PanelSpec("status", "Status", "bottom", StatusPanel),
}

__all__ = ["PANELS", "Area", "Panel", "PanelSpec"]
