"""Which hues pictures have: six, 60 degrees apart, in the order of HUES."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from deepvis_app.messages import U8
from precompute.rendered.scenes import Scene
from precompute.rendered.shapes import HUES

F64 = np.ndarray[Any, np.dtype[np.float64]]
COUNT = len(HUES)
# By how many places the hues move when the channels are put in each of the orders of CHANNELS.
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


def inside(shares: F64, own: Iterable[int], order: str = "RGB") -> F64:
    """The part (N,) of the hues (N, COUNT) that is among those of a palette, such as (0, 1) for red and yellow, when
    the palette's channels are put in this order; 0 for grey pictures.
    """
    chosen = [(hue + ORDERS[order]) % COUNT for hue in sorted(set(own))]
    part: F64 = shares[:, chosen].sum(1)
    return part


def palette(scenes: Iterable[Scene]) -> tuple[int, ...]:
    """The hues that scenes have, as places in HUES: of shapes and of grounds."""
    names = list(HUES)
    found = {
        names.index(word) for scene in scenes for word in (scene.colour, scene.background) if word in HUES
    }
    return tuple(sorted(found))
