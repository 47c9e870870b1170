from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.live.capture import Capture
from deepvis_app.live.sources import SOURCES, Entry, Facts, Reading, Source, SourceError
from deepvis_app.mailbox import LatestSlot
from deepvis_app.messages import Frame, SourceCommand, SourceSpec
from tests.live.helpers import RATE, STEP, Inbox, MjpegServer, until, write_picture, write_video

PATTERN = SourceSpec("pattern")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def capture(inbox: Inbox) -> Iterator[Capture]:
    running = Capture(inbox.put, retry_seconds=0.05)
    running.start()
    yield running
    assert running.stop()


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    running = MjpegServer()
    yield running
    running.close()


def wait_for_state(capture: Capture, state: str) -> None:
    until(lambda: capture.status().state == state)


class Fake(Source):
    """A source that does what the test tells it to; counts what was done to it."""

    def __init__(self, live: bool = False) -> None:
        self.live, self.title = live, "fake"
        self.opened = self.closed = self.reads = 0
        self.may_read = threading.Event()
        self.may_read.set()
        self.failure: Exception | None = None
        self.threads: set[str] = set()
        self.arrays: list[weakref.ref[np.ndarray]] = []

    def open(self) -> None:
        self.opened += 1
        self.threads.add(threading.current_thread().name)

    def read(self) -> Reading:
        self.may_read.wait(20)
        if self.failure is not None:
            raise self.failure
        self.reads += 1
        rgb = np.full((4, 4, 3), self.reads % 256, np.uint8)
        self.arrays.append(weakref.ref(rgb))
        return Reading(rgb, str(self.reads))

    def facts(self) -> Facts:
        return Facts(position=self.reads)

    def close(self) -> None:
        self.closed += 1
        self.threads.add(threading.current_thread().name)


def offer(monkeypatch: pytest.MonkeyPatch, source: Source, kind: str = "fake") -> SourceSpec:
    monkeypatch.setitem(SOURCES, kind, Entry(kind, kind, "", lambda _: source))
    return SourceSpec(kind)


def test_nothing_is_open_at_first_and_commands_to_nothing_do_nothing(capture: Capture) -> None:
    assert capture.status().state == "none"
    assert capture.latest() is None
    for action in ("play", "toggle", "next", "seek", "retry"):
        capture.command(SourceCommand(action))
    capture.open(PATTERN)
    wait_for_state(capture, "running")


def test_frames_are_numbered_upwards_over_all_sources(capture: Capture, inbox: Inbox) -> None:
    capture.open(PATTERN)
    inbox.wait(3)
    capture.open(SourceSpec("samples", "coffee"))
    until(lambda: inbox.frames[-1].name == "coffee")
    capture.show(np.zeros((2, 2, 3), np.uint8), "pasted")
    until(lambda: inbox.frames[-1].name == "pasted")
    numbers = [frame.index for frame in inbox.frames]
    assert numbers == sorted(set(numbers))
    latest = capture.latest()
    assert latest is inbox.frames[-1]


def test_pasted_pixels_are_copied_and_odd_shapes_refused(capture: Capture, inbox: Inbox) -> None:
    mine = np.full((5, 7, 3), 9, np.uint8)
    capture.show(mine[:, ::-1], "pasted")
    mine[:] = 0
    frame = inbox.wait(1)[0]
    assert (frame.rgb == 9).all()
    assert frame.rgb.shape == (5, 7, 3)
    assert (capture.status().title, capture.status().spec) == ("pasted", None)
    for odd in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(ValueError, match="expected RGB uint8"):
            capture.show(odd, "odd")


