"""A stand-in for the atlases, and pictures that look real, for tests of the window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepvis_app.messages import (
    COMPARED,
    FACET_KINDS,
    U8,
    AtlasAnswer,
    AtlasQuery,
    CodeSpace,
    Facet,
    FacetMap,
    FacetPoint,
    LayerPictures,
    MethodResult,
    PictureFacts,
    RunInfo,
    UnitComparison,
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
        self.methods: dict[UnitRef, UnitComparison] = {}
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
        methods = self.methods.get(query.ref, UnitComparison(query.ref)) if query.methods else None
        return AtlasAnswer(query, self.units.get(query.ref, UnitPictures(query.ref)), layer, methods)


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


def some_facets(layer: str, column: bool, width: int, count: int = 40, facets: int = 4) -> FacetMap:
    """Groups on a circle, one after the other in the points; the plane is the codes' first two numbers.

    Each image is its facet's colour, its value 5 and more.
    """
    dice = np.random.default_rng(1)
    of = np.arange(count) * facets // count
    angle = 2 * np.pi * of / facets
    xy = 10 * np.stack([np.cos(angle), np.sin(angle)], 1) + dice.normal(size=(count, 2))
    tints = np.random.default_rng(5).integers(30, 220, (facets, 3))
    thumbs = np.broadcast_to(tints[of][:, None, None], (count, 32, 32, 3)).astype(np.uint8)
    made = []
    for number in range(facets):
        members = np.flatnonzero(of == number)
        centre = xy[members].mean(0)
        near = np.hypot(*(xy[members] - centre).T).argsort()
        made.append(Facet(tuple(members[near].tolist()), (float(centre[0]), float(centre[1])), 5, 0.6, 0.9,
                          f"kind {number}", 0.75))  # fmt: skip
    return FacetMap(
        frozen(xy.astype(np.float32)),
        frozen(np.full(count, 0.6, np.float32)),
        tuple(FacetPoint(f"n01/img_{one}.JPEG", None, "goldfish", 5.0 + one) for one in range(count)),
        frozen(thumbs),
        tuple(made),
        CodeSpace(layer, column, np.zeros(width, np.float32), np.eye(2, width, dtype=np.float32),
                  frozen(xy.astype(np.float32))),
    )  # fmt: skip


def with_facets(ref: UnitRef, facets: FacetMap, kinds: Sequence[str] = FACET_KINDS) -> UnitPictures:
    """A unit whose atlas holds a facet map and the facets' pictures."""
    count = len(facets.facets)
    return UnitPictures(ref, {kind: some_pictures(kind, count) for kind in kinds}, facets=facets)


def some_methods(
    ref: UnitRef, made: int = 4, to_come: int = 0, seeds: int = 3, real: bool = True
) -> UnitComparison:
    """Methods m0, m1 ...: the activation of mk is 10 + k, and it takes 1 + k seconds; m0 is seen by nobody."""
    names = [f"m{k}" for k in range(made + to_come)]
    rows = [
        MethodResult(name, f"the method number {k}", f"A paper, Eq. {k}",
                     {"activation": 10.0 + k, "seen": 0.25 * k, "seconds": 1.0 + k, "diversity": 0.5},
                     some_pictures(COMPARED, seeds))
        for k, name in enumerate(names)
    ]  # fmt: skip
    scores = {"activation": 2.0, "diversity": 0.6}
    return UnitComparison(
        ref,
        tuple(rows[:made]),
        tuple(MethodResult(row.name, row.title) for row in rows[made:]),
        MethodResult("real", scores=scores, pictures=some_pictures("top", 9)) if real else None,
        {"activation": (names[made - 1],), "seconds": ("m0",), "diversity": tuple(names[:made])},
        (
            f"Excites the unit most: {names[made - 1]} ({9 + made}.0; real pictures 2.0).",
            "Is the quickest: m0.",
        ),
        ("facets",),
        ("squeezenet", "alexnet"),
        "squeezenet",
        "2026-03-03T08:00:00+00:00",
    )


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
