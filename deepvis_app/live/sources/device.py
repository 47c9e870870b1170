"""What camera and stream have in common: OpenCV hands out frames until the device is lost."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepvis_app.live.sources.base import Reading, Source, SourceError
from deepvis_app.messages import U8

AnyPixels = NDArray[np.integer[Any] | np.floating[Any]]

if TYPE_CHECKING:
    from deepvis_app.live.cv import VideoCapture


class Device(Source):
    """A live source: goes on by itself, and is opened again by the capture thread when lost."""

    live = True

    def __init__(self, title: str) -> None:
        self.title = title
        self._capture: VideoCapture | None = None

    @abstractmethod
    def connect(self) -> VideoCapture:
        """An opened capture, or one that says it is not opened."""

    @abstractmethod
    def why_not(self) -> str:
        """One sentence: why the device probably cannot be opened, and what to do."""

    def open(self) -> None:
        self.close()
        self._capture = self.connect()
        if not self._capture.isOpened():
            self.close()
            raise SourceError(self.why_not())

    def read(self) -> Reading:
        if self._capture is None:
            raise SourceError(f"{self.title} is not open.")
        ok, pixels = self._capture.read()
        if not ok or pixels is None:
            raise SourceError(f"{self.title} gives no pictures (unplugged, switched off or used elsewhere?).")
        return Reading(to_rgb(pixels, self.title), self.title)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def to_rgb(pixels: AnyPixels, title: str) -> U8:
    """OpenCV's frame (grey, BGR or BGRA) as RGB uint8 (H, W, 3). Raises SourceError for other kinds."""
    from deepvis_app.live.cv import cv2

    codes = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if pixels.dtype != np.uint8 or channels not in codes:
        raise SourceError(
            f"{title} gives pictures of {channels} channels in {pixels.dtype}: not a known kind."
        )
    return np.ascontiguousarray(cv2.cvtColor(pixels, codes[channels]), np.uint8)
