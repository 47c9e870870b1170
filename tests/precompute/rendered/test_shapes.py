"""Shapes: where they are, how large, how they are turned, and that their edges are smooth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from precompute.rendered.shapes import HUES, SHAPES, Piece, paint

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def covered(
    shape: str, turn: float = 0.0, radius: float = 0.25, centre: tuple[float, float] = (0.5, 0.5)
) -> float:
    """The share of the picture that it covers."""
    return float(paint([Piece(shape, WHITE, centre, radius, turn)], BLACK).mean() / 255)


# Areas in squared radii, from school geometry.
AREAS = {
    "circle": math.pi,
    "ring": math.pi * (1 - 0.5**2),
    "square": 1.7**2,
    "triangle": 3 * math.sqrt(3) * 0.6**2,
    "cross": 2 * 0.6 * 2 - 0.6**2,
    "bar": 0.7 * 2.2,
    "star": 10
    * 0.5
    * 1.15
    * (1.15 * math.cos(math.radians(72)) / math.cos(math.radians(36)))
    * math.sin(math.pi / 5),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_covers_its_area_however_it_is_turned(shape: str) -> None:
    for turn in (0.0, 17.0, 45.0):
        assert covered(shape, turn) == pytest.approx(AREAS[shape] * 0.25**2, rel=0.03)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_looks_the_same_after_its_own_turn_only(shape: str) -> None:
    def at(turn: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return paint([Piece(shape, WHITE, (0.5, 0.5), 0.3, turn)], BLACK).astype(int)

    fold = SHAPES[shape].fold
    assert np.abs(at(0) - at(360 / fold if fold else 123.0)).max() <= 1
    if fold:
        assert np.abs(at(0) - at(180 / fold)).max() > 200


def test_a_turn_is_clockwise_and_a_triangle_points_up() -> None:
    rows = paint([Piece("triangle", WHITE, (0.5, 0.5), 0.3)], BLACK)[..., 0].sum(1)
    wide = np.flatnonzero(rows == rows.max()).mean()
    assert wide > 34  # the widest row is below the middle
    turned = paint([Piece("triangle", WHITE, (0.5, 0.5), 0.3, 90)], BLACK)[..., 0].sum(0)
    assert np.flatnonzero(turned == turned.max()).mean() < 30  # what was below is to the left


def test_a_piece_lies_where_it_is_told_over_what_came_before() -> None:
    red, blue = HUES["red"], HUES["blue"]
    rgb = paint(
        [Piece("circle", red, (0.25, 0.75), 0.2), Piece("circle", blue, (0.25, 0.75), 0.1)], WHITE, 40
    )
    assert rgb.shape == (40, 40, 3)
    assert tuple(rgb[10, 30]) == blue
    assert tuple(rgb[10, 24]) == red
    assert tuple(rgb[30, 10]) == WHITE
