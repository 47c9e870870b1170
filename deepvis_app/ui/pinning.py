"""Pinning by key: the picture under the mouse, or the strongest of this session."""

from __future__ import annotations

from deepvis_app.session.pinning import toggle_pin
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel


def pin(context: ActionContext) -> None:
    """Keep a picture of this session in the user's atlas, or take it out again."""
    panel = context.window.panels["unit_pictures"]
    pointed = panel.live.pointed if isinstance(panel, UnitPicturesPanel) else None
    toggle_pin(context.session, pointed)
