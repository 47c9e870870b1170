"""The methods side by side in the unit column: what is shown when, and what buttons and clicks ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.jobs import JobSpec, JobView
from deepvis_app.messages import COMPARED, UnitComparison, UnitRef
from deepvis_app.session import ViewState
from deepvis_app.ui.method_words import BEING_MADE, NOT_MADE, REAL, TO_COME
from deepvis_app.ui.panels.methods_page import (
    AGAIN,
    COMPARE,
    GO_ON,
    INVITATION,
    LOADING,
    NO_NETWORK,
    MethodsPage,
)
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel
from deepvis_app.ui.wishes import Choose, Compute, Enlarge, RunAgain
from tests.ui.fakes_atlas import FakeAtlas, some_methods
from tests.ui.mouse import click
from tests.ui.panels.helpers import Stage

CONV1 = "features.conv1"
UNIT, EMPTY = UnitRef(CONV1, 3), UnitRef(CONV1, 4)


class Shown:
    """The column at the methods of conv1:3, and what is wanted of the window."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (260, 600)) -> None:
        self.atlas = FakeAtlas()
        self.atlas.methods[UNIT] = some_methods(UNIT)
        self.stage = Stage(qtbot, UnitPicturesPanel, size, atlas=self.atlas)
        self.wishes: list[object] = []
        self.stage.panel.wanted.connect(self.wishes.append)
        self.stage.turn(unit=3, pictures_from="methods")

    @property
    def page(self) -> MethodsPage:
        return self.stage.panel.methods

    def job(self, state: str, number: int = UNIT.unit, **facts: object) -> JobView:
        """A job in this state compares the unit with that number from now on."""
        words = ("compare", "--model", "canned", "--unit", f"conv1:{number}")
        made = JobView("k7", JobSpec("a job", words), state, **facts)  # type: ignore[arg-type]
        self.stage.session.see_jobs((made,))
        self.stage.turn()
        return made

    def found(self, comparison: UnitComparison) -> None:
        """The atlas has another comparison of the unit that is selected."""
        self.atlas.methods[comparison.ref] = comparison
        other = EMPTY if comparison.ref != EMPTY else UNIT
        self.stage.turn(unit=other.unit)
        self.stage.turn(unit=comparison.ref.unit)

    @property
    def names(self) -> list[str]:
        return [entry.name for entry in self.page.list.entries if entry.name]

    @property
    def notes(self) -> list[str]:
        """Of methods."""
        return [entry.note for entry in self.page.list.entries if entry.note and entry.name]

    @property
    def words(self) -> tuple[str, str]:
        """Of the empty page: what is said, and what its button says."""
        section = self.page.section
        return section.words.text(), section.button.text() if section.button.isVisible() else ""


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_all_methods_stand_below_the_real_pictures_with_their_figures(shown: Shown) -> None:
    assert shown.names == [REAL, "m0", "m1", "m2", "m3"]
    entry = shown.page.list.entries[4]
    assert [(figure.title, figure.text, figure.best) for figure in entry.figures] == [
        ("activation", "13.0", True),
        ("judges", "75 %", False),
        ("diversity", "0.500", False),  # all are the same: none stands out
        ("seconds", "4.00", False),
    ]
    assert len(entry.pictures) == 3
    assert [figure.text for figure in shown.page.list.entries[0].figures] == ["2.0", "", "0.600", ""]
    assert shown.page.state.text == "4 methods, 2026-03-03.  Without images there are no facets"
    assert not shown.page.again.isVisible()
    assert not shown.page.grab().isNull()


def test_pointing_explains_every_figure(shown: Shown) -> None:
    tip = shown.page.list.entries[4].figures[0].tip
    assert "value on the picture as it is shown." in tip
    assert "Best of all methods at this." in tip
    assert "Real pictures: 2.0." in tip
    assert "Asked: squeezenet, alexnet." in shown.page.list.entries[4].figures[1].tip
    assert "In the features of squeezenet." in shown.page.list.entries[4].figures[2].tip
    assert "A paper, Eq. 3" in shown.page.list.entries[4].tip


