"""What a source of frames is: camera, video, stream, pictures, pattern."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from time import perf_counter

from deepvis_app.messages import U8, SourceCommand


class SourceError(Exception):
    """A source cannot be opened or has been lost; the message is one sentence for the window."""


@dataclass(frozen=True)
class Reading:
    """One picture as a source gives it: RGB (H, W, 3), unchanged, neither stretched nor mirrored."""

    rgb: U8
    name: str
    label: str = ""
    at: float = field(default_factory=perf_counter)


@dataclass(frozen=True)
class Facts:
    """What the input pane can offer and say just now; as the fields of SourceStatus with the same names."""

    message: str = ""
    position: float = 0.0
    length: float = 0.0
    can_step: bool = False
    can_seek: bool = False
    speed: float = 1.0
    looping: bool = True
    ended: bool = False


class Source(ABC):
    """Opened, read and closed by the capture thread alone; the constructor does nothing slow.

    Three sorts. `live` sources go on by themselves: while the picture is frozen they are still read, and when
    they are lost they are opened again. `still` sources change only when told to. The others are played: they
    are read when `due`, and not while paused.
    """

    live = False
    still = False
    title = ""

    @abstractmethod
    def open(self) -> None:
        """Get ready to be read. Raises SourceError."""

    @abstractmethod
    def read(self) -> Reading | None:
        """The next picture, or None when there is none yet; within 1 s. Raises SourceError when lost."""

    def due(self) -> float | None:
        """Seconds until `read` should be called; None: not before the next command."""
        return 0.0

    def command(self, command: SourceCommand) -> None:
        """Do what a person asked, as far as it makes sense here. Raises SourceError."""
        del command

    def facts(self) -> Facts:
        """What can be done with the source now, and where it is."""
        return Facts()

    def close(self) -> None:  # noqa: B027 (most sources hold nothing that must be let go)
        """Let go of everything; may be called twice, and after a failed `open`."""
