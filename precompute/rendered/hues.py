"""Which hues pictures have: six, 60 degrees apart, in the order of HUES. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepvis_app.messages import U8

F64 = np.ndarray[Any, np.dtype[np.float64]]
COUNT = 6
# Which channel stands where red, green and blue stood, and by how many sixths of the circle that turns every hue.
ORDERS = {"RGB": 0, "BRG": 2, "GBR": 4}


def hues(pictures: U8) -> F64:
    """The share of each hue (N, COUNT) in pictures (N, H, W, 3); rows sum to 1, or are 0 for grey pictures.

    A pixel counts by the square of its chroma (largest minus smallest channel, in 0..1), so that what is nearly grey
    hardly does; between two of the six hues it counts for both (hue as in HSV: Smith 1978).
    """
    rgb = pictures.reshape(len(pictures), -1, 3) / 255
    largest, chroma = rgb.max(2), rgb.max(2) - rgb.min(2)
    red, green, blue = rgb.transpose(2, 0, 1)
    safe = np.maximum(chroma, 1e-9)
    sixths = np.where(
        largest == red,
        ((green - blue) / safe) % COUNT,
        np.where(largest == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    away = np.abs((sixths[..., None] - np.arange(COUNT) + COUNT / 2) % COUNT - COUNT / 2)
    counted = ((1 - away).clip(0) * chroma[..., None] ** 2).sum(1)
    total = counted.sum(1, keepdims=True)
    shares: F64 = np.divide(counted, total, out=np.zeros_like(counted), where=total > 1e-9)
    return shares


def alike(one: F64, other: F64) -> F64:
    """The part that two shares of hues (..., COUNT) have in common, 0..1: the sum of the smaller ones."""
    common: F64 = np.minimum(one, other).sum(-1)
    return common


def reordered(shares: F64, order: str) -> F64:
    """What the hues become when the channels are put in this order."""
    turned: F64 = np.roll(shares, ORDERS[order], axis=-1)
    return turned


def best_match(shown: F64, known: Sequence[F64]) -> int:
    """Which of several classes' hues, each (facets, COUNT), are most alike to those shown (COUNT,).

    A picture may show one facet, or all together: a class is as alike as the best of its facets or their mean.
    """
    return int(np.argmax([likeness(shown, facets) for facets in known]))


def likeness(shown: F64, facets: F64) -> float:
    """Of hues (COUNT,) to a class's hues (facets, COUNT), as in `best_match`."""
    every = np.concatenate([facets, facets.mean(0, keepdims=True)])
    return float(alike(shown, every).max())


def order_of(shown: Sequence[F64], known: Sequence[F64]) -> dict[str, float]:
    """For each of ORDERS how alike the classes' pictures, each (COUNT,), are to their classes' hues in that order."""
    return {
        order: float(
            np.mean([likeness(one, reordered(of, order)) for one, of in zip(shown, known, strict=True)])
        )
        for order in ORDERS
    }
