"""A small network's facts and a stand-in for its atlas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from deepvis_app.messages import (
    U8,
    LayerInfo,
    ModelChoice,
    ModelInfo,
    PictureFacts,
    RunInfo,
    UnitPicture,
    UnitPictures,
    UnitRef,
    UnitStats,
    frozen,
)
from precompute.publish.source import Source

AM_RUN = RunInfo("am", {"preset": "C"}, 3, started="2025-01-02T03:04:05+00:00", number=1)
TOP_RUN = RunInfo("top", {"images": "/home/me/photos"}, data="7 images in /home/me/photos", number=1)
STATS = UnitStats(7, 1.5, 0.5, ((0.0, 0.0), (0.5, 1.0), (1.0, 4.0)), 0.25, TOP_RUN)


def layer(name: str, units: int, alias: str = "", *, is_class_layer: bool = False) -> LayerInfo:
    return LayerInfo(
        name, alias or name, "Conv2d", (units, 4, 4), units, (4, 4), is_class_layer=is_class_layer
    )


def network(*layers: LayerInfo, labels: tuple[str, ...] = ()) -> ModelInfo:
    return ModelInfo(
        ModelChoice("tiny"),
        "tiny <net>",
        layers,
        (32, 32),
        3,
        "crop",
        labels,
        "ab" * 32,
        "cpu",
        "random",
        "none",
    )


def coloured(unit: int, rank: int, side: int = 12) -> U8:
    """A picture that no other unit or rank has, with no two pixels alike."""
    rgb = np.random.default_rng((unit, rank)).integers(0, 256, (side, side, 3), np.uint8)
    return frozen(rgb)


def pictures(kind: str, unit: int, count: int, run: RunInfo, side: int = 12) -> tuple[UnitPicture, ...]:
    return tuple(
        UnitPicture(
            kind, rank, coloured(unit, rank, side), 9.0 - rank, PictureFacts(9.0 - rank, 99.5, seed=rank), run
        )
        for rank in range(count)
    )


class Shelf:
    """Gives what it is given."""

    def __init__(self, *units: UnitPictures) -> None:
        self._units = {unit.ref: unit for unit in units}

    def unit(self, ref: UnitRef) -> UnitPictures:
        return self._units.get(ref, UnitPictures(ref))

    def counts(self) -> Mapping[tuple[str, str], int]:
        return Counter(
            (ref.layer, kind)
            for ref, unit in self._units.items()
            for kind in {*unit.pictures, *unit.notes, "stats"}
        )


def source(info: ModelInfo, shelf: Shelf, kinds: tuple[str, ...] = ()) -> Source:
    wanted = {layer.name: tuple(range(layer.units)) for layer in info.layers}
    return Source(info, shelf, info.layers, wanted, kinds)


def small_source() -> Source:
    """Two layers: "features.0" (alias conv1) with units 0 and 2, and "fc", whose units are classes."""
    info = network(
        layer("features.0", 3, "conv1"), layer("fc", 2, is_class_layer=True), labels=("a <b>&", "dog")
    )
    return source(
        info,
        Shelf(
            UnitPictures(
                UnitRef("features.0", 0),
                {"am": pictures("am", 0, 2, AM_RUN), "top": pictures("top", 10, 3, TOP_RUN, 8)},
                stats=STATS,
            ),
            UnitPictures(UnitRef("features.0", 2), notes={"am": "zero gradient from every start"}),
            UnitPictures(UnitRef("fc", 0), {"am": pictures("am", 20, 1, AM_RUN, 40)}),
            UnitPictures(UnitRef("fc", 1), {"am": pictures("am", 21, 1, AM_RUN, 40)}),
        ),
    )
