from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from deepvis_app.messages import U8
from precompute.publish.grids import Geometry, GridError, cells, geometry, quadrant


def nine(seed: int, side: int) -> list[U8]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (side, side, 3), np.uint8) for _ in range(9)]


def montage(pictures: list[U8], border: int, gap: int, colour: int = 0) -> U8:
    side = pictures[0].shape[0]
    whole = 2 * border + 3 * side + 2 * gap
    sheet = np.full((whole, whole, 3), colour, np.uint8)
    for k, picture in enumerate(pictures):
        top, left = (border + i * (side + gap) for i in divmod(k, 3))
        sheet[top : top + side, left : left + side] = picture
    return sheet


@pytest.mark.parametrize("side", [11, 51, 64])
@pytest.mark.parametrize(("border", "gap"), [(0, 0), (1, 2), (1, 1), (2, 2), (0, 2), (0, 1)])
@pytest.mark.parametrize("colour", [0, 255])
def test_a_montage_is_cut_back_into_exactly_its_nine_pictures(
    side: int, border: int, gap: int, colour: int
) -> None:
    sheets = [montage(nine(seed, side), border, gap, colour) for seed in range(3)]
    form = geometry(sheets)
    assert form == Geometry(border, gap, side)
    for expected, cell in zip(nine(1, side), cells(sheets[1], form), strict=True):
        np.testing.assert_array_equal(cell, expected)


def test_one_picture_with_plain_edges_does_not_mislead_where_others_tell_better() -> None:
    plain = montage([np.full((20, 20, 3), 128, np.uint8)] * 9, 0, 0)
    assert geometry([plain, *(montage(nine(seed, 20), 0, 0) for seed in range(2))]) == Geometry(0, 0, 20)


def test_gaps_are_found_through_jpeg() -> None:
    smooth = [
        np.asarray(Image.fromarray(p[:4, :4]).resize((51, 51), Image.Resampling.BICUBIC)) for p in nine(5, 51)
    ]
    file = io.BytesIO()
    Image.fromarray(montage(smooth, 1, 2)).save(file, "JPEG", quality=85)
    assert geometry([np.asarray(Image.open(file).convert("RGB"))]) == Geometry(1, 2, 51)


def test_the_toolbox_shows_the_bottom_left_of_four_blocks() -> None:
    blocks = [[montage(nine(10 * i + j, 11), 3, 2) for j in range(2)] for i in range(2)]
    whole = np.concatenate([np.concatenate(row, 1) for row in blocks], 0)
    block = quadrant(whole)
    for expected, cell in zip(nine(10, 11), cells(block, geometry([block])), strict=True):
        np.testing.assert_array_equal(cell, expected)


@pytest.mark.parametrize("shape", [(40, 41), (41, 41), (20, 20)])
def test_what_is_no_montage_of_four_blocks_is_refused_with_its_size(shape: tuple[int, int]) -> None:
    with pytest.raises(GridError, match=f"{shape[1]} x {shape[0]} pixels"):
        quadrant(np.zeros((*shape, 3), np.uint8))


def test_a_picture_that_cannot_be_divided_is_refused() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    with pytest.raises(GridError, match="cannot be divided"):
        geometry([noise])
    with pytest.raises(GridError, match="not a square"):
        geometry([noise[:60]])
