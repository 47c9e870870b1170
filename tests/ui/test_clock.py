"""The clock shows what is new to who is visible, and survives a broken panel."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from deepvis_app.session import View
from deepvis_app.ui.clock import FAST_MS, SLOW_MS, Clock
from tests.ui.fakes import canned_session


class Ear:
    def __init__(self, visible: bool = True, broken: bool = False) -> None:
        self.visible, self.broken = visible, broken
        self.views: list[View] = []
        self.ticks = 0

    def show_view(self, view: View) -> None:
        if self.broken:
            raise ValueError("this panel is broken")
        self.views.append(view)

    def slow_tick(self) -> None:
        self.ticks += 1
        if self.broken:
            raise ValueError("slowly broken")

    def isVisible(self) -> bool:  # noqa: N802
        return self.visible


def test_a_view_is_shown_once(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    ear = Ear()
    clock = Clock(session, [ear], lambda _: None)
    clock.fast_tick()
    clock.fast_tick()
    assert ear.views == [session.view]
    session.change(unit=3)
    clock.fast_tick()
    assert [view.state.unit for view in ear.views] == [0, 3]
    assert len(clock.work_ms) == 2


def test_a_hidden_listener_gets_only_the_newest_view_when_it_is_visible_again(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    hidden, seen = Ear(visible=False), Ear()
    clock = Clock(session, [hidden, seen], lambda _: None)
    for unit in (1, 2, 3):
        session.change(unit=unit)
        clock.fast_tick()
    assert hidden.views == []
    hidden.visible = True
    clock.fast_tick()
    assert [view.state.unit for view in hidden.views] == [3]
    assert len(seen.views) == 3


def test_a_listener_that_an_earlier_one_hides_is_not_shown_the_view(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    later = Ear()

    class Hider(Ear):
        def show_view(self, view: View) -> None:
            later.visible = False

    clock = Clock(session, [Hider(), later], lambda _: None)
    clock.fast_tick()
    assert later.views == []


def test_a_broken_listener_does_not_stop_the_others(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    broken, good = Ear(broken=True), Ear()
    failures: list[BaseException] = []
    clock = Clock(session, [broken, good], failures.append)
    clock.fast_tick()
    clock.slow_tick()
    assert len(good.views) == 1
    assert good.ticks == 1
    assert [str(error) for error in failures] == ["this panel is broken", "slowly broken"]


def test_painting_is_added_once_to_the_view_it_follows(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    clock = Clock(session, [Ear()], lambda _: None)
    clock.painted(5.0)
    assert list(clock.work_ms) == []
    clock.fast_tick()
    before = clock.work_ms[-1]
    clock.painted(5.0)
    clock.painted(7.0)
    assert clock.work_ms[-1] == before + 5.0


def test_both_timers_run_between_start_and_stop(qtbot: QtBot) -> None:
    session, _, _ = canned_session()
    ear = Ear()
    clock = Clock(session, [ear], lambda _: None)
    clock.start()
    qtbot.waitUntil(lambda: ear.ticks > 0 and len(ear.views) > 0, timeout=10 * SLOW_MS)
    clock.stop()
    session.change(unit=9)
    seen = len(ear.views)
    qtbot.wait(4 * FAST_MS)
    assert len(ear.views) == seen
