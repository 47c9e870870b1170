"""Pictures of several different shapes, and which pixel is of which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepvis_app.messages import U8
from precompute.rendered.scenes import one_of, pieces, random_scene, shaded
from precompute.rendered.shapes import COLOURS, HUES, SHAPES, SIDE, covered, paint

LABELS = ("background", *SHAPES)


def segmented(count: int, seed: int, side: int = SIDE) -> tuple[U8, U8]:
    """So many pictures, RGB (count, side, side, 3), and of each pixel its place in LABELS, (count, side, side).

    Places, sizes and poses are those of a random scene, but every shape is another one and of another hue.
    """
    dice = np.random.default_rng(seed)
    both = [_one(dice, side) for _ in range(count)]
    return np.stack([rgb for rgb, _ in both]), np.stack([labels for _, labels in both])


def _one(dice: np.random.Generator, side: int) -> tuple[U8, U8]:
    scene = random_scene(dice)
    hues = [name for name in HUES if name != scene.background]
    found = [
        replace(piece, shape=one_of(dice, SHAPES), colour=shaded(HUES[one_of(dice, hues)], dice))
        for piece in pieces(scene, dice)
    ]
    labels = np.zeros((side, side), np.uint8)
    for piece in found:
        labels[covered(piece, side) >= 0.5] = LABELS.index(piece.shape)
    return paint(found, shaded(COLOURS[scene.background], dice), side), labels
