"""Pictures over the network: RTSP, or MJPEG and other video over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.device import Device

if TYPE_CHECKING:
    from deepvis_app.live.cv import VideoCapture

SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "udp", "tcp")
OPEN_SECONDS = 4.0
READ_SECONDS = 0.9  # `Source.read` promises to be back within a second


class Stream(Device):
    """A stream by its URL; a silence of `READ_SECONDS` counts as lost, and it is opened again."""

    def __init__(self, url: str) -> None:
        super().__init__(without_password(url))
        self._url = url

    def connect(self) -> VideoCapture:
        from deepvis_app.live.cv import cv2

        scheme = urlsplit(self._url).scheme.lower()
        if scheme not in SCHEMES:
            raise SourceError(f"A stream's address starts with one of {', '.join(SCHEMES)}, then ://.")
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPEN_SECONDS * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(READ_SECONDS * 1000),
        ]  # fmt: skip
        return cv2.VideoCapture(self._url, cv2.CAP_FFMPEG, limits)

    def why_not(self) -> str:
        return f"No stream comes from {self.title}: check the address and that the camera is on, then retry."


def without_password(url: str) -> str:
    """The URL as it may be shown: user name and password left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
