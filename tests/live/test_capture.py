from __future__ import annotations

import gc
import threading
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.live.capture import Capture
from deepvis_app.live.sources import SourceError
from deepvis_app.mailbox import LatestSlot
from deepvis_app.messages import Frame, SourceCommand, SourceSpec
from tests.live.helpers import Fake, Inbox, offer, until, wait_for_state, write_picture

PATTERN = SourceSpec("pattern")


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
    assert capture.status().still
    capture.open(SourceSpec("pattern"))
    inbox.wait(3)
    assert not capture.status().still


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
