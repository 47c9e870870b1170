from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.render.pictures import decode_picture
from precompute.publish.pictures import FORMATS, Format, encode_exact, encode_small, fitted, lay_rows, square
from tests.precompute.publish.units import coloured


@pytest.mark.parametrize("kind", FORMATS)
def test_an_exact_file_gives_every_pixel_back(kind: Format) -> None:
    rgb = coloured(1, 2, 33)
    np.testing.assert_array_equal(decode_picture(encode_exact(rgb, kind), "x"), rgb)


def test_a_small_file_is_smaller_than_an_exact_one() -> None:
    rgb = coloured(1, 2, 64)
    assert len(encode_small(rgb, 50)) < len(encode_exact(rgb, "webp"))


def test_pictures_of_any_size_lie_in_a_sheet_without_touching() -> None:
    rows = [[coloured(0, k, side) for k, side in enumerate((11, 16, 40))], [coloured(1, 0, 20)], []]
    sheet, places = lay_rows(rows)
    owners = np.zeros(sheet.shape[:2], int)
    for row, line in zip(rows, places, strict=True):
        for rgb, at in zip(row, line, strict=True):
            box = np.s_[at.y : at.y + at.height, at.x : at.x + at.width]
            np.testing.assert_array_equal(sheet[box], rgb)
            owners[box] += 1
    assert owners.max() == 1


def test_neighbours_do_not_mix_when_a_sheet_is_coded_lossily() -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)]
    rows = [[np.full((side, side, 3), colour, np.uint8) for colour in colours] for side in (64, 40, 8)]
    sheet, places = lay_rows(rows)
    coded = decode_picture(encode_small(sheet, 80), "x").astype(int)
    for line in places:
        for colour, at in zip(colours, line, strict=True):
            shown = coded[at.y : at.y + at.height, at.x : at.x + at.width]
            assert np.abs(shown - colour).max() < 12


def test_fitting_shrinks_the_longer_side_and_never_enlarges() -> None:
    assert fitted(np.zeros((100, 50, 3), np.uint8), 40).shape == (40, 20, 3)
    small = coloured(0, 0)
    assert fitted(small, 40) is small


def test_a_square_holds_the_whole_picture_in_its_middle() -> None:
    tile = square(np.full((10, 20, 3), 255, np.uint8), 40, (1, 2, 3))
    assert tile.shape == (40, 40, 3)
    assert (tile[10:30] == 255).all()
    assert (tile[:10] == (1, 2, 3)).all()
    assert (tile[30:] == (1, 2, 3)).all()
