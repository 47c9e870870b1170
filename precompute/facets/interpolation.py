"""What activation maximisation makes of pictures between two facets (MFV, section S1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.files import atomic_write
from deepvis_app.messages import U8, LayerInfo, frozen
from precompute.facets.frames import part
from precompute.facets.making import Making
from precompute.facets.mapping import Mapped
from precompute.publish.pictures import encode_exact
from precompute.publish.sheet import Tile, draw_sheet
from precompute.synthesis.aim import Shares
from precompute.synthesis.recording import Made

BETWEEN = 8  # pictures between the two, as in the paper
_FOOTER = (
    "above where each began and the facet its code falls into; below what it became and the value reached"
)


@dataclass(frozen=True)
class Strip:
    """A strip between the facets `pair`, in the files `stem`.png and .json; `facts` are JSON values for the latter."""

    pair: tuple[int, int]
    stem: Path
    title: str
    means: bool = False
    between: int = BETWEEN
    facts: Mapping[str, Any] = field(default_factory=dict)


def ends(mapped: Mapped, pair: tuple[int, int], *, means: bool) -> tuple[U8, U8]:
    """The pictures (h, w, 3) between which is mixed: the facets' mean pictures, or the image nearest to each centre."""
    if means:
        return mapped.means[pair[0]], mapped.means[pair[1]]
    first, second = (mapped.frames[mapped.facets.facets[number].members[0]].rgb for number in pair)
    return first, second


def mixed(first: U8, second: U8, between: int = BETWEEN) -> list[U8]:
    """`between` + 2 pictures from the first to the second one, each pixel in even steps."""
    shares = _shares(between)
    return [frozen((first * (1 - share) + second * share).round().astype(np.uint8)) for share in shares]


def _shares(between: int) -> list[float]:
    """Of the second picture in each."""
    return [float(share) for share in np.linspace(0, 1, between + 2)]


def kept_in(pair: tuple[int, int], between: int = BETWEEN) -> list[Shares]:
    """The facets in which each of the pictures is kept: in both, by what it has of each."""
    return [((pair[0], 1 - share), (pair[1], share)) for share in _shares(between)]


def strip(making: Making, layer: LayerInfo, unit: int, mapped: Mapped, wanted: Strip) -> bool:
    """Paint the pictures between two facets and write the strip; False when stopped on the way."""
    making.told(0.3, "painting")
    starts = mixed(*ends(mapped, wanted.pair, means=wanted.means), wanted.between)
    asked = kept_in(wanted.pair, wanted.between)
    rows = making.painter(layer).painted(unit, making.seed, starts, mapped.facets, asked)
    if rows is None:
        return False
    looker = making.looker(layer)
    codes = looker.look(np.stack(starts), unit, centre=looker.column).codes
    lands = {
        "start": [mapped.facets.facet_of(code) for code in codes],
        **making.painter(layer).landings(mapped.facets, rows, looker),
    }
    made = dict(zip(making.painted_kinds, rows, strict=True))
    write_strip(wanted, mapped, starts, made, lands)
    return True


def write_strip(
    wanted: Strip,
    mapped: Mapped,
    starts: Sequence[U8],
    rows: Mapping[str, Sequence[Made]],
    lands: Mapping[str, Sequence[int]],
) -> None:
    """The starts above what each way of painting made of them, as PNG, and the numbers as JSON.

    `lands` are the facets into which the codes of the starts ("start") and of the painted pictures fall.
    """
    last = len(starts) - 1
    tiles = [
        Tile(part(start, mapped.field), f"{at / last:.0%}", f"facet {lands['start'][at]}")
        for at, start in enumerate(starts)
    ]
    for kind, made in rows.items():
        tiles += [
            Tile(one.rgb, one.reason or f"{one.activation:.1f}", f"facet {lands[kind][at]}")
            for at, one in enumerate(made)
        ]
    sheet = draw_sheet(tiles, wanted.title, _FOOTER, columns=len(starts))
    with atomic_write(wanted.stem.with_suffix(".png")) as file:
        file.write(encode_exact(sheet, "png"))
    told = {
        "title": wanted.title,
        **wanted.facts,
        "between": list(wanted.pair),
        "shares": [at / last for at in range(len(starts))],
        "starts_land_in": list(lands["start"]),
        "painted": {
            kind: [
                {"activation": one.activation, "lands_in": lands[kind][at], "failed": one.reason}
                for at, one in enumerate(made)
            ]
            for kind, made in rows.items()
        },
        "facets": [len(facet.members) for facet in mapped.facets.facets],
    }
    with atomic_write(wanted.stem.with_suffix(".json")) as file:
        file.write(json.dumps(told, indent=1).encode())