def test_a_still_is_delivered_once_and_then_the_thread_sleeps(
    capture: Capture, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture.open(SourceSpec("picture", str(write_picture(tmp_path / "a.png"))))
    inbox.wait(1)
    wait_for_state(capture, "running")
    turns = []
    work = capture._next_work
    monkeypatch.setattr(capture, "_next_work", lambda: turns.append(1) or work())  # type: ignore[func-returns-value]
    threading.Event().wait(0.3)
    assert len(inbox.frames) == 1
    assert len(turns) <= 1
    capture.command(SourceCommand("toggle"))
    threading.Event().wait(0.05)
    assert capture.status().state == "running", "a still is not paused"


def test_folder_delivers_once_per_step_with_position_and_label(
    capture: Capture, inbox: Inbox, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name)
    (tmp_path / "x.txt").write_text("a.png cat\nb.png dog\n")
    capture.open(SourceSpec("list", str(tmp_path / "x.txt")))
    inbox.wait(1)
    capture.command(SourceCommand("next"))
    frames = inbox.wait(2)
    assert [(frame.name, frame.label) for frame in frames] == [("a.png", "cat"), ("b.png", "dog")]
    until(lambda: capture.status().position == 2)
    status = capture.status()
    assert (status.length, status.can_step, status.can_seek) == (2, True, True)


def test_a_missing_camera_fails_with_a_sentence_and_others_can_be_opened(
    capture: Capture, inbox: Inbox
) -> None:
    capture.open(PATTERN)
    inbox.wait(1)
    capture.open(SourceSpec("camera", "99"))
    wait_for_state(capture, "failed")
    status = capture.status()
    assert status.title == "camera 99"
    assert "amera 99" in status.message
    assert status.message.endswith(".")
    count = len(inbox.frames)
    capture.open(PATTERN)
    inbox.wait(count + 2)
    assert capture.status().message == ""


def test_a_failed_open_closes_the_source_before_and_tries_again_only_when_told(
    capture: Capture, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Fake()
    capture.open(offer(monkeypatch, before))
    inbox.wait(1)
    capture.open(SourceSpec("picture", str(tmp_path / "late.png")))
    wait_for_state(capture, "failed")
    assert before.closed >= 1
    count = len(inbox.frames)
    write_picture(tmp_path / "late.png")
    threading.Event().wait(0.2)
    assert capture.status().state == "failed"
    capture.command(SourceCommand("retry"))
    assert inbox.wait(count + 1)[-1].name == "late.png"


def test_an_unknown_kind_is_a_failed_state(capture: Capture) -> None:
    capture.open(SourceSpec("smell"))
    wait_for_state(capture, "failed")
    assert "There is no source 'smell'" in capture.status().message


def test_of_many_opens_the_newest_wins(
    capture: Capture, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, skipped = Fake(), Fake()
    slow.may_read.clear()
    capture.open(offer(monkeypatch, slow, "slow"))
    until(lambda: slow.opened == 1)
    for _ in range(50):
        capture.open(offer(monkeypatch, skipped, "skipped"))
    capture.open(SourceSpec("samples", "moon"))
    assert capture.status().state == "opening"
    slow.may_read.set()
    assert inbox.wait(1)[0].name == "moon"
    assert skipped.opened == 0
    assert slow.closed >= 1


def test_sources_are_touched_by_the_capture_thread_alone(
    capture: Capture, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake()
    capture.open(offer(monkeypatch, fake))
    inbox.wait(1)
    capture.open(PATTERN)
    until(lambda: fake.closed > 0)
    assert fake.threads == {"deepvis-capture"}


def test_a_bug_in_a_source_is_a_failed_state_and_the_thread_goes_on(
    capture: Capture, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake()
    fake.failure = ZeroDivisionError("oh")
    capture.open(offer(monkeypatch, fake))
    wait_for_state(capture, "failed")
    assert "unexpectedly: oh" in capture.status().message
    capture.open(PATTERN)
    inbox.wait(1)


def test_a_hanging_driver_does_not_hang_the_end(monkeypatch: pytest.MonkeyPatch, inbox: Inbox) -> None:
    capture = Capture(inbox.put)
    fake = Fake()
    fake.may_read.clear()
    capture.start()
    capture.open(offer(monkeypatch, fake))
    until(lambda: fake.opened == 1)
    assert not capture.stop(timeout=0.1)
    fake.may_read.set()
    assert capture.stop()
    assert fake.closed >= 1


def test_stopping_closes_the_source_and_a_capture_that_never_started_stops(
    monkeypatch: pytest.MonkeyPatch, inbox: Inbox
) -> None:
    assert Capture(inbox.put).stop()
    capture = Capture(inbox.put)
    fake = Fake()
    capture.start()
    capture.open(offer(monkeypatch, fake))
    inbox.wait(1)
    assert capture.stop()
    assert fake.closed >= 1


def test_a_fast_source_and_a_slow_consumer_keep_only_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    slot: LatestSlot[Frame] = LatestSlot()
    capture = Capture(slot.put)
    fake = Fake()
    capture.start()
    capture.open(offer(monkeypatch, fake))
    taken = []
    for target in (100, 300, 500):
        until(lambda target=target: fake.reads >= target)  # type: ignore[misc]
        frame = slot.take(timeout=5)
        assert frame is not None
        assert int(frame.name) >= target - 1
        taken.append(frame.index)
        del frame
    assert taken == sorted(taken)
    assert capture.stop()
    gc.collect()
    alive = sum(array() is not None for array in fake.arrays)
    assert alive <= 2, "the slot's frame and the latest"


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


def test_of_seeks_in_a_row_only_the_last_is_done(
    capture: Capture, inbox: Inbox, film: SourceSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Fake()
    slow.may_read.clear()
    capture.open(offer(monkeypatch, slow))
    until(lambda: slow.opened == 1)
    for place in range(100):
        capture.command(SourceCommand("seek", place))
    assert [command.value for command in capture._commands] == [99]
    slow.may_read.set()


def test_an_empty_folder_fails_and_filling_it_and_retrying_helps(
    capture: Capture, inbox: Inbox, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    capture.open(SourceSpec("folder", str(folder)))
    wait_for_state(capture, "failed")
    assert "no picture in" in capture.status().message
    write_picture(folder / "a.png")
    capture.command(SourceCommand("retry"))
    assert inbox.wait(1)[0].name == "a.png"


def test_a_folder_emptied_while_shown_fails_with_a_sentence(
    capture: Capture, inbox: Inbox, tmp_path: Path
) -> None:
    write_picture(tmp_path / "a" / "1.png")
    capture.open(SourceSpec("folder", str(tmp_path / "a")))
    inbox.wait(1)
    (tmp_path / "a" / "1.png").unlink()
    capture.command(SourceCommand("next"))
    wait_for_state(capture, "failed")


def test_a_source_error_in_a_played_source_is_not_tried_again(
    capture: Capture, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake()
    capture.open(offer(monkeypatch, fake))
    inbox.wait(1)
    fake.failure = SourceError("The file has gone.")
    wait_for_state(capture, "failed")
    threading.Event().wait(0.2)
    assert fake.opened == 1
    assert capture.status().message == "The file has gone."
