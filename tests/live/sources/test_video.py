from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.video import Video
from deepvis_app.messages import SourceCommand
from tests.live.helpers import RATE, STEP, write_video


class FakeTime:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("deepvis_app.live.sources.video.perf_counter", lambda: self.now)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    return FakeTime(monkeypatch)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_video(tmp_path / "a film.avi", frames=40)


def number(video: Video) -> int:
    """Number of the frame that the video shows next, read from its pixels."""
    reading = video.read()
    assert reading is not None
    assert reading.rgb.std() < 1
    return round(float(reading.rgb.mean()) / STEP)


def do(video: Video, action: str, value: float = 0) -> None:
    video.command(SourceCommand(action, value))  # type: ignore[arg-type]


def opened(path: Path) -> Video:
    video = Video(path)
    video.open()
    return video


def test_frames_are_due_at_their_own_times(path: Path, time: FakeTime) -> None:
    video = opened(path)
    assert video.due() == 0
    for expected in range(3):
        assert number(video) == expected
        assert video.due() == pytest.approx(1 / RATE)
        time.now += 1 / RATE
    video.close()


def test_late_frames_are_dropped_not_shown_late(path: Path, time: FakeTime) -> None:
    video = opened(path)
    assert number(video) == 0
    time.now += 10.5 / RATE
    assert number(video) == 10
    video.close()


def test_double_speed_needs_half_the_time_and_speed_has_limits(path: Path, time: FakeTime) -> None:
    video = opened(path)
    number(video)
    do(video, "speed", 2)
    time.now += 1 / RATE
    number(video)
    assert video.due() == pytest.approx(0.5 / RATE)
    do(video, "speed", 1000)
    assert video.facts().speed == 8
    do(video, "speed", -1)
    assert video.facts().speed == pytest.approx(0.1)
    video.close()


def test_stepping_goes_one_frame_on_and_one_back_whatever_time_has_passed(path: Path, time: FakeTime) -> None:
    video = opened(path)
    number(video)
    seen = []
    for action in ("next", "next", "next", "previous", "previous", "next"):
        time.now += 3
        do(video, action)
        seen.append(number(video))
    assert seen == [1, 2, 3, 2, 1, 2]
    video.close()


def test_seeking_is_exact_and_stays_inside(path: Path, time: FakeTime) -> None:
    video = opened(path)
    number(video)
    do(video, "seek", 0.8)
    assert number(video) == 20
    assert video.facts().position == pytest.approx(0.8)
    assert video.facts().length == pytest.approx(1.6)
    do(video, "seek", -5)
    assert number(video) == 0
    video.close()


def test_a_looping_video_begins_again_and_its_last_frame_stays_its_time(path: Path, time: FakeTime) -> None:
    video = opened(path)
    number(video)
    do(video, "seek", 39 / RATE)
    assert number(video) == 39
    assert not video.facts().ended
    assert video.due() == pytest.approx(1 / RATE)
    time.now += 1 / RATE
    assert number(video) == 0
    video.close()


def test_a_video_that_does_not_loop_ends_and_plays_again_when_told(path: Path, time: FakeTime) -> None:
    video = opened(path)
    do(video, "loop", 0)
    do(video, "seek", 39 / RATE)
    assert number(video) == 39
    assert video.facts().ended
    assert video.due() is None
    assert video.read() is None
    do(video, "previous")
    assert number(video) == 38
    number(video)
    do(video, "play")
    assert number(video) == 0
    video.close()


def test_a_leap_in_the_timestamps_does_not_stop_the_video(path: Path, time: FakeTime) -> None:
    video = opened(path)
    number(video)
    video._next_at = 1e6
    due = video.due()
    assert due is not None
    assert due <= 5
    time.now += due
    assert number(video) == 1
    assert video.due() is not None
    video.close()


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    from deepvis_app.live.cv import cv2

    writer = cv2.VideoWriter(str(tmp_path / "c.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for _ in range(3):
        writer.write(np.full((48, 64, 3), (0, 0, 255), np.uint8))  # OpenCV writes BGR
    writer.release()
    video = opened(tmp_path / "c.avi")
    reading = video.read()
    assert reading is not None
    np.testing.assert_allclose(reading.rgb[20, 20], (255, 0, 0), atol=4)
    video.close()


def test_videos_that_cannot_be_played_are_sentences(path: Path, tmp_path: Path) -> None:
    broken = {"empty.avi": b"", "words.mp4": b"these are words", "cut.avi": path.read_bytes()[:3000]}
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match=f"^{name} .*\\.$"):
            Video(tmp_path / name).open()
    with pytest.raises(SourceError, match="There is no file"):
        Video(tmp_path / "absent.avi").open()


def test_a_video_cut_in_the_middle_plays_up_to_there(path: Path, tmp_path: Path, time: FakeTime) -> None:
    whole = path.read_bytes()
    (tmp_path / "half.avi").write_bytes(whole[: len(whole) // 2])
    video = opened(tmp_path / "half.avi")
    do(video, "loop", 0)
    count = 0
    while not video.facts().ended:
        time.now += 1 / RATE
        assert video.read() is not None
        count += 1
    assert 5 < count < 40
    video.close()
