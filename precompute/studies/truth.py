"""What `known-truth` says of pictures: which hues they have, against those that were planted; and its sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deepvis_app.messages import U8
from precompute.publish.sheet import Tile
from precompute.rendered.check import Found
from precompute.rendered.hues import COUNT, ORDERS, hues, inside, palette
from precompute.rendered.planted import Pictures, Planted
from precompute.rendered.scenes import caption

OptionalPictures = Sequence[Sequence[U8 | None]]  # of each class and facet


def order_figures(stacks: Sequence[U8], classes: Sequence[Planted], own: str) -> dict[str, Any]:
    """Of the classes' pictures, a stack (N, h, w, 3) each, the part of their colour that is in the class's planted
    hues with the channels in each order; the share of classes in which that is most for the order `own`; and the order
    with most of all, "" for grey pictures. A class has two of six hues, so chance is 1/3 for each.
    """
    parts = {
        order: np.array(
            [
                inside(hues(stack), palette(planted.facets), order).mean()
                for stack, planted in zip(stacks, classes, strict=True)
            ]
        )
        for order in ORDERS
    }
    others = np.max([parts[order] for order in ORDERS if order != own], axis=0)
    means = {order: float(part.mean()) for order, part in parts.items()}
    return {
        "trained on": own,
        **{order: round(mean, 4) for order, mean in means.items()},
        "classes": round(float((parts[own] > others).mean()), 4),
        "taken for": max(means, key=lambda order: means[order]) if max(means.values()) > 0 else "",
    }


def facet_figures(
    found: Sequence[Found], painted: OptionalPictures, lands: Sequence[Sequence[int]]
) -> dict[str, float]:
    """The part of the colour of the facets' pictures that is in the facet's own hues (a facet without a group has
    none), and the share of the groups whose picture has its code in the group; `lands` says of each class's groups
    into which. By chance: all hues evenly, and any of the groups.
    """
    parts, chance = [], []
    for one, row in zip(found, painted, strict=True):
        for scene, rgb in zip(one.planted.facets, row, strict=True):
            own = palette([scene])
            parts.append(0.0 if rgb is None else float(inside(hues(rgb[None]), own)[0]))
            chance.append(len(own) / COUNT)
    home = [land == group for row in lands for group, land in enumerate(row)]
    return {
        "in the facet's hues": round(float(np.mean(parts)), 4),
        "by chance": round(float(np.mean(chance)), 4),
        "land in their group": round(float(np.mean(home)), 4),
        "land there by chance": round(len(lands) / len(home), 4),
    }


def row_of(
    one: Found, unit: int, real: Pictures, painted: Sequence[U8 | None], others: Mapping[str, U8]
) -> list[Tile]:
    """A class's row: its facets, their groups' mean pictures, what was painted of these, and `others` by name."""
    groups = one.match.group
    tiles = [
        Tile(real.of(unit, facet)[0], caption(scene), f"F1 {one.match.f1[facet]:.2f}")
        for facet, scene in enumerate(one.planted.facets)
    ]
    tiles += [
        Tile(
            one.mapped.means[group] if group >= 0 else None,
            "mean of group",
            str(group) if group >= 0 else "none",
        )
        for group in groups
    ]
    tiles += [Tile(rgb, "painted from it") for rgb in painted]
    return tiles + [Tile(rgb, name, one.planted.name) for name, rgb in others.items()]


def sentence(figures: Mapping[str, Any]) -> str:
    """The main figures."""
    facets, painted = figures["facets"], figures["pictures of facets"]
    hit, chance = painted["in the facet's hues"], painted["by chance"]
    said = [
        f"MFV recovers {facets['recovered']:.0%} of the planted facets (by chance {facets['by chance']:.0%}); "
        f"of the colour of the facets' pictures {hit:.0%} is in the facet's hues (by chance {chance:.0%})."
    ]
    for way, networks in figures["colours"].items():
        told = [f"{part[part['trained on']]:.0%} of {name}" for name, part in networks.items()]
        said.append(f"By {way}, colour in the hues that were trained on: {', '.join(told)} (by chance 33%).")
    return " ".join(said)
