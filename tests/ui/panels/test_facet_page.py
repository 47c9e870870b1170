"""The facet map in the unit column: what is drawn where, what clicks ask for, and the live frame's dot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from deepvis_app.messages import AM_FACET, DGN_FACET, MEAN_FACET, CodeOrder, UnitPictures, UnitRef
from deepvis_app.ui.facet_words import live_value
from deepvis_app.ui.panels.facet_page import FIND, INVITATION, LOADING, NO_LIVE, NO_NETWORK, FacetPage
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from deepvis_app.ui.widgets.facet_plot import Spot
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource
from tests.ui.fakes import canned_result
from tests.ui.fakes_atlas import FakeAtlas, some_facets, some_unit, with_facets
from tests.ui.mouse import click, hover
from tests.ui.panels.helpers import Stage

CONV1 = "features.conv1"
UNIT = UnitRef(CONV1, 3)
MAP = some_facets(CONV1, True, 64)


class Shown:
    """The column at the facets of conv1:3, and what is wanted of the window."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (280, 600)) -> None:
        self.atlas = FakeAtlas()
        self.atlas.units[UNIT] = with_facets(UNIT, MAP)
        self.stage = Stage(qtbot, UnitPicturesPanel, size, atlas=self.atlas)
        self.wishes: list[object] = []
        self.stage.panel.wanted.connect(self.wishes.append)
        self.stage.turn(unit=3, pictures_from="facets")

    @property
    def page(self) -> FacetPage:
        return self.stage.panel.facets

    def see(self, code: np.ndarray | None) -> None:
        """The engine answers the newest request with a frame of this code."""
        stage = self.stage
        assert stage.compute.model is not None
        found = canned_result(stage.compute.model, stage.compute.requests[-1])
        stage.compute.results = [replace(found, code=code)]
        stage.turn()

    def dot(self, number: int) -> tuple[float, float]:
        assert self.page.plot.places is not None
        x, y = self.page.plot.places.dots[number]
        return float(x), float(y)

    def middle(self, facet: int) -> tuple[float, float]:
        """Of a facet's picture."""
        assert self.page.plot.places is not None
        x, y = self.page.plot.places.pictures[facet]
        return float(x), float(y)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def code(x: float, y: float) -> np.ndarray:
    return np.array([x, y, *[9.0] * 62], np.float32)


def test_a_map_is_summed_up_with_what_made_it(shown: Shown) -> None:
    assert shown.page.plot.isVisible()
    told = shown.page.made.text
    assert told.startswith("4 facets of 40 images, silhouette 0.60, purity 0.90.  am, run 2")
    assert not shown.page.section.isVisible()


def test_a_unit_without_a_map_offers_the_job(shown: Shown) -> None:
    shown.stage.turn(unit=4)
    section = shown.page.section
    assert section.words.text() == INVITATION
    assert section.button.text() == FIND
    assert not shown.page.plot.isVisible()
    click(section.button, 5, 5)
    assert shown.wishes == [Compute(UnitRef(CONV1, 4), MEAN_FACET)]


def test_what_was_tried_and_what_failed_say_why_and_offer_nothing(shown: Shown) -> None:
    for unit, known, told in (
        (5, {"notes": {MEAN_FACET: "Only 3 images."}}, "Tried, but there is nothing: Only 3 images."),
        (6, {"error": "The atlas is damaged."}, "Failed: The atlas is damaged."),
    ):
        ref = UnitRef(CONV1, unit)
        shown.atlas.units[ref] = UnitPictures(ref, **known)
        shown.stage.turn(unit=unit)
        assert shown.page.section.words.text() == told
        assert not shown.page.section.button.isVisible()


def test_reading_is_said_only_when_it_takes_long(shown: Shown) -> None:
    shown.atlas.answering = False
    shown.stage.turn(unit=4)
    assert shown.page.plot.isVisible()  # the last map stays: a page that flashes with every click tires
    for _ in range(2):
        shown.stage.panel.slow_tick()
    assert shown.page.section.words.text() == LOADING


def test_without_a_network_there_is_no_map(shown: Shown) -> None:
    shown.page.show_view(replace(shown.stage.session.view, model=None, pictures=None))
    assert shown.page.section.words.text() == NO_NETWORK


def test_a_click_on_an_image_opens_it_in_the_live_view(shown: Shown) -> None:
    for number in (0, 17, 39):
        assert shown.page.plot.spot_at(QPointF(*shown.dot(number))) == Spot("image", number)
        click(shown.page.plot, *shown.dot(number))
    sources = [wish.picture.facts.source for wish in shown.wishes if isinstance(wish, OpenSource)]
    assert sources == [f"n01/img_{number}.JPEG" for number in (0, 17, 39)]
    wish = shown.wishes[0]
    assert isinstance(wish, OpenSource)
    assert wish.picture.run is not None  # it tells where the images lie


