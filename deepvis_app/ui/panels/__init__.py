"""The PANELS table: every part of the window, top to bottom within its area."""

from __future__ import annotations

from deepvis_app.ui.panels.base import Area, Panel, PanelSpec
from deepvis_app.ui.panels.scores import ScoresPanel

PANELS: dict[str, PanelSpec] = {
    "scores": PanelSpec("scores", "Classes", "right", ScoresPanel),
}

__all__ = ["PANELS", "Area", "Panel", "PanelSpec"]
