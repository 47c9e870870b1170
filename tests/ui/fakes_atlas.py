"""A stand-in for the atlases, and pictures that look real, for tests of the window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepvis_app.messages import (
    U8,
    AtlasAnswer,
    AtlasQuery,
    LayerPictures,
    PictureFacts,
    RunInfo,
    UnitPicture,
    UnitPictures,
    UnitRef,
    UnitStats,
    frozen,
)

TOP_RUN = RunInfo(
    "top", {"images": "/data/val", "n": 9}, data="val, 10000 images", number=1,
    started="2026-03-02T10:00:00+00:00", finished="2026-03-02T11:00:00+00:00",
)  # fmt: skip
AM_RUN = RunInfo("am", {"preset": "C", "steps": 256}, number=2, started="2026-03-03T08:00:00+00:00")


class FakeAtlas:
    """Answers every question at once from what a test puts in (or, with `answering` off, not at all)."""

    def __init__(self, answering: bool = True) -> None:
        self.answering = answering
        self.units: dict[UnitRef, UnitPictures] = {}
        self.layers: dict[tuple[str, str], LayerPictures] = {}
        self.asked: list[AtlasQuery] = []
        self._fresh = False

    def ask(self, query: AtlasQuery) -> None:
        self.asked.append(query)
        self._fresh = True

    def take(self) -> AtlasAnswer | None:
        if not (self.answering and self._fresh):
            return None
        self._fresh = False
        query = self.asked[-1]
        layer = self.layers.get((query.ref.layer, query.pattern), no_tiles(query)) if query.pattern else None
        return AtlasAnswer(query, self.units.get(query.ref, UnitPictures(query.ref)), layer)


def colour(level: int, side: int = 8) -> U8:
    """A picture of one grey."""
    return frozen(np.full((side, side, 3), level, np.uint8))


def some_pictures(kind: str, count: int = 9, side: int = 8) -> tuple[UnitPicture, ...]:
    """Pictures of one grey each, 20 brighter from rank to rank; scores fall from 9."""
    run = TOP_RUN if kind in ("top", "deconv", "guided") else AM_RUN
    made = []
    for rank in range(count):
        score = 9.0 - rank
        facts = (
            PictureFacts(score, 99.5, seed=rank)
            if run is AM_RUN
            else PictureFacts(
                score, 97.0, source=f"n01/img_{rank}.JPEG", box=(3, 5, 14, 16), label="goldfish"
            )
        )
        made.append(UnitPicture(kind, rank, colour(20 + 20 * rank, side), score, facts, run))
    return tuple(made)


def some_unit(
    ref: UnitRef, kinds: Sequence[str] = ("am", "dgn-am", "top", "deconv"), count: int = 9
) -> UnitPictures:
    return UnitPictures(ref, {kind: some_pictures(kind, count) for kind in kinds}, stats=some_stats())


def some_stats(count: int = 10_000) -> UnitStats:
    """Evenly spread from 0 to 10."""
    return UnitStats(count, 5.0, 2.9, tuple((k / 4, 2.5 * k) for k in range(5)), 0.25, TOP_RUN)


def some_tiles(
    layer: str, kind: str, units: int, side: int = 6, missing: Sequence[int] = ()
) -> LayerPictures:
    """Unit k as one colour, (k % 256, k // 256, 200)."""
    numbers = np.arange(units)
    tiles = np.zeros((units, side, side, 3), np.uint8)
    tiles[:] = np.stack([numbers % 256, numbers // 256, np.full(units, 200)], -1)[:, None, None]
    return LayerPictures(layer, kind, frozen(tiles), tuple(k not in missing for k in range(units)))


def no_tiles(query: AtlasQuery) -> LayerPictures:
    empty = frozen(np.zeros((query.units, 6, 6, 3), np.uint8))
    return LayerPictures(query.ref.layer, query.pattern, empty, (False,) * query.units)