def test_where_nothing_was_compared_the_button_starts_it(shown: Shown) -> None:
    shown.stage.turn(unit=4)
    assert shown.words == (INVITATION, COMPARE)
    assert not shown.page.area.isVisible()
    click(shown.page.section.button, 5, 5)
    click(shown.page.choose, 5, 5)
    assert shown.wishes == [Compute(EMPTY, COMPARED), Choose(COMPARED)]


def test_a_job_that_runs_is_told_before_its_first_method_is_finished(shown: Shown) -> None:
    shown.stage.turn(unit=4)
    shown.job("queued", 4)
    assert shown.words[0].endswith("\nWaiting.")
    shown.job("running", 4)
    assert shown.words == (shown.words[0], "")
    assert shown.words[0].endswith("\nLoading the network ...")
    shown.job("running", 4, what="tv, canned", done=1, total=3, unit="pictures", eta_s=8.0)
    assert shown.words[0].endswith("\nNow tv: 1 of 3 pictures, 8 s left of it.")


def test_it_fills_in_as_methods_are_finished(shown: Shown) -> None:
    shown.found(some_methods(UNIT, 1, 3))
    shown.job("running", what="m1, canned", done=0, total=3, unit="pictures")
    assert shown.names == [REAL, "m0", "m1", "m2", "m3"]
    assert shown.notes == [BEING_MADE, TO_COME, TO_COME]
    assert shown.page.state.text == "1 of 4 methods.  Now m1: 0 of 3 pictures."
    shown.found(some_methods(UNIT, 3, 1))
    assert [len(entry.pictures) for entry in shown.page.list.entries if entry.name] == [9, 3, 3, 3, 0]
    assert shown.notes == [BEING_MADE]


def test_the_list_is_not_laid_out_anew_for_every_word_of_the_job(shown: Shown) -> None:
    shown.found(some_methods(UNIT, 1, 3))
    shown.job("running", done=0, total=3)
    before = shown.page.list.entries
    shown.job("running", done=1, total=3)
    assert shown.page.list.entries is before
    shown.job("stopping", done=1, total=3)
    assert shown.page.state.text == "1 of 4 methods.  Stopping after the piece in work."


@pytest.mark.parametrize(("state", "button"), [("failed", AGAIN), ("stopped", GO_ON)])
def test_a_job_that_ended_early_says_why_and_can_be_run_again(shown: Shown, state: str, button: str) -> None:
    shown.stage.turn(unit=4)
    shown.job(state, 4, sentence="The memory ran out.", elapsed_s=12.0)
    assert shown.words == (f"{state.title()} (12 s): The memory ran out.", button)
    click(shown.page.section.button, 5, 5)
    shown.found(some_methods(UNIT, 1, 2))
    shown.job(state, sentence="The memory ran out.", elapsed_s=12.0)
    assert shown.page.again.text() == button
    assert shown.notes == [NOT_MADE, NOT_MADE]
    click(shown.page.again, 5, 5)
    assert shown.wishes == [RunAgain("k7"), RunAgain("k7")]


def test_what_was_broken_off_without_a_job_goes_on_as_by_default(shown: Shown) -> None:
    shown.found(some_methods(UNIT, 1, 2))
    assert shown.page.state.text == "1 of 3 methods: it was broken off."
    click(shown.page.again, 5, 5)
    assert shown.wishes == [Compute(UNIT, COMPARED)]


def test_finished_results_stay_while_they_are_made_anew(shown: Shown) -> None:
    shown.job("running", what="m0, canned", done=0, total=3, unit="pictures")
    assert shown.page.state.text == "4 methods, now made anew.  Now m0: 0 of 3 pictures."
    assert len(shown.names) == 5
    shown.job("done")
    assert shown.page.state.text.startswith("4 methods, 2026")


def test_what_cannot_be_read_is_told_and_can_be_made_anew(shown: Shown) -> None:
    shown.found(UnitComparison(UNIT, error="compare-x.json is damaged."))
    assert shown.words == ("compare-x.json is damaged.", COMPARE)
    click(shown.page.section.button, 5, 5)
    assert shown.wishes == [Compute(UNIT, COMPARED)]
    shown.job("running")
    assert shown.words[0].endswith("Loading the network ...")


