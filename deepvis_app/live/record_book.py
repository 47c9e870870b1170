"""The tables of the session's records: which frames excited each unit of a layer most. Numpy, no network.

A record is a value, the position in the unit's map, the frame and the moment it belongs to. A unit has at most
one record of a moment, its best; so a thing held before the camera does not take all nine places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepvis_app.messages import F32, U8, Box

RANKS = 9
NO_FRAME = -1
_NO_MOMENT = np.iinfo(np.int64).min
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class KeptFrame:
    """What is kept of a frame while some unit holds a record of it."""

    picture: U8  # (H, W, 3): the exact network input; shared with the result that showed it, never copied
    index: int
    name: str
    label: str
    still: bool
    seen: str  # ISO 8601, UTC
    size: tuple[int, int]  # of the frame
    input_box: Box  # the part of the frame that `picture` shows


class Book:
    """The best nine of every unit of one layer: arrays (units, 9), best first, -inf where there is none yet."""

    def __init__(self, units: int) -> None:
        shape = (units, RANKS)
        self.values = np.full(shape, -np.inf, np.float32)
        self.places = np.zeros(shape, np.int64)  # in the flattened map
        self.frames = np.full(shape, NO_FRAME, np.int64)
        self.moments = np.full(shape, _NO_MOMENT, np.int64)

    def better(self, values: F32, moment: int) -> I64:
        """The units for which `values` (units,) are records.

        Not finite is no record, nor is exactly 0: a rectified unit that is nowhere active.
        """
        rows = np.arange(len(values))
        standing = self.values[rows, self._slots(rows, moment)]
        wins = np.isfinite(values) & (values != 0) & (values > standing)
        return np.asarray(wins.nonzero()[0], np.int64)

    def enter(self, units: I64, values: F32, places: I64, frame: int, moment: int) -> I64:
        """Write records of units that `better` gave; which frames lost places by it, once for each place."""
        slots = self._slots(units, moment)
        lost: I64 = self.frames[units, slots]
        columns = ((self.values, values), (self.places, places), (self.frames, frame), (self.moments, moment))
        for column, new in columns:
            column[units, slots] = new
        self._sort(units)
        return np.extract(lost != NO_FRAME, lost)

    def strike(self, frames: I64) -> None:
        """Drop every record of these frames; those behind move up."""
        gone = np.isin(self.frames, frames)
        self.values[gone], self.frames[gone], self.moments[gone] = -np.inf, NO_FRAME, _NO_MOMENT
        self._sort(np.flatnonzero(gone.any(1)))

    def _slots(self, units: I64, moment: int) -> I64:
        """Which rank a record of the moment would replace: the one of the same moment, or else the last."""
        same = self.moments[units] == moment
        return np.where(same.any(1), same.argmax(1), RANKS - 1)

    def _sort(self, units: I64) -> None:
        order = np.argsort(-self.values[units], axis=1, kind="stable")
        for column in (self.values, self.places, self.frames, self.moments):
            column[units] = np.take_along_axis(column[units], order, 1)


class FrameStore:
    """The frames that records refer to; a frame leaves with its last record."""

    def __init__(self) -> None:
        self._frames: dict[int, KeptFrame] = {}
        self._references: dict[int, int] = {}
        self.size = 0  # bytes of all pictures

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, number: int) -> bool:
        return number in self._frames

    def __getitem__(self, number: int) -> KeptFrame:
        return self._frames[number]

    def add(self, number: int, frame: KeptFrame, references: int) -> None:
        """Keep the frame, with so many more records referring to it."""
        if number not in self._frames:
            self._frames[number] = frame
            self.size += frame.picture.nbytes
        self._references[number] = self._references.get(number, 0) + references

    def release(self, numbers: I64) -> None:
        """One record less for every time that a number is in the list."""
        for number, count in zip(
            *(part.tolist() for part in np.unique(numbers, return_counts=True)), strict=True
        ):
            self._references[number] -= count
            if self._references[number] == 0:
                self.drop(number)

    def drop(self, number: int) -> None:
        self.size -= self._frames.pop(number).picture.nbytes
        del self._references[number]

    def least(self, books: Iterable[Book]) -> list[int]:
        """All numbers, those first that are missed least: no high place in any list, few records, old."""
        numbers = np.array(sorted(self._frames), np.int64)
        best = np.full(len(numbers), RANKS)
        for book in books:
            for rank in range(RANKS):
                held = book.frames[:, rank]
                np.minimum.at(best, np.searchsorted(numbers, held[held != NO_FRAME]), rank)
        references = np.array([self._references[number] for number in numbers.tolist()])
        return [int(number) for number in numbers[np.lexsort((references, -best))]]
