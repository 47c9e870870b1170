"""What a line of the STANDINS table is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Step = Callable[[int, int], None]


@dataclass(frozen=True)
class Course:
    """How long and on what a stand-in is trained; see `precompute.rendered.fitting.Course`."""

    pictures: int
    held_out: int
    epochs: int
    batch: int = 32
    rate: float = 2e-3
    weight_decay: float = 1e-3
    seed: int = 0


@dataclass(frozen=True)
class Trained:
    """Figures on held-out renderings, as JSON values, and the main ones in a sentence."""

    figures: Mapping[str, float]
    said: str


@dataclass(frozen=True)
class StandIn:
    """A line of the STANDINS table.

    `make` renders, trains, writes the network to PATH.py with its weights beside it, and measures it on pictures that
    it has not seen; the step is told the steps done and their number, and may raise to break off.
    """

    name: str
    help: str
    course: Course
    make: Callable[[Course, Path, Step], Trained]
