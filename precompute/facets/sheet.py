"""A unit's facets on one sheet: real pictures, what excites the unit in them, and what was painted (MFV, Fig. S10)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from deepvis_app.files import atomic_write
from deepvis_app.messages import (
    AM_FACET,
    DECONV_FACET,
    DGN_FACET,
    LRP_FACET,
    MEAN_FACET,
    REAL_FACET,
    FacetMap,
    ModelInfo,
    UnitPicture,
    UnitPictures,
)
from deepvis_app.render.blocks import apart
from precompute.publish.facts import facet_facts, picture_facts, run_facts
from precompute.publish.pictures import encode_exact
from precompute.publish.sheet import PAPER, Tile, draw_sheet
from precompute.studies.report import PRIVATE

PAINTED = {MEAN_FACET: "mean", AM_FACET: "AM", DGN_FACET: "DGN-AM"}
ROWS = {REAL_FACET: "real", DECONV_FACET: "deconv", LRP_FACET: "LRP"}
_WIDE = 14  # tiles side by side, about
_BLANK = Tile(np.full((1, 1, 3), PAPER, np.uint8), "")
_EXPLAINED = (
    "For each facet the real pictures nearest to its centre, with the unit's value in each; what excites the unit in "
    "them, by deconv and by layer-wise relevance propagation (LRP); and the facet's mean picture and what was painted "
    "from it, with the value reached."
)


def write_sheet(stem: Path, unit: UnitPictures, title: str, info: ModelInfo) -> None:
    """`stem`.png, and `stem`.json with the numbers. `unit` has a facet map. Raises OSError and SheetError."""
    assert unit.facets is not None
    pictures = {kind: unit.pictures[kind] for kind in (*ROWS, *PAINTED) if kind in unit.pictures}
    run = next((one.run for one in unit.pictures.get(MEAN_FACET, ()) if one.run is not None), None)
    told = {
        "title": title,
        "network": info.title,
        "fingerprint": info.fingerprint,
        "layer": unit.ref.layer,
        "unit": unit.ref.unit,
        "run": run_facts(run) if run is not None else None,
        "private": True,
        "facets": facet_facts(unit.facets),
        "pictures": [
            {"kind": kind, "facet": one.rank, **picture_facts(one)}
            for kind, found in pictures.items()
            for one in found
        ],
    }
    tiles, columns = laid_out(unit)
    sheet = draw_sheet(
        tiles,
        title,
        f"{len(unit.facets.points)} images",
        columns=columns,
        explained=f"{_EXPLAINED} {PRIVATE}",
    )
    with atomic_write(stem.with_suffix(".png")) as file:
        file.write(encode_exact(sheet, "png"))
    with atomic_write(stem.with_suffix(".json")) as file:
        file.write(json.dumps(told, indent=1).encode())


def laid_out(unit: UnitPictures) -> tuple[list[Tile], int]:
    """The tiles row by row, and how many stand in a row: blocks side by side, and as many below as there must be."""
    assert unit.facets is not None
    by_kind = {kind: {one.rank: one for one in found} for kind, found in unit.pictures.items()}
    kinds = [kind for kind in ROWS if by_kind.get(kind)]
    blocks = [
        [_real(by_kind[kind].get(number), unit.facets) for kind in kinds] + [list(_painted(by_kind, number))]
        for number in range(len(unit.facets.facets))
    ]
    width = max(len(row) for block in blocks for row in block)
    across = min(max(_WIDE // width, 1), len(blocks))
    across = math.ceil(len(blocks) / math.ceil(len(blocks) / across))  # bands of equal length
    names = [*(ROWS[kind] for kind in kinds), "painted"]
    tiles = []
    for start in range(0, len(blocks), across):
        band = range(start, min(start + across, len(blocks)))
        for at, name in enumerate(names):
            row = [tile for number in band for tile in _full(blocks[number][at], width)]
            row += [_BLANK] * (across * width - len(row))
            if at == 0:
                for place, number in enumerate(band):
                    row[place * width] = replace(row[place * width], above=_told(unit, number))
            tiles += [replace(row[0], beside=(name,)), *row[1:]]
    return tiles, across * width


def _told(unit: UnitPictures, number: int) -> str:
    """What stands above a facet's block: which it is, and how clear it is."""
    assert unit.facets is not None
    facet = unit.facets.facets[number]
    clear = f"silhouette {facet.silhouette:.2f}, purity {facet.purity:.2f}"
    return f"facet {number}: {len(facet.members)} images, {clear}"


def _full(row: Sequence[Tile], width: int) -> list[Tile]:
    return [*row, *[_BLANK] * (width - len(row))]


def _real(block: UnitPicture | None, facets: FacetMap) -> list[Tile]:
    """A block's pictures one by one, the real ones with their values."""
    if block is None:
        return []
    return [
        Tile(one.rgb, f"{one.score:.3g}" if block.kind == REAL_FACET else "") for one in apart(block, facets)
    ]


def _painted(by_kind: Mapping[str, Mapping[int, UnitPicture]], number: int) -> Iterator[Tile]:
    for kind, name in PAINTED.items():
        if (one := by_kind.get(kind, {}).get(number)) is not None:
            value = one.facts.activation
            yield Tile(one.rgb, name, "" if value is None else f"{value:.3g}")
