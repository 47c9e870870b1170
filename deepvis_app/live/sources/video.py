"""Video files, played at their own speed: late frames are dropped, never shown late."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from deepvis_app.live.sources.base import Facts, Reading, Source, SourceError
from deepvis_app.live.sources.device import to_rgb
from deepvis_app.messages import SourceCommand

if TYPE_CHECKING:
    from deepvis_app.live.cv import VideoCapture

VIDEO_ENDINGS = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".ogv", ".3gp", ".ts",
     ".mts", ".m2ts", ".mjpeg", ".mjpg"}
)  # fmt: skip
SPEEDS = (0.1, 8.0)  # slowest and fastest
_LONGEST_WAIT = 5.0  # seconds; timestamps of damaged files leap
_CATCH_UP = 0.2  # seconds that one read may spend on dropping late frames


class Clock:
    """Time in the video: runs `speed` times as fast as the wall's from the last `start`."""

    def __init__(self) -> None:
        self.speed = 1.0
        self.start(0.0)

    def start(self, seconds: float) -> None:
        self._from, self._at = seconds, perf_counter()

    def now(self) -> float:
        return self._from + (perf_counter() - self._at) * self.speed


class Video(Source):
    """A video file. One frame is always decoded ahead (`_next_at` is its time), so `due` is exact."""

    def __init__(self, path: Path) -> None:
        self.title = path.name
        self._path = path
        self._capture: VideoCapture | None = None
        self._clock = Clock()
        self._looping = True
        self._next_at: float | None = None  # None: the end was reached
        self._next_number = 0
        self._shown_at, self._shown_number = 0.0, -1
        self._rate, self._length = 25.0, 0.0

    def open(self) -> None:
        from deepvis_app.live.cv import cv2

        self.close()
        if not self._path.is_file():
            raise SourceError(f"There is no file {self._path}.")
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise SourceError(f"{self.title} is not a video that can be played (unknown kind or damaged).")
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._rate = rate if 0 < rate <= 1000 else 25.0  # some files do not tell, or tell nonsense
        self._length = max(0.0, self._capture.get(cv2.CAP_PROP_FRAME_COUNT) / self._rate)
        self._go_to(0)
        if self._next_at is None:
            raise SourceError(f"{self.title} holds no picture that can be played (damaged or cut short).")

    def due(self) -> float | None:
        if self._next_at is None:
            return None
        wait = (self._next_at - self._clock.now()) / self._clock.speed
        return min(max(0.0, wait), _LONGEST_WAIT)

    def read(self) -> Reading | None:
        self._drop_late_frames()
        reading = self._show()
        if self._next_at is None and self._looping:
            self._go_to(0)
            self._clock.start(-1 / self._rate)  # the last frame stays for as long as the others
        return reading

    def command(self, command: SourceCommand) -> None:
        if command.action == "previous":
            self._go_to(max(0, self._shown_number - 1))
        elif command.action == "seek":
            seconds = min(max(0.0, command.value), self._length)
            self._go_to(round(seconds * self._rate))
        elif command.action == "play" and self._next_at is None:
            self._go_to(0)
        elif command.action == "speed":
            self._clock.speed = min(max(command.value, SPEEDS[0]), SPEEDS[1])
        elif command.action == "loop":
            self._looping = bool(command.value)
        self._clock.start(self._next_at if self._next_at is not None else self._shown_at)

    def facts(self) -> Facts:
        return Facts(
            position=self._shown_at, length=self._length, can_step=True, can_seek=self._length > 0,
            speed=self._clock.speed, looping=self._looping, ended=self._next_at is None,
        )  # fmt: skip

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _show(self) -> Reading | None:
        """The frame that was decoded ahead, and decode the one after it."""
        if self._next_at is None or self._capture is None:
            return None
        if self._next_at > self._clock.now():  # asked for before its time: by a step, or after a leap
            self._clock.start(self._next_at)
        ok, pixels = self._capture.retrieve()
        self._shown_at, self._shown_number = self._next_at, self._next_number
        self._grab()
        if not ok:
            return None
        return Reading(to_rgb(pixels, self.title), f"{self.title} {self._shown_at:.2f} s")

    def _go_to(self, number: int) -> None:
        from deepvis_app.live.cv import cv2

        if self._capture is None:
            raise SourceError(f"{self.title} is not open.")
        if number != 0 or self._shown_number >= 0:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        self._grab()
        self._clock.start(self._next_at or 0.0)

    def _grab(self) -> None:
        from deepvis_app.live.cv import cv2

        assert self._capture is not None
        self._next_number = round(self._capture.get(cv2.CAP_PROP_POS_FRAMES))
        if self._capture.grab():
            told = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            self._next_at = told if told > 0 else self._next_number / self._rate
        else:
            self._next_at = None

    def _drop_late_frames(self) -> None:
        """Skip the frames whose successor is due already."""
        deadline = perf_counter() + _CATCH_UP
        while self._next_at is not None and self._next_at + 1 / self._rate < self._clock.now():
            if perf_counter() > deadline:
                self._clock.start(self._next_at)  # decoding is slower than real time: go on from here
                return
            self._grab()
