"""The unit column with one unit's pictures."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitRef
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from tests.ui.fakes_atlas import FakeAtlas, some_unit
from tests.ui.panels.helpers import Stage

UNIT = UnitRef("features.conv1", 3)


@pytest.fixture
def atlas() -> FakeAtlas:
    made = FakeAtlas()
    made.units[UNIT] = some_unit(UNIT)
    return made


@pytest.fixture
def stage(qtbot: QtBot, atlas: FakeAtlas) -> Stage[UnitPicturesPanel]:
    made = Stage(qtbot, UnitPicturesPanel, (260, 700), atlas=atlas)
    made.turn(unit=UNIT.unit)
    return made
