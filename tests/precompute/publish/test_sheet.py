from __future__ import annotations

import numpy as np
import pytest

from precompute.publish.sheet import MISSING, SheetError, Tile, draw_sheet
from tests.precompute.publish.units import coloured

RED, BLUE = (np.full((8, 8, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))


def boxes(sheet: np.ndarray, colour: tuple[int, ...]) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero((sheet == colour).all(-1))
    return int(ys.min()), int(xs.min()), int(ys.max()) + 1, int(xs.max()) + 1


def test_tiles_lie_row_by_row_at_their_size_and_a_missing_one_is_grey() -> None:
    sheet = draw_sheet([Tile(RED, "0"), Tile(None, "1"), Tile(BLUE, "2")], "t", columns=2, size=40)
    red, grey, blue = (boxes(sheet, colour) for colour in ((255, 0, 0), MISSING, (0, 0, 255)))
    for top, left, bottom, right in (red, grey, blue):
        assert (bottom - top, right - left) == (40, 40)
    assert red[0] == grey[0]
    assert grey[1] > red[3]
    assert blue[1] == red[1]
    assert blue[0] > red[2]


def test_every_tile_has_its_number_below_and_a_title_stands_above() -> None:
    sheet = draw_sheet([Tile(RED, "7", "goldfish")], "network, layer", columns=1, size=60)
    top, left, bottom, right = boxes(sheet, (255, 0, 0))
    assert (sheet[:top] < 100).any()
    assert (sheet[bottom:, left:right] < 100).any()
    bare = draw_sheet([Tile(RED, "7")], "network, layer", columns=1, size=60)
    assert bare.shape[0] < sheet.shape[0]  # the class name has a line of its own


def test_a_long_class_name_does_not_run_into_its_neighbour() -> None:
    tiles = [Tile(coloured(0, 0), "0", "an extraordinarily long class name that never ends"), Tile(RED, "1")]
    sheet = draw_sheet(tiles, "", columns=2, size=40)
    _, left, bottom, right = boxes(sheet, (255, 0, 0))
    assert (sheet[bottom + 12 :, left - 4 : right] > 250).all()


def test_a_name_is_broken_into_as_many_lines_as_it_takes() -> None:
    def sheet(words: str) -> np.ndarray:
        return draw_sheet([Tile(RED, words, "F1 1.00")], "t", columns=1, size=128, letters=0.115)

    short, long = sheet("goldfish"), sheet("three small magenta triangles on white")
    other = sheet("three small magenta triangles on black")
    assert short.shape[0] < long.shape[0]
    assert long.shape == other.shape
    assert (long != other).any()  # so the end of neither is cut


def test_a_sheet_too_large_to_open_is_refused_with_what_to_change() -> None:
    with pytest.raises(SheetError, match="choose a smaller --size"):
        draw_sheet([Tile(None, "0")] * 100, "t", columns=100, size=400)


def test_an_explanation_stands_above_the_tiles_in_as_many_lines_as_it_takes() -> None:
    bare, short, long = (
        draw_sheet([Tile(RED, "7")], "t", columns=1, size=80, explained=words)
        for words in ("", "a row is a class", "a row is a class " * 6)
    )
    tops = [boxes(sheet, (255, 0, 0))[0] for sheet in (bare, short, long)]
    assert tops[0] < tops[1] < tops[2]
    assert short.shape[1] == long.shape[1]  # lines are broken; the sheet does not grow wider
    assert (long[tops[0] : tops[2]] < 200).any()


def test_letters_can_be_smaller_than_usual() -> None:
    usual = draw_sheet([Tile(RED, "7")], "t", columns=1, size=128)
    small = draw_sheet([Tile(RED, "7")], "t", columns=1, size=128, letters=0.1)
    assert small.shape[0] < usual.shape[0]


def test_lines_beside_a_row_stand_left_of_its_tiles_and_make_room() -> None:
    bare = draw_sheet([Tile(RED, "a"), Tile(BLUE, "b")], "t", columns=1, size=40)
    words = ("tv", "total variation", "one", "two", "three", "four", "five")
    told = draw_sheet([Tile(RED, "a", beside=words), Tile(BLUE, "b")], "t", columns=1, size=40)
    assert told.shape[1] > bare.shape[1]
    assert told.shape[0] > bare.shape[0]
    red = np.argwhere((told == RED[0, 0]).all(2))
    blue = np.argwhere((told == BLUE[0, 0]).all(2))
    assert red[:, 1].min() == blue[:, 1].min()  # the second row has no lines and stands below the first
    left = told[red[:, 0].min() : blue[:, 0].min(), : red[:, 1].min()]
    assert (left < 200).any()


def test_a_line_above_a_tile_runs_over_its_block_and_rows_without_words_are_lower() -> None:
    words = Tile(RED, "", above="facet 0: 18 images, silhouette 0.5")
    other = Tile(BLUE, "", above="next")
    tiles = [words, Tile(RED, ""), other, Tile(BLUE, ""), *[Tile(None, "a", "b")] * 4]
    sheet = draw_sheet(tiles, "t", columns=4, size=40)
    red, blue, grey = (boxes(sheet, colour) for colour in ((255, 0, 0), (0, 0, 255), MISSING))
    assert blue[1] - red[3] > 4  # pixels between two blocks: more than between tiles
    assert red[3] - red[1] < blue[1] - red[1]
    assert (sheet[red[0] - 16 : red[0], red[1] : red[3]] < 100).any()
    assert (sheet[red[0] - 16 : red[0], red[3] : blue[1]] > 250).all()  # cut at the block's end
    assert grey[0] - red[2] <= 4  # no line below the first row
    assert sheet.shape[0] - grey[2] > 20
