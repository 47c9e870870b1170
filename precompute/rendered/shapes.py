"""Shapes on a plain ground, painted with smooth edges: numpy only, the same bytes on every machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deepvis_app.messages import U8

SIDE = 64  # pixels
Colour = tuple[int, int, int]
Plane = np.ndarray[Any, np.dtype[np.float64]]

_HIGH, _LOW = 220, 45
# Six hues, 60 degrees apart: in BRG (blue, red, green where red, green, blue stood) each becomes another of them.
HUES: dict[str, Colour] = {
    "red": (_HIGH, _LOW, _LOW),
    "yellow": (_HIGH, _HIGH, _LOW),
    "green": (_LOW, _HIGH, _LOW),
    "cyan": (_LOW, _HIGH, _HIGH),
    "blue": (_LOW, _LOW, _HIGH),
    "magenta": (_HIGH, _LOW, _HIGH),
}
GREYS: dict[str, Colour] = {"black": (25, 25, 25), "grey": (128, 128, 128), "white": (230, 230, 230)}
COLOURS = {**HUES, **GREYS}


@dataclass(frozen=True)
class Outline:
    """A line of the SHAPES table.

    `outside` takes x (to the right) and y (down) in radii; it is negative inside, about the distance to the edge
    elsewhere. Turned by 360 / `fold` degrees the shape looks the same; 0: however it is turned.
    """

    outside: Callable[[Plane, Plane], Plane]
    fold: int


@dataclass(frozen=True)
class Piece:
    """A shape at its place: `centre` (y, x) and `radius` in sides of the picture, `turn` in degrees clockwise."""

    shape: str
    colour: Colour
    centre: tuple[float, float]
    radius: float
    turn: float = 0.0


def paint(pieces: Sequence[Piece], ground: Colour, side: int = SIDE) -> U8:
    """RGB (side, side, 3), the pieces one over the other."""
    rgb = np.full((side, side, 3), ground, np.float64)
    for piece in pieces:
        share = covered(piece, side)[..., None]
        rgb = rgb * (1 - share) + np.array(piece.colour) * share
    painted: U8 = rgb.round().astype(np.uint8)
    return painted


def covered(piece: Piece, side: int = SIDE) -> Plane:
    """How much of each pixel (side, side) lies in the shape, 0..1."""
    y, x = np.mgrid[:side, :side] + 0.5
    down, right = y - piece.centre[0] * side, x - piece.centre[1] * side
    radius, angle = piece.radius * side, math.radians(piece.turn)
    own_x = (right * math.cos(angle) + down * math.sin(angle)) / radius
    own_y = (down * math.cos(angle) - right * math.sin(angle)) / radius
    share: Plane = (0.5 - SHAPES[piece.shape].outside(own_x, own_y) * radius).clip(0, 1)
    return share


def _circle(x: Plane, y: Plane) -> Plane:
    distance: Plane = np.hypot(x, y) - 1
    return distance


def _ring(x: Plane, y: Plane) -> Plane:
    distance: Plane = np.abs(np.hypot(x, y) - 0.75) - 0.25
    return distance


def _box(x: Plane, y: Plane, half_width: float, half_height: float) -> Plane:
    distance: Plane = np.maximum(np.abs(x) - half_width, np.abs(y) - half_height)
    return distance


def _square(x: Plane, y: Plane) -> Plane:
    return _box(x, y, 0.85, 0.85)


def _bar(x: Plane, y: Plane) -> Plane:
    return _box(x, y, 0.35, 1.1)


def _cross(x: Plane, y: Plane) -> Plane:
    distance: Plane = np.minimum(_box(x, y, 0.3, 1.0), _box(x, y, 1.0, 0.3))
    return distance


def _beyond(x: Plane, y: Plane, lines: int, distance: float) -> Plane:
    """How far each point lies beyond each of `lines` lines around the middle, the first one below it."""
    angles = 2 * math.pi * np.arange(lines) / lines
    beyond: Plane = np.stack([x * math.sin(a) + y * math.cos(a) for a in angles]) - distance
    return beyond


def _triangle(x: Plane, y: Plane) -> Plane:
    distance: Plane = _beyond(x, y, 3, 0.6).max(0)
    return distance


def _star(x: Plane, y: Plane) -> Plane:
    """Five points: within four of a pentagram's five lines."""
    distance: Plane = np.sort(_beyond(x, y, 5, 1.15 * math.cos(math.radians(72))), axis=0)[-2]
    return distance


SHAPES: dict[str, Outline] = {
    "circle": Outline(_circle, 0),
    "ring": Outline(_ring, 0),
    "square": Outline(_square, 4),
    "triangle": Outline(_triangle, 3),
    "cross": Outline(_cross, 4),
    "star": Outline(_star, 5),
    "bar": Outline(_bar, 2),
}
