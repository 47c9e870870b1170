"""Below the facet map: a facet's nearest real pictures with what excites the unit in each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import BLOCK_KINDS, REAL_FACET, PictureFacts, UnitPicture, UnitPictures, UnitRef
from deepvis_app.render.blocks import block
from deepvis_app.ui.panels.facet_page import FacetPage
from deepvis_app.ui.panels.facet_why import MAKE, OLD, FacetWhy
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from deepvis_app.ui.widgets.facet_paint import colour_of
from deepvis_app.ui.widgets.facet_plot import Spot
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource
from tests.ui.fakes_atlas import AM_RUN, FakeAtlas, some_facets, with_facets
from tests.ui.mouse import click, double_click, hover
from tests.ui.panels.helpers import Stage

CONV1 = "features.conv1"
UNIT, OLDER = UnitRef(CONV1, 3), UnitRef(CONV1, 4)
MAP = some_facets(CONV1, True, 64)


def blocks(kind: str, count: int = 4) -> tuple[UnitPicture, ...]:
    """Of facet k cells of the greys 50 k + their place."""
    return tuple(
        UnitPicture(
            kind,
            k,
            block([np.full((64, 64, 3), 50 * k + place, np.uint8) for place in range(count)]),
            10.0,
            PictureFacts(more={"pictures": count, "method": f"by {kind}"}),
            AM_RUN,
        )
        for k in range(4)
    )


def known(ref: UnitRef, *kinds: str) -> UnitPictures:
    found = with_facets(ref, MAP)
    return replace(found, pictures={**found.pictures, **{kind: blocks(kind) for kind in kinds}})


class Shown:
    """The column at the facets of a unit with real pictures, and what is wanted of the window."""

    def __init__(self, qtbot: QtBot) -> None:
        atlas = FakeAtlas()
        atlas.units[UNIT], atlas.units[OLDER] = known(UNIT, *BLOCK_KINDS), known(OLDER)
        self.atlas = atlas
        self.stage = Stage(qtbot, UnitPicturesPanel, (280, 700), atlas=atlas)
        self.wishes: list[object] = []
        self.stage.panel.wanted.connect(self.wishes.append)
        self.stage.turn(unit=3, pictures_from="facets")
        self.stage.panel.grab()

    @property
    def page(self) -> FacetPage:
        return self.stage.panel.facets

    @property
    def why(self) -> FacetWhy:
        return self.page.why

    def greys(self, kind: str = REAL_FACET) -> list[int]:
        return [int(picture.rgb.mean()) for picture in self.why.rows[kind].pictures]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_the_largest_facets_pictures_stand_in_three_rows_place_by_place(shown: Shown) -> None:
    for kind in BLOCK_KINDS:
        assert shown.why.rows[kind].isVisible()
        assert shown.greys(kind) == [0, 1, 2, 3]
    cells = [shown.why.rows[kind].cells() for kind in BLOCK_KINDS]
    lefts = {
        shown.why.rows[kind].mapTo(shown.why, cells[0][0].topLeft().toPoint()).x() for kind in BLOCK_KINDS
    }
    assert len(lefts) == 1
    assert len({tuple(cell.left() for cell in row) for row in cells}) == 1
    assert [shown.why.names[kind].text() for kind in BLOCK_KINDS] == ["real", "deconv", "LRP"]
    assert not shown.why.make.isVisible()


def test_the_list_and_the_mouse_in_the_map_show_another_facet(shown: Shown) -> None:
    shown.why.facets.activated.emit(2)
    assert shown.greys() == [100, 101, 102, 103]
    places = shown.page.plot.places
    assert places is not None
    hover(shown.page.plot, *map(float, places.pictures[3]))
    assert shown.greys() == [150, 151, 152, 153]
    assert shown.why.facets.currentText() == "facet 3"
    number = MAP.facets[1].members[0]
    hover(shown.page.plot, *map(float, places.dots[number]))
    assert shown.greys("facet-lrp") == [50 * MAP.cluster[number] + place for place in range(4)]
    shown.page.plot.leaveEvent(None)
    assert shown.greys() == [100, 101, 102, 103]


def test_a_click_in_the_map_stays_at_its_facet(shown: Shown) -> None:
    shown.page._open(Spot("facet", 1))
    shown.why.point(None)
    assert shown.greys() == [50, 51, 52, 53]
    shown.page._open(Spot("image", MAP.facets[3].members[0]))
    assert shown.greys() == [150, 151, 152, 153]


def test_pointing_at_a_picture_frames_what_belongs_to_it(shown: Shown) -> None:
    row = shown.why.rows["facet-deconv"]
    middle = row.cells()[2].center()
    hover(row, middle.x(), middle.y())
    assert [shown.why.rows[kind]._pointed for kind in BLOCK_KINDS] == [2, 2, 2]


def test_clicks_show_it_large_and_open_its_image(shown: Shown, qtbot: QtBot) -> None:
    shown.why.choose(1)
    row = shown.why.rows["facet-lrp"]
    middle = row.cells()[1].center()
    click(row, middle.x(), middle.y())
    qtbot.waitUntil(lambda: bool(shown.wishes))
    (wish,) = shown.wishes
    assert isinstance(wish, Enlarge)
    assert (len(wish.pictures), wish.at, wish.title) == (4, 1, "conv1:3: facet 1, LRP")
    assert wish.name == "conv1:3-facet-1-lrp"
    assert wish.pictures[1].facts.more["method"] == "by facet-lrp"
    shown.wishes.clear()
    double_click(row, middle.x(), middle.y())
    (other,) = (one for one in shown.wishes if isinstance(one, OpenSource))
    assert other.picture.facts.source == MAP.points[MAP.facets[1].members[1]].source


def test_an_older_map_says_what_it_lacks_and_offers_the_job(shown: Shown) -> None:
    shown.stage.turn(unit=4)
    assert shown.why.old.text == OLD
    assert shown.why.make.text() == MAKE
    assert not any(row.isVisible() for row in shown.why.rows.values())
    assert shown.page.plot.isVisible()
    click(shown.why.make, 5, 5)
    assert shown.wishes == [Compute(OLDER, REAL_FACET)]
    shown.stage.turn(unit=3)
    assert shown.why.old.text == ""
    assert shown.greys() == [0, 1, 2, 3]


def test_a_kind_that_was_not_made_has_no_row_and_a_damaged_block_shows_nothing(shown: Shown) -> None:
    ref = UnitRef(CONV1, 7)
    found = known(ref, REAL_FACET, "facet-lrp")
    (first, *rest) = found.pictures["facet-lrp"]
    broken = (replace(first, facts=PictureFacts(more={"pictures": 5})), *rest)
    shown.atlas.units[ref] = replace(found, pictures={**found.pictures, "facet-lrp": broken})
    shown.stage.turn(unit=7)
    assert [shown.why.rows[kind].isVisible() for kind in BLOCK_KINDS] == [True, False, False]
    shown.why.choose(1)
    assert [shown.why.rows[kind].isVisible() for kind in BLOCK_KINDS] == [True, False, True]
    shown.why.grab()


def test_without_a_map_there_are_no_rows(shown: Shown) -> None:
    shown.stage.turn(unit=9)
    assert not shown.why.isVisible()


def test_each_facet_in_the_list_has_the_colour_that_it_has_in_the_map(shown: Shown) -> None:
    for facet in range(4):
        image = shown.why.facets.itemIcon(facet).pixmap(12, 12).toImage()
        assert image.pixelColor(image.rect().center()) == colour_of(facet)
