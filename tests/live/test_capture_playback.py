"""Freezing, losing and playing: the capture thread with live sources and videos."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deepvis_app.live.capture import Capture
from deepvis_app.messages import Frame, SourceCommand, SourceSpec
from tests.live.helpers import RATE, STEP, Fake, Inbox, MjpegServer, offer, until, wait_for_state, write_video


def test_a_frozen_live_source_is_drained_and_shows_the_newest_when_let_go(
    capture: Capture, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(live=True)
    capture.open(offer(monkeypatch, fake))
    inbox.wait(2)
    capture.command(SourceCommand("pause"))
    wait_for_state(capture, "paused")
    count, reads = len(inbox.frames), fake.reads
    until(lambda: fake.reads > reads + 50)
    assert len(inbox.frames) == count
    drained = fake.reads
    capture.command(SourceCommand("toggle"))
    assert int(inbox.wait(count + 1)[count].name) > drained


def test_a_cut_stream_comes_back_by_itself(capture: Capture, inbox: Inbox, server: MjpegServer) -> None:
    capture.open(SourceSpec("stream", server.url))
    inbox.wait(2)
    server.up.clear()
    wait_for_state(capture, "failed")
    assert "tried again" in capture.status().message
    assert "secret" not in capture.status().message + capture.status().title
    count = len(inbox.frames)
    server.up.set()
    inbox.wait(count + 2)
    assert capture.status().state == "running"
    assert capture.status().message == ""


def test_another_source_can_be_opened_while_a_lost_one_is_tried_again(
    capture: Capture, inbox: Inbox, server: MjpegServer
) -> None:
    capture.open(SourceSpec("stream", server.url))
    inbox.wait(1)
    server.up.clear()
    wait_for_state(capture, "failed")
    capture.open(SourceSpec("samples", "moon"))
    until(lambda: inbox.frames[-1].name == "moon")
    count = len(inbox.frames)
    server.up.set()
    threading.Event().wait(0.3)
    assert len(inbox.frames) == count


@pytest.fixture
def film(tmp_path: Path) -> SourceSpec:
    return SourceSpec("video", str(write_video(tmp_path / "film.avi", frames=40)))


def level(frame: Frame) -> int:
    return round(float(frame.rgb.mean()) / STEP)


def test_a_video_pauses_steps_seeks_and_plays_on(capture: Capture, inbox: Inbox, film: SourceSpec) -> None:
    capture.open(film)
    inbox.wait(2)
    capture.command(SourceCommand("pause"))
    wait_for_state(capture, "paused")
    count = len(inbox.frames)
    threading.Event().wait(3 / RATE)
    assert len(inbox.frames) == count
    capture.command(SourceCommand("seek", 20 / RATE))
    for action in ("next", "next", "previous"):
        capture.command(SourceCommand(action))
    frames = inbox.wait(count + 4)
    assert [level(frame) for frame in frames[count:]] == [20, 21, 22, 21]
    assert capture.status().state == "paused"
    capture.command(SourceCommand("toggle"))
    assert level(inbox.wait(count + 5)[count + 4]) == 22
    assert capture.status().state == "running"


def test_trying_again_opens_anew_and_plays(capture: Capture, inbox: Inbox, film: SourceSpec) -> None:
    capture.open(film)
    inbox.wait(1)
    capture.command(SourceCommand("pause"))
    wait_for_state(capture, "paused")
    count = len(inbox.frames)
    capture.command(SourceCommand("retry"))
    assert level(inbox.wait(count + 1)[count]) == 0
    assert capture.status().state == "running"


def test_stepping_pauses_a_video_that_plays(capture: Capture, inbox: Inbox, film: SourceSpec) -> None:
    capture.open(film)
    inbox.wait(1)
    capture.command(SourceCommand("next"))
    wait_for_state(capture, "paused")


def test_a_video_ends_and_play_starts_it_again(capture: Capture, inbox: Inbox, film: SourceSpec) -> None:
    capture.open(film)
    inbox.wait(1)
    capture.command(SourceCommand("loop", 0))
    capture.command(SourceCommand("seek", 38 / RATE))
    wait_for_state(capture, "ended")
    assert not capture.status().looping
    count = len(inbox.frames)
    capture.command(SourceCommand("toggle"))
    assert level(inbox.wait(count + 1)[count]) == 0


def test_of_seeks_in_a_row_only_the_last_is_done(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Fake()
    slow.may_read.clear()
    capture.open(offer(monkeypatch, slow))
    until(lambda: slow.opened == 1)
    for place in range(100):
        capture.command(SourceCommand("seek", place))
    assert [command.value for command in capture._commands] == [99]
    slow.may_read.set()
