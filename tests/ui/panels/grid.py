"""A unit grid on a stage, and the places of its units."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from deepvis_app.messages import LayerInfo, Mosaic
from deepvis_app.render.grid import tile_box
from deepvis_app.ui.panels.layer_grid import LayerGridPanel
from tests.ui.fakes import canned_model
from tests.ui.panels.helpers import Stage

CONV5 = "features.conv5"
GridStage = Stage[LayerGridPanel]


def grid_stage(qtbot: QtBot) -> GridStage:
    """The pane with conv5, the keyboard in the grid."""
    made = Stage(qtbot, LayerGridPanel)
    made.turn(layer=CONV5, in_grid=True)
    return made


def layer_of(stage: GridStage) -> LayerInfo:
    return canned_model().layer(stage.session.view.state.layer)


def mosaic_of(stage: GridStage) -> Mosaic:
    result = stage.session.view.result
    assert result is not None
    assert result.mosaic is not None
    return result.mosaic


def spot(stage: GridStage, unit: int, y: int = 0, x: int = 0) -> QPointF:
    """The widget position of the middle of a map position."""
    mosaic, layer = mosaic_of(stage), layer_of(stage)
    place = int(np.flatnonzero(mosaic.order == unit)[0])
    top, left, bottom, right = tile_box(mosaic.grid, place)
    return stage.panel.grid.to_screen(
        top + (y + 0.5) / layer.map_shape[0] * (bottom - top),
        left + (x + 0.5) / layer.map_shape[1] * (right - left),
    )
