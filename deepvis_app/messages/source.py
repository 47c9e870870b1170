"""What runs through the network, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepvis_app.messages.arrays import U8


@dataclass(frozen=True)
class Frame:
    """One picture from a source; `index` rises within a source and is unique within a run of the program."""

    index: int
    rgb: U8  # (H, W, 3)
    captured_at: float
    name: str = ""  # file name, camera name, ...
    label: str = ""  # the true class, where an image list gives one
    still: bool = False  # a picture by itself, not one of a stream


@dataclass(frozen=True)
class SourceSpec:
    """Which source to open: a name of the SOURCES table and what it needs (path, URL, camera number)."""

    kind: str
    target: str = ""
    recursive: bool = False


@dataclass(frozen=True)
class SourceCommand:
    """What a person does to the running source; `value` is seconds (seek), a factor (speed) or 0/1 (loop)."""

    action: Literal["play", "pause", "toggle", "next", "previous", "seek", "speed", "loop", "retry"]
    value: float = 0.0


@dataclass(frozen=True)
class SourceStatus:
    """What the input pane says about the source."""

    state: Literal["none", "opening", "running", "paused", "ended", "failed"] = "none"
    spec: SourceSpec | None = None
    title: str = ""
    message: str = ""  # why it failed, or which files were skipped; empty when all is well
    position: float = 0.0  # seconds in a video, number of the picture in a folder
    length: float = 0.0  # likewise; 0: not known or endless
    can_step: bool = False  # next / previous make sense
    can_seek: bool = False
    speed: float = 1.0
    looping: bool = True
    still: bool = True  # nothing plays there: pictures, or no source yet
