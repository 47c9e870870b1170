"""The sets of generated pictures in the column: two kinds in one place, and where they stand."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitRef
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from deepvis_app.ui.wishes import Enlarge
from tests.ui.fakes_atlas import FakeAtlas, some_unit
from tests.ui.panels.helpers import Stage

CONV1 = "features.conv1"
Shown = Stage[UnitPicturesPanel]


def test_pictures_of_two_units_are_chosen_beside_those_of_one(stage: Shown, atlas: FakeAtlas) -> None:
    deep, ref = stage.panel.deep, UnitRef(CONV1, 8)
    assert not deep.chooser.isVisible()
    assert deep.heading.text() == "DGN-AM: what it prefers"
    atlas.units[ref] = some_unit(ref, ("dgn-am", "pair"))
    stage.turn(unit=8)
    assert deep.chooser.isVisible()
    deep.chooser.activated.emit(1)
    assert {picture.kind for picture in deep.section.pictures} == {"pair"}
    made: list[object] = []
    stage.panel.wanted.connect(made.append)
    deep.section.chosen.emit(2)
    (wish,) = made
    assert isinstance(wish, Enlarge)
    assert wish.title == "conv1:8: DGN-AM: with another unit"


@pytest.mark.parametrize(("size", "beside"), [((210, 420), True), ((250, 1000), False), ((420, 900), True)])
def test_the_two_preferred_sets_stand_where_they_are_largest(
    qtbot: QtBot, stage: Shown, size: tuple[int, int], beside: bool
) -> None:
    am, deep = (stage.panel.blocks[kind].section for kind in ("am", "dgn-am"))
    stage.panel.resize(*size)
    assert stage.panel.data.beside == beside
    qtbot.waitUntil(lambda: (am.parentWidget().y() == deep.parentWidget().y()) == beside)  # type: ignore[union-attr]
    assert am.cells()[0].width() == pytest.approx(deep.cells()[0].width(), rel=0.05)


def test_words_in_one_set_leave_the_others_their_room(stage: Shown, atlas: FakeAtlas) -> None:
    heights = [block.height() for block in stage.panel.blocks.values()]
    atlas.units[UnitRef(CONV1, 5)] = some_unit(UnitRef(CONV1, 5), ("am", "top", "deconv"))
    stage.turn(unit=5)
    stage.panel.grab()
    now = [block.height() for block in stage.panel.blocks.values()]
    assert all(abs(a - b) <= 2 for a, b in zip(heights, now, strict=True))
