"""The test pattern: a moving picture that needs no camera and no file. Also the shortest example of a source.

To add a source: one file with a class like this one, and one line in SOURCES (sources/__init__.py).
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

from deepvis_app.live.sources.base import Facts, Reading, Source
from deepvis_app.messages import U8, SourceCommand

SIZE = (240, 320)
RATE = 30.0  # frames per second


class Pattern(Source):
    """Coloured gratings that drift, under a square and a disc that go round."""

    title = "test pattern"

    def open(self) -> None:
        self._number, self._due_at = -1, perf_counter()

    def due(self) -> float:
        return max(0.0, self._due_at - perf_counter())

    def read(self) -> Reading:
        self._number += 1
        self._due_at = max(perf_counter(), self._due_at + 1 / RATE)
        return Reading(picture(self._number), f"pattern {self._number}")

    def command(self, command: SourceCommand) -> None:
        if command.action == "previous":
            self._number = max(-1, self._number - 2)  # the next read shows the one before

    def facts(self) -> Facts:
        return Facts(position=max(0, self._number) / RATE, can_step=True)


def picture(number: int) -> U8:
    """Frame `number` (0 and up), RGB (240, 320, 3): always the same for the same number."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    phase = number / RATE
    waves = [np.sin(x / 9 + 4 * phase), np.sin((x + y) / 14 - 3 * phase), np.sin(y / 20 + 2 * phase)]
    rgb = np.stack([127.5 + 100 * wave for wave in waves], axis=-1).astype(np.uint8)
    middle_y, middle_x = 120 + 70 * np.sin(phase), 160 + 100 * np.cos(phase)
    rgb[(y - middle_y) ** 2 + (x - middle_x) ** 2 < 35**2] = (250, 220, 40)
    rgb[(abs(y - 240 + middle_y) < 28) & (abs(x - 320 + middle_x) < 28)] = (20, 40, 200)
    return rgb
