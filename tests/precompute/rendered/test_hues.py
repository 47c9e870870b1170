"""Hues against the colours that they are named after, and against the standard library's HSV."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from precompute.rendered.hues import COUNT, ORDERS, hues, inside, palette
from precompute.rendered.planted import CHANNELS
from precompute.rendered.scenes import Scene
from precompute.rendered.shapes import GREYS, HUES


def plain(colour: tuple[int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((1, 4, 4, 3), colour, np.uint8)


@pytest.mark.parametrize("name", HUES)
def test_each_hue_is_itself_alone(name: str) -> None:
    expected = np.eye(COUNT)[list(HUES).index(name)]
    np.testing.assert_allclose(hues(plain(HUES[name]))[0], expected, atol=1e-9)


@pytest.mark.parametrize("name", GREYS)
def test_greys_have_no_hue_and_are_in_no_palette(name: str) -> None:
    shares = hues(plain(GREYS[name]))
    assert not shares.any()
    assert not inside(shares, (0, 1)).any()


def test_pixels_count_by_the_square_of_their_chroma_for_the_two_hues_beside_theirs() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (1, 5, 7, 3), dtype=np.uint8)
    slow = np.zeros(COUNT)
    for red, green, blue in rgb.reshape(-1, 3) / 255:
        at = colorsys.rgb_to_hsv(red, green, blue)[0] * COUNT
        below, part = int(at) % COUNT, at - int(at)
        chroma = max(red, green, blue) - min(red, green, blue)
        slow[below] += chroma**2 * (1 - part)
        slow[(below + 1) % COUNT] += chroma**2 * part
    np.testing.assert_allclose(hues(rgb)[0], slow / slow.sum(), atol=1e-9)


def test_an_order_moves_hues_as_its_channels_do() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (3, 6, 6, 3), dtype=np.uint8)
    for order, channels in CHANNELS.items():
        turned = hues(np.ascontiguousarray(rgb[..., channels]))
        np.testing.assert_allclose(turned, np.roll(hues(rgb), ORDERS[order], 1), atol=1e-9)
        np.testing.assert_allclose(inside(turned, (1, 2), order), inside(hues(rgb), (1, 2)), atol=1e-9)


def test_the_three_orders_of_two_neighbouring_hues_share_out_all_colour() -> None:
    shares = hues(np.random.default_rng(2).integers(0, 256, (4, 6, 6, 3), dtype=np.uint8))
    total = sum(inside(shares, (5, 0), order) for order in ORDERS)
    np.testing.assert_allclose(total, np.ones(4))


def test_a_palette_is_of_shapes_and_grounds() -> None:
    assert palette([Scene("circle", "yellow", "red"), Scene("circle", "yellow", "grey")]) == (0, 1)
