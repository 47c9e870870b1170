"""Every source of the table keeps the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from deepvis_app.live.capture import Capture
from deepvis_app.live.cv import VideoCapture
from deepvis_app.live.sources import SOURCES, SourceError, make_source
from deepvis_app.live.sources.camera import Camera
from deepvis_app.messages import SourceCommand, SourceSpec
from tests.live.helpers import Inbox, MjpegServer, write_picture, write_video

KINDS = sorted(SOURCES)


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, SourceSpec]]:
    """A spec of each kind that works here; the camera plays a video in place of a device."""
    film = str(write_video(tmp_path / "film.avi"))
    monkeypatch.setattr(Camera, "connect", lambda _: VideoCapture(film))
    picture = write_picture(tmp_path / "pictures" / "a.png")
    write_picture(tmp_path / "pictures" / "b.png")
    (tmp_path / "list.txt").write_text("pictures/a.png 1\npictures/b.png 2\n")
    server = MjpegServer()
    targets = {
        "camera": "0",
        "video": film,
        "stream": server.url,
        "picture": str(picture),
        "folder": str(picture.parent),
        "list": str(tmp_path / "list.txt"),
        "samples": "",
        "pattern": "",
    }
    assert set(targets) == set(SOURCES), "a new source needs a line here"
    yield {kind: SourceSpec(kind, target) for kind, target in targets.items()}
    server.close()


def bad(kind: str, tmp_path: Path) -> SourceSpec:
    targets = {"camera": "99", "stream": "http://127.0.0.1:9/none", "samples": "no such photograph"}
    return SourceSpec(kind, targets.get(kind, str(tmp_path / "absent")))


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_rgb_bytes_that_nobody_can_write_and_their_times_rise(
    kind: str, good: dict[str, SourceSpec]
) -> None:
    inbox = Inbox()
    capture = Capture(inbox.put)
    capture.start()
    capture.open(good[kind])
    wanted = 1 if make_source(good[kind]).still else 4
    frames = inbox.wait(wanted)
    if capture.status().can_step:
        for count in range(2):
            capture.command(SourceCommand("next"))
            frames = inbox.wait(wanted + count + 1)
    status = capture.status()
    assert capture.stop()
    for frame in frames:
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.ndim == 3
        assert frame.rgb.shape[2] == 3
        assert frame.rgb.flags.c_contiguous
        assert not frame.rgb.flags.writeable
        assert frame.name
    times = [frame.captured_at for frame in frames]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert status.title
    assert status.message == ""
    assert status.spec == good[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_is_back_within_a_second_and_closing_twice_is_fine(
    kind: str, good: dict[str, SourceSpec]
) -> None:
    source = make_source(good[kind])
    source.open()
    for _ in range(3):
        start = perf_counter()
        source.read()
        assert perf_counter() - start < 1
    source.close()
    source.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_may_be_closed_unopened_and_opened_again(kind: str, good: dict[str, SourceSpec]) -> None:
    source = make_source(good[kind])
    source.close()
    for _ in range(2):
        source.open()
        assert source.read() is not None
        source.close()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if SOURCES[kind].target])
def test_an_open_that_fails_is_one_sentence(kind: str, tmp_path: Path) -> None:
    source = make_source(bad(kind, tmp_path))
    with pytest.raises(SourceError) as caught:
        source.open()
    source.close()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_is_taken_by_every_source(kind: str, good: dict[str, SourceSpec]) -> None:
    source = make_source(good[kind])
    source.open()
    source.read()
    for action in ("play", "pause", "next", "previous", "seek", "speed", "loop"):
        source.command(SourceCommand(action, 1.0))
        facts = source.facts()
        assert facts.length == 0 or 0 <= facts.position <= facts.length
    source.close()


def test_keys_are_the_kinds_and_every_entry_has_a_title() -> None:
    for kind, entry in SOURCES.items():
        assert entry.kind == kind
        assert entry.title
