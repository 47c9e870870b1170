"""A few pictures in one, in equal square cells row by row, and apart again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from deepvis_app.messages import U8, FacetMap, PictureFacts, UnitPicture, frozen
from deepvis_app.render.patches import OUTSIDE

CELL = 64  # pixels: smaller pictures are enlarged by a whole number as long as they fit, so that coding hurts less


def block(pictures: Sequence[U8]) -> U8:
    """RGB pictures (h, w, 3), each in the middle of a cell as wide and as high as the largest of them needs."""
    longest = max(max(rgb.shape[:2]) for rgb in pictures)
    times = max(CELL // longest, 1)
    side, across = longest * times, columns(len(pictures))
    found = np.full((-(-len(pictures) // across) * side, across * side, 3), OUTSIDE, np.uint8)
    for at, rgb in enumerate(pictures):
        large = rgb.repeat(times, 0).repeat(times, 1)
        top, left = (at // across) * side, (at % across) * side
        top, left = top + (side - large.shape[0]) // 2, left + (side - large.shape[1]) // 2
        found[top : top + large.shape[0], left : left + large.shape[1]] = large
    return frozen(found)


def parted(found: U8, count: int) -> tuple[U8, ...]:
    """The cells of a block of `count` pictures. Raises ValueError where it is no block of so many."""
    across = columns(count) if count > 0 else 0
    side = found.shape[1] // across if across else 0
    if not side or found.shape[1] != across * side or found.shape[0] != -(-count // across) * side:
        raise ValueError(f"{found.shape[1]} x {found.shape[0]} pixels are no block of {count} pictures")
    corners = [((at // across) * side, (at % across) * side) for at in range(count)]
    return tuple(frozen(np.ascontiguousarray(found[y : y + side, x : x + side])) for y, x in corners)


def apart(found: UnitPicture, facets: FacetMap) -> tuple[UnitPicture, ...]:
    """The pictures of a facet's block, the nearest to its centre first, each with what the map knows of its image.

    None where the two do not fit together: both may come from a stranger's file.
    """
    count = found.facts.more.get("pictures")
    members = facets.facets[found.rank].members if found.rank < len(facets.facets) else ()
    if not isinstance(count, int) or not 0 < count <= len(members):
        return ()
    try:
        cells = parted(found.rgb, count)
    except ValueError:
        return ()
    more = {name: found.facts.more[name] for name in ("method", "note") if name in found.facts.more}
    made = []
    for rank, rgb in enumerate(cells):
        point = facets.points[members[rank]]
        told = {"facet": found.rank, **more}
        facts = PictureFacts(point.value, None, None, point.source, point.box, point.label, told)
        made.append(UnitPicture(found.kind, rank, rgb, point.value, facts, found.run))
    return tuple(made)


def columns(count: int) -> int:
    """As nearly square as can be."""
    return math.ceil(math.sqrt(count))
