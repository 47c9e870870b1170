"""The column of the unit's pictures: its four states, what belongs together, and what clicks ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitPictures, UnitRef
from deepvis_app.ui.panels.unit_pictures import (
    COMPUTE,
    LOADING,
    NO_NETWORK,
    NOT_YET,
    UnitPicturesPanel,
)
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource
from tests.ui.fakes import canned_session
from tests.ui.fakes_atlas import FakeAtlas, some_pictures, some_unit
from tests.ui.mouse import click, double_click, hover
from tests.ui.panels.helpers import Stage

CONV1, POOL1 = "features.conv1", "features.pool1"
PLACES = ("am", "dgn-am", "top", "deconv")
Shown = Stage[UnitPicturesPanel]


def words(stage: Shown) -> list[str]:
    return [stage.panel.blocks[kind].section.words.text() for kind in PLACES]


def middle(stage: Shown, kind: str, rank: int) -> tuple[float, float]:
    """Where a picture is in its section."""
    at = stage.panel.blocks[kind].section.cells()[rank].center()
    return at.x(), at.y()


def wishes(stage: Shown) -> list[object]:
    made: list[object] = []
    stage.panel.wanted.connect(made.append)
    return made


def test_all_four_sets_are_shown_with_nothing_said(stage: Shown) -> None:
    assert words(stage) == [""] * 4
    assert [len(stage.panel.blocks[kind].section.pictures) for kind in PLACES] == [9] * 4


def test_a_unit_without_pictures_is_not_computed_yet_and_each_button_asks_for_its_kind(stage: Shown) -> None:
    stage.turn(unit=4)
    assert words(stage) == [NOT_YET] * 4
    made = wishes(stage)
    for kind in PLACES:
        button = stage.panel.blocks[kind].section.button
        assert button.text() == COMPUTE
        click(button, 5, 5)
    assert made == [Compute(UnitRef(CONV1, 4), kind) for kind in PLACES]


def test_what_was_tried_and_what_failed_say_why(stage: Shown, atlas: FakeAtlas) -> None:
    ref = UnitRef(CONV1, 5)
    atlas.units[ref] = UnitPictures(
        ref,
        {kind: some_pictures(kind) for kind in ("am", "dgn-am")},
        {"top": "Never active."},
        error="The atlas is damaged.",
    )
    stage.turn(unit=5)
    assert words(stage)[:2] == ["", ""]
    assert words(stage)[2:] == [
        "Tried, but there is nothing: Never active.",
        "Failed: The atlas is damaged.",
    ]
    assert not stage.panel.blocks["deconv"].section.button.isVisible()
    assert "The atlas is damaged" in stage.panel.provenance.text


def test_loading_is_said_only_when_it_takes_long(stage: Shown, atlas: FakeAtlas) -> None:
    atlas.answering = False
    stage.turn(unit=4)
    stage.panel.slow_tick()
    assert words(stage) == [""] * 4
    stage.panel.slow_tick()
    assert words(stage) == [LOADING] * 4
    atlas.answering = True
    stage.turn()
    assert words(stage) == [NOT_YET] * 4


def test_at_first_and_without_a_network_it_is_said_at_once(qtbot: QtBot) -> None:
    assert words(Stage(qtbot, UnitPicturesPanel, atlas=FakeAtlas(answering=False))) == [LOADING] * 4
    session, _, _ = canned_session(atlas=FakeAtlas())
    panel = UnitPicturesPanel(session)
    qtbot.addWidget(panel)
    panel.show_view(replace(session.view, model=None, pictures=None))
    assert {panel.blocks[kind].section.words.text() for kind in PLACES} == {NO_NETWORK}


def test_nothing_is_drawn_anew_until_the_pictures_change(
    stage: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(type(stage.panel.blocks["am"]), "show_pictures", lambda *_: drawn.append(1))
    stage.turn(palette="signed")
    stage.turn(method="deconv")
    assert drawn == []
    stage.turn(unit=2)
    stage.turn(unit=3)
    assert len(drawn) == 4


def test_pointing_at_a_patch_frames_it_and_what_explains_it(stage: Shown) -> None:
    deconv = stage.panel.blocks["deconv"].section
    before = deconv.grab().toImage()
    for here, there in (("top", "deconv"), ("deconv", "top")):
        section, other = stage.panel.blocks[here].section, stage.panel.blocks[there].section
        told: list[int | None] = []
        section.pointed.connect(told.append)
        hover(section, *middle(stage, here, 4))
        assert told == [4]
        cell = other.cells()[4].toRect()
        frame = other.grab().toImage().pixelColor(cell.center().x(), cell.top() + 1)
        assert (frame.red(), frame.green(), frame.blue()) == (255, 205, 60)
        hover(section, 0, 0)
    assert deconv.grab().toImage() == before


def test_a_click_enlarges_the_set_from_that_picture_on(stage: Shown) -> None:
    made = wishes(stage)
    click(stage.panel.blocks["am"].section, *middle(stage, "am", 2))
    (wish,) = made
    assert isinstance(wish, Enlarge)
    assert (len(wish.pictures), wish.at, wish.title) == (9, 2, "conv1:3: AM: what it prefers")


def test_a_double_click_on_a_patch_or_its_deconv_opens_the_image_and_enlarges_nothing(
    qtbot: QtBot, stage: Shown, atlas: FakeAtlas
) -> None:
    made = wishes(stage)
    for kind in ("top", "deconv"):
        section = stage.panel.blocks[kind].section
        click(section, *middle(stage, kind, 1))
        double_click(section, *middle(stage, kind, 1))
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert [type(wish) for wish in made] == [OpenSource, OpenSource]
    assert all(wish.picture.facts.source == "n01/img_1.JPEG" for wish in made if isinstance(wish, OpenSource))


def test_a_single_click_on_a_patch_enlarges_once_no_second_follows(qtbot: QtBot, stage: Shown) -> None:
    made = wishes(stage)
    click(stage.panel.blocks["top"].section, *middle(stage, "top", 1))
    assert made == []
    qtbot.waitUntil(lambda: len(made) == 1, timeout=3000)
    assert isinstance(made[0], Enlarge)


def test_the_line_below_tells_runs_data_and_times(stage: Shown) -> None:
    text = stage.panel.provenance.text
    assert "am, run 2, begun 2026-03-03, not finished" in text
    assert "top, run 1, 2026-03-02, val, 10000 images" in text


def test_a_layer_that_passes_units_on_shows_and_names_its_source(stage: Shown) -> None:
    stage.turn(layer=POOL1, unit=3)
    assert words(stage) == [""] * 4
    assert stage.panel.provenance.text.startswith("Pictures of conv1: pool1 passes the same units on.")
    made = wishes(stage)
    stage.turn(unit=4)
    click(stage.panel.blocks["am"].section.button, 5, 5)
    assert made == [Compute(UnitRef(CONV1, 4), "am")]


@pytest.mark.parametrize(("count", "places"), [(1, 1), (2, 4), (4, 4), (5, 9), (12, 9)])
def test_few_pictures_are_larger_and_of_many_the_first_nine_are_shown(
    stage: Shown, atlas: FakeAtlas, count: int, places: int
) -> None:
    ref = UnitRef(CONV1, 6)
    atlas.units[ref] = UnitPictures(ref, {"am": some_pictures("am", count)})
    stage.turn(unit=6)
    block = stage.panel.blocks["am"]
    assert len(block.section.cells()) == places
    assert len(block.section.pictures) == min(count, 9)
    assert block.caption.text() == ("9 of 12" if count == 12 else "")


def test_a_deconv_stays_at_the_place_of_its_patch_when_others_are_missing(
    stage: Shown, atlas: FakeAtlas
) -> None:
    ref = UnitRef(CONV1, 7)
    deconv = tuple(p for p in some_pictures("deconv") if p.rank in (0, 7))
    atlas.units[ref] = UnitPictures(ref, {"top": some_pictures("top"), "deconv": deconv})
    stage.turn(unit=7)
    section = stage.panel.blocks["deconv"].section
    assert section.rank_at(section.cells()[7].center()) == 7
    assert section.rank_at(section.cells()[1].center()) is None


def test_guided_backprop_is_chosen_in_the_header_where_both_are(stage: Shown, atlas: FakeAtlas) -> None:
    why, ref = stage.panel.why, UnitRef(CONV1, 8)
    assert not why.chooser.isVisible()
    assert why.heading.text() == "Why: deconv of the nine"
    atlas.units[ref] = some_unit(ref, ("am", "top", "deconv", "guided"))
    stage.turn(unit=8)
    assert why.chooser.isVisible()
    assert {picture.kind for picture in why.section.pictures} == {"deconv"}
    why.chooser.activated.emit(1)
    assert why.chooser.currentText() == "guided backprop"
    assert {picture.kind for picture in why.section.pictures} == {"guided"}
    made = wishes(stage)
    why.section.chosen.emit(2)
    why.section.opened.emit(2)
    enlarge, source = made
    assert isinstance(enlarge, Enlarge)
    assert (enlarge.at, enlarge.title) == (2, "conv1:8: why: guided backprop of the nine")
    assert isinstance(source, OpenSource)
    stage.turn(unit=3)  # it has no guided backprop
    assert not why.chooser.isVisible()
    assert {picture.kind for picture in why.section.pictures} == {"deconv"}
    stage.turn(unit=8)
    assert {picture.kind for picture in why.section.pictures} == {"guided"}


def test_guided_backprop_alone_is_shown_and_named(stage: Shown, atlas: FakeAtlas) -> None:
    ref = UnitRef(CONV1, 9)
    atlas.units[ref] = some_unit(ref, ("top", "guided"))
    stage.turn(unit=9)
    assert stage.panel.why.heading.text() == "Why: guided backprop of the nine"
    assert not stage.panel.why.chooser.isVisible()
    assert len(stage.panel.why.section.pictures) == 9


def test_of_several_reasons_those_that_are_there_can_be_chosen(stage: Shown, atlas: FakeAtlas) -> None:
    why = stage.panel.why
    atlas.units[UnitRef(CONV1, 8)] = some_unit(UnitRef(CONV1, 8), ("top", "deconv", "lrp"))
    atlas.units[UnitRef(CONV1, 9)] = some_unit(UnitRef(CONV1, 9), ("top", "deconv", "guided"))
    stage.turn(unit=8)
    why.chooser.activated.emit(1)
    assert why.chooser.currentText() == "LRP"
    assert {picture.kind for picture in why.section.pictures} == {"lrp"}
    stage.turn(unit=9)  # it has no LRP
    assert [why.chooser.itemText(place) for place in range(why.chooser.count())] == [
        "deconv",
        "guided backprop",
    ]
    assert {picture.kind for picture in why.section.pictures} == {"deconv"}
    stage.turn(unit=8)
    assert {picture.kind for picture in why.section.pictures} == {"lrp"}


def test_another_networks_pictures_go_at_once(stage: Shown) -> None:
    view = stage.session.view
    assert view.model is not None
    other = replace(view, model=replace(view.model, fingerprint="other"), pictures=None)
    stage.panel.show_view(other)
    assert words(stage) == [LOADING] * 4
    made = wishes(stage)
    stage.panel.blocks["am"].section.chosen.emit(0)
    assert made == []


def test_a_click_does_not_enlarge_what_came_after_it(qtbot: QtBot, stage: Shown, atlas: FakeAtlas) -> None:
    made = wishes(stage)
    atlas.units[UnitRef(CONV1, 4)] = some_unit(UnitRef(CONV1, 4))
    click(stage.panel.blocks["top"].section, *middle(stage, "top", 1))
    stage.turn(unit=4)
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert made == []
