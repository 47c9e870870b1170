"""The tables against plain lists."""

from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.live.record_book import NO_FRAME, RANKS, Book, FrameStore, KeptFrame
from deepvis_app.messages import F32

UNITS = 5


def kept(index: int, side: int = 4) -> KeptFrame:
    picture = np.full((side, side, 3), index % 256, np.uint8)
    return KeptFrame(picture, index, "", "", False, "", (side, side), (0, 0, side, side))


def offer(book: Book, values: F32, frame: int, moment: int) -> list[int]:
    """As the records do it; the frames that lost a place."""
    units = book.better(values, moment)
    if not units.size:
        return []
    return list(book.enter(units, values[units], units * 10 + frame, frame, moment))


def slowly(offers: list[tuple[F32, int, int]], unit: int) -> list[tuple[float, int, int]]:
    """(value, frame, moment) of a unit's best nine, at most one a moment, by sorting everything."""
    best: dict[int, tuple[float, int, int]] = {}
    for values, frame, moment in offers:
        value = float(values[unit])
        if np.isfinite(value) and value != 0 and (moment not in best or value > best[moment][0]):
            best[moment] = (value, frame, moment)
    return sorted(best.values(), reverse=True)[:RANKS]


@pytest.mark.parametrize("seed", range(4))
def test_the_book_is_what_sorting_everything_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    book, offers = Book(UNITS), []
    for frame in range(120):
        values = rng.normal(size=UNITS).astype(np.float32)
        values[rng.random(UNITS) < 0.2] = rng.choice([0, np.nan, np.inf])
        offers.append((values, frame, frame // 4))
        offer(book, *offers[-1])
    for unit in range(UNITS):
        expected = slowly(offers, unit)
        held = zip(book.values[unit], book.frames[unit], book.moments[unit], strict=True)
        assert [(float(v), int(f), int(m)) for v, f, m in held] == expected
        assert book.places[unit].tolist() == [unit * 10 + frame for _, frame, _ in expected]


def test_a_better_frame_of_the_same_moment_replaces_the_record_and_a_weaker_one_does_not() -> None:
    book = Book(1)
    for frame, value in enumerate((2.0, 3.0, 1.0)):
        offer(book, np.array([value], np.float32), frame, moment=7)
    assert (book.values[0, 0], book.frames[0, 0]) == (3, 1)
    assert (book.frames[0, 1:] == NO_FRAME).all()


def test_a_frame_leaves_with_its_last_record() -> None:
    rng = np.random.default_rng(1)
    book, store = Book(UNITS), FrameStore()
    for frame in range(200):
        values = rng.normal(size=UNITS).astype(np.float32)
        units = book.better(values, frame)
        if units.size:
            store.add(frame, kept(frame), len(units))
            store.release(book.enter(units, values[units], units, frame, frame))
        referred = set(book.frames.ravel().tolist()) - {NO_FRAME}
        assert {number for number in range(frame + 1) if number in store} == referred
        assert store.size == len(referred) * 48
    assert len(store) <= UNITS * RANKS


def test_frames_without_a_high_place_are_the_first_to_go() -> None:
    book, store = Book(2), FrameStore()
    for frame, values in enumerate([(5, 1), (4, 4), (3, 5), (2, 0), (1, 3)]):
        array = np.array(values, np.float32)
        units = book.better(array, frame)
        store.add(frame, kept(frame), len(units))
        book.enter(units, array[units], units, frame, frame)
    # best places: 0 -> first, 1 -> second (twice), 2 -> first, 3 -> fourth, 4 -> third
    assert store.least([book]) == [3, 4, 1, 0, 2]
    book.strike(np.array([3, 1]))
    assert book.frames[0, :4].tolist() == [0, 2, 4, NO_FRAME]
    assert book.values[1, :4].tolist() == [5, 3, 1, -np.inf]
