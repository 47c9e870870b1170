"""What a job is, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

JobState = Literal["queued", "running", "paused", "stopping", "done", "stopped", "failed"]
ACTIVE: tuple[JobState, ...] = ("running", "paused", "stopping")  # there is a process


@dataclass(frozen=True)
class JobSpec:
    """A sub-command of `precompute` with its options, all but --progress.

    One that `gives_way` loses little when it is stopped and run again: it does so for a job that cannot wait.
    """

    title: str
    words: tuple[str, ...]
    gives_way: bool = False


@dataclass(frozen=True)
class JobView:
    """One consistent look at a job, for the window."""

    key: str  # unique among all jobs of this user
    spec: JobSpec
    state: JobState = "queued"
    sentence: str = ""  # how it ended, or what it waits for
    what: str = ""  # the phase it is in
    where: str = ""  # the piece in work, e.g. "conv3:17"
    unit: str = ""  # what its pieces are called
    done: int = 0
    total: int = 0  # 0: not known yet
    rate: float = 0.0  # pieces a second; 0: not known yet
    eta_s: float | None = None
    elapsed_s: float = 0.0
    attached: bool = False  # another window started it: it can be stopped, not paused

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def over(self) -> bool:
        return not self.active and self.state != "queued"
