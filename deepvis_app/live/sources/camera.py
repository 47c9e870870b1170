"""Cameras of this computer."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepvis_app.live.sources.device import Device

if TYPE_CHECKING:
    from deepvis_app.live.cv import VideoCapture

_LINUX_DEVICES = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class CameraDevice:
    """A camera that can be chosen: its number and what people call it."""

    index: int
    name: str


class Camera(Device):
    """Camera number `index`; gives frames as the driver does."""

    def __init__(self, index: int) -> None:
        super().__init__(f"camera {index}")
        self._index = index

    def connect(self) -> VideoCapture:
        from deepvis_app.live.cv import cv2

        capture = cv2.VideoCapture(self._index)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # no queue of old frames, where the driver listens
        return capture

    def why_not(self) -> str:
        return why_closed(self._index, Path("/dev"), sys.platform)


def why_closed(index: int, devices: Path, platform: str) -> str:
    """One sentence: why camera `index` does not open; `devices` is where Linux keeps its device files."""
    if platform == "darwin":
        return (
            f"Camera {index} does not open: allow it under System Settings > Privacy > Camera, or plug it in."
        )
    if platform != "linux":
        return f"Camera {index} does not open: plug it in, or close the program that uses it, then retry."
    device = devices / f"video{index}"
    if not device.exists():
        return f"There is no camera {index}: plug it in and retry, or choose another source."
    if not os.access(device, os.R_OK | os.W_OK):
        return f"Camera {index} may not be used by this user: add the user to the group that owns {device}."
    return f"Camera {index} does not open: another program seems to use it, close that and retry."


def list_cameras(devices: Path = _LINUX_DEVICES, platform: str = sys.platform) -> list[CameraDevice]:
    """The cameras of this computer, without opening them.

    Linux tells names and numbers (`devices` is the folder that lists them). Elsewhere nothing can be asked
    without switching each camera on, so the first two numbers are offered unseen.
    """
    if platform != "linux":
        return [CameraDevice(index, f"Camera {index}") for index in range(2)]
    found = []
    for device in devices.glob("video*"):
        number = device.name.removeprefix("video")
        if number.isdigit() and _text(device / "index") in ("", "0"):  # others are a camera's metadata nodes
            found.append(CameraDevice(int(number), _text(device / "name") or f"Camera {number}"))
    return sorted(found, key=lambda camera: camera.index)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