def test_a_click_on_a_facets_picture_enlarges_all_of_them_from_there(shown: Shown) -> None:
    click(shown.page.plot, *shown.middle(2))
    (wish,) = shown.wishes
    assert isinstance(wish, Enlarge)
    assert (len(wish.pictures), wish.at, wish.pictures[0].kind) == (4, 2, DGN_FACET)
    assert wish.title == "conv1:3: facets, painted (DGN-AM)"


def test_other_pictures_of_the_facets_can_be_chosen_and_stay_chosen(shown: Shown) -> None:
    kinds = shown.page.kinds
    kinds.activated.emit(2)
    click(shown.page.plot, *shown.middle(0))
    (wish,) = shown.wishes
    assert isinstance(wish, Enlarge)
    assert wish.pictures[0].kind == MEAN_FACET
    other = UnitRef(CONV1, 9)
    shown.atlas.units[other] = with_facets(other, MAP, (AM_FACET, MEAN_FACET))
    shown.stage.turn(unit=9)
    assert kinds.currentText() == "mean pictures"
    assert kinds.count() == 2


def test_a_facet_whose_picture_failed_has_only_its_number(shown: Shown) -> None:
    ref, known = UnitRef(CONV1, 8), with_facets(UnitRef(CONV1, 8), MAP)
    missing = {kind: tuple(p for p in found if p.rank != 1) for kind, found in known.pictures.items()}
    shown.atlas.units[ref] = replace(known, pictures=missing)
    shown.stage.turn(unit=8)
    places = shown.page.plot.places
    assert places is not None
    assert np.array_equal(places.pictures[1], places.centres[1])
    assert shown.page.plot.spot_at(QPointF(*map(float, places.pictures[1]))) != Spot("facet", 1)
    shown.page.plot.grab()


def test_the_live_frames_dot_follows_its_code(shown: Shown) -> None:
    assert shown.stage.compute.requests[-1].code == CodeOrder(CONV1, 3, True)
    ends = []
    for number in (5, 25):
        x, y = MAP.xy[number]
        shown.see(code(float(x), float(y)))
        at = shown.page.plot.live_at
        assert at is not None
        assert (at.x(), at.y()) == pytest.approx(shown.dot(number), abs=4)
        facet = MAP.cluster[number]
        assert shown.page.live.text() == f"Now: facet {facet}, 5 of 5 nearest (mostly kind {facet})"
        assert shown.page.value.text().endswith(": below all 40")  # the canned maps stay below 5
        ends.append(at)
    assert ends[0] != ends[1]
    shown.page.plot.grab()
    shown.see(None)
    assert shown.page.plot.live_at is None
    assert (shown.page.live.text(), shown.page.value.text()) == (NO_LIVE, "")


def test_what_is_said_of_frames_does_not_move_the_map(shown: Shown) -> None:
    sizes = []
    for found in (code(0, 0), code(10, 0), None, code(-9, 9)):
        shown.see(found)
        shown.page.grab()
        sizes.append(shown.page.plot.size())
    assert len({(size.width(), size.height()) for size in sizes}) == 1


def test_values_are_compared_with_those_of_the_images() -> None:
    assert live_value(MAP, 3.0) == "Value 3: below all 40"
    assert live_value(MAP, 15.5) == "Value 15.5: above 11 of 40"
    assert live_value(MAP, 99.0) == "Value 99: above all 40"


def test_the_last_dot_stays_while_an_answer_is_awaited_and_goes_with_its_unit(shown: Shown) -> None:
    shown.see(code(1, 2))
    before = shown.page.plot.live_at
    assert before is not None
    shown.stage.compute.answering = False
    shown.stage.turn(method="gradient")
    assert shown.page.plot.live_at == before
    other = UnitRef(CONV1, 9)
    shown.atlas.units[other] = with_facets(other, some_facets(CONV1, True, 64, 30))
    shown.stage.turn(unit=9)
    assert shown.page.plot.live_at is None


def test_pointing_tells_all_about_an_image_and_a_facet(shown: Shown) -> None:
    page = shown.page
    assert "img_7.JPEG" in page._tip(Spot("image", 7))
    told = page._tip(Spot("facet", 1))
    assert "Facet 1" in told
    assert "kind 1 (75 %)" in told
    hover(page.plot, *shown.dot(7))
    page.plot.grab()


def test_the_other_pages_ask_for_no_code(shown: Shown) -> None:
    shown.atlas.units[UnitRef(CONV1, 4)] = some_unit(UnitRef(CONV1, 4))
    shown.stage.turn(pictures_from="data")
    assert shown.stage.compute.requests[-1].code is None
