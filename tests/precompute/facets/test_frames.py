from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.messages import LayerInfo, ReceptiveField
from deepvis_app.render.patches import OUTSIDE
from precompute.facets.frames import mean_frame, moved, part, shift_of, thumbnail


def layer(field: ReceptiveField | None) -> LayerInfo:
    return LayerInfo("conv", "conv", "Conv2d", (4, 7, 5), 4, (7, 5), field)


def test_what_a_place_sees_comes_to_where_the_centre_looks() -> None:
    conv = layer(ReceptiveField((9, 9), (4, 3), (-3, -2)))
    assert conv.receptive_field is not None
    centre = conv.receptive_field.box(3, 2)
    for place in ((0, 0), (3, 2), (6, 4)):
        down, right = shift_of(conv, place)
        box = conv.receptive_field.box(*place)
        assert (box[0] + down, box[1] + right) == centre[:2]


@pytest.mark.parametrize("field", [None, ReceptiveField((9, 9), (0, 0), (0, 0), whole=True)])
def test_what_sees_everything_is_not_moved(field: ReceptiveField | None) -> None:
    assert shift_of(layer(field), (0, 0)) == (0, 0)


@pytest.mark.parametrize("shift", [(0, 0), (2, -3), (-4, 1), (50, 0)])
def test_a_moved_picture_is_grey_where_nothing_came(shift: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (10, 8, 3), np.uint8)
    frame = moved(rgb, shift)
    for y in range(10):
        for x in range(8):
            from_y, from_x = y - shift[0], x - shift[1]
            inside = 0 <= from_y < 10 and 0 <= from_x < 8
            assert frame.there[y, x] == inside
            assert (frame.rgb[y, x] == (rgb[from_y, from_x] if inside else OUTSIDE)).all()


def test_the_mean_colour_stands_in_for_pixels_that_an_image_has_not() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (3, 6, 6, 3), np.uint8)
    frames = [moved(one, shift) for one, shift in zip(rgb, ((0, 0), (2, 0), (-6, 0)), strict=True)]
    colour = np.concatenate([rgb[0].reshape(-1, 3), rgb[1, :4].reshape(-1, 3)]).mean(
        0
    )  # of all that is there
    filled = [np.where(frame.there[..., None], frame.rgb, colour) for frame in frames]
    assert np.abs(mean_frame(frames) - np.mean(filled, 0)).max() <= 0.5
    whole = [moved(one, (0, 0)) for one in rgb]
    assert np.abs(mean_frame(whole) - rgb.mean(0)).max() <= 0.5
    assert (mean_frame(frames[2:]) == OUTSIDE).all()


def test_thumbnails_hold_the_whole_picture_whatever_its_shape() -> None:
    tall = np.full((64, 16, 3), 200, np.uint8)
    tile = thumbnail(tall)
    assert tile.shape == (32, 32, 3)
    assert (tile[:, 12:20] == 200).all()
    assert (tile[:, :12] == OUTSIDE).all()
    assert (thumbnail(part(tall, (0, 0, 4, 4))) == 200).all()