def test_who_is_best_is_said_at_the_end_or_first(shown: Shown) -> None:
    said = ["Excites the unit most: m3 (13.0; real pictures 2.0).", "Is the quickest: m0."]
    assert [entry.note for entry in shown.page.list.entries[-2:]] == said
    click(shown.page.best, 5, 5)
    assert shown.page.best.isChecked()
    assert [entry.note for entry in shown.page.list.entries[:2]] == said
    assert shown.page.list.entries[2].name == REAL
    at = shown.page.list.layout_for(shown.page.list.width())[3].pictures[1].center()
    click(shown.page.list, at.x(), at.y())
    (wish,) = shown.wishes
    assert isinstance(wish, Enlarge)
    assert wish.title == "conv1:3: m0"  # not shifted by the sentences
    click(shown.page.best, 5, 5)
    assert shown.page.list.entries[0].name == REAL


def test_a_click_enlarges_a_methods_pictures_from_there(shown: Shown) -> None:
    for entry, place in ((2, 1), (0, 0)):
        at = shown.page.list.layout_for(shown.page.list.width())[entry].pictures[place].center()
        click(shown.page.list, at.x(), at.y())
    one, real = shown.wishes
    assert isinstance(one, Enlarge)
    assert isinstance(real, Enlarge)
    assert (len(one.pictures), one.at, one.title, one.name) == (3, 1, "conv1:3: m1", "conv1:3-m1")
    assert (len(real.pictures), real.at, real.title) == (9, 0, "conv1:3: real pictures")


def test_methods_can_be_ordered_by_a_figure_and_stay_so(shown: Shown) -> None:
    order = shown.page.order
    titles = [order.itemText(place) for place in range(order.count())]
    assert titles == ["as listed", "activation", "judges", "diversity", "seconds"]
    order.activated.emit(1)
    assert shown.names == [REAL, "m3", "m2", "m1", "m0"]
    shown.found(some_methods(UNIT, 2, 1))
    assert shown.names == [REAL, "m1", "m0", "m2"]
    order.activated.emit(0)
    assert shown.names == [REAL, "m0", "m1", "m2"]


def test_pictures_that_failed_are_counted(shown: Shown) -> None:
    known = some_methods(UNIT, 2, real=False)
    first, second = known.methods
    methods = (replace(first, pictures=(), lost=3), replace(second, pictures=(), scores={}))
    shown.found(replace(known, methods=methods))
    assert shown.notes == ["3 pictures failed or cannot be read.", "No picture came out."]


def test_the_last_methods_stay_until_the_next_units_are_read(shown: Shown) -> None:
    shown.atlas.answering = False
    shown.stage.turn(unit=4)
    assert shown.page.area.isVisible()
    for _ in range(2):
        shown.stage.panel.slow_tick()
    assert shown.words == (LOADING, "")


def test_without_a_network_there_is_nothing_to_choose(shown: Shown) -> None:
    shown.page.show_view(replace(shown.stage.session.view, model=None, methods=None, state=ViewState()))
    assert shown.words == (NO_NETWORK, "")
    assert not shown.page.choose.isVisible()


@pytest.mark.parametrize("width", [110, 180, 260, 420, 900])
def test_nothing_is_cut_at_any_width(qtbot: QtBot, width: int) -> None:
    shown = Shown(qtbot, (width, 600))
    entries = shown.page.list
    qtbot.waitUntil(lambda: entries.height() >= entries.heightForWidth(entries.width()))
    room = entries.width()
    assert room <= shown.page.area.viewport().width()  # type: ignore[union-attr]
    for one in entries.layout_for(room):
        boxes = [one.head, *one.pictures, *one.figures]
        assert all(box.left() >= 0 and box.right() <= room + 0.5 for box in boxes)
        for line in one.lines:
            assert line.at.x() + entries.fontMetrics().horizontalAdvance(line.text) <= room + 4
