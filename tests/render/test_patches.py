from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.messages import Box
from deepvis_app.render.patches import OUTSIDE, cut, in_frame

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 10, 3), np.uint8)


@pytest.mark.parametrize(
    "box", [(1, 2, 5, 9), (0, 0, 8, 10), (-3, -2, 4, 5), (5, 6, 12, 14), (-4, 3, 20, 6), (20, 20, 22, 23)]
)
def test_a_patch_holds_the_pictures_own_pixels_and_grey_outside(box: Box) -> None:
    patch = cut(PICTURE, box)
    assert patch.shape == (box[2] - box[0], box[3] - box[1], 3)
    for y in range(patch.shape[0]):
        for x in range(patch.shape[1]):
            at = (box[0] + y, box[1] + x)
            inside = 0 <= at[0] < 8 and 0 <= at[1] < 10
            assert np.array_equal(patch[y, x], PICTURE[at] if inside else [OUTSIDE] * 3)
    assert not patch.flags.writeable


def test_a_patch_inside_copies_nothing() -> None:
    assert np.shares_memory(cut(PICTURE, (1, 2, 5, 9)), PICTURE)


def test_a_box_of_the_input_becomes_one_of_the_frame_and_stays_inside() -> None:
    centre = (0, 40, 240, 280)  # what a centre crop shows of 240 x 320
    assert in_frame((8, 16, 24, 32), (64, 64), centre, (240, 320)) == (30, 100, 90, 160)
    assert in_frame((-8, -8, 80, 80), (64, 64), centre, (240, 320)) == (0, 10, 240, 320)
