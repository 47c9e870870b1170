from __future__ import annotations

import pytest

from deepvis_app.messages import Grid
from deepvis_app.render.grid import (
    LARGEST_MOSAIC,
    SMALLEST_PICTURE,
    SMALLEST_TILE,
    cell_at,
    lay_out,
    lay_out_pictures,
    place_at,
    places_in,
    tile_box,
)

LAYERS = [
    (1, (1, 1)),
    (3, (5, 7)),
    (64, (32, 32)),
    (192, (4, 4)),
    (200, (1, 1)),
    (256, (8, 8)),
    (4096, (1, 1)),
]
PANES = [(600, 800), (300, 900), (1200, 400)]


@pytest.mark.parametrize(("count", "map_shape"), LAYERS)
@pytest.mark.parametrize("pane", PANES)
def test_every_pixel_of_a_tile_finds_its_place(
    count: int, map_shape: tuple[int, int], pane: tuple[int, int]
) -> None:
    grid = lay_out(count, map_shape, pane)
    for place in {0, count // 2, count - 1}:
        top, left, bottom, right = tile_box(grid, place)
        for y, x in ((top, left), (bottom - 1, right - 1), ((top + bottom) / 2, (left + right) / 2)):
            assert place_at(grid, y, x) == place


@pytest.mark.parametrize(("count", "map_shape"), LAYERS)
def test_tiles_lie_inside_the_mosaic_without_touching(count: int, map_shape: tuple[int, int]) -> None:
    grid = lay_out(count, map_shape, (600, 800))
    height, width = grid.size
    seen: set[tuple[int, int]] = set()
    for place in range(count):
        top, left, bottom, right = tile_box(grid, place)
        assert 0 < top < bottom < height
        assert 0 < left < right < width
        assert (top, left) not in seen
        seen.add((top, left))


def test_places_after_the_last_tile_are_nothing() -> None:
    grid = Grid(count=5, columns=3, tile=(4, 4))
    top, left, _, _ = tile_box(grid, 5)
    assert place_at(grid, top + 1, left + 1) is None
    assert place_at(grid, -1, 3) is None
    assert place_at(grid, 3, grid.size[1]) is None


def test_the_column_count_makes_tiles_as_large_as_any_other_would() -> None:
    grid = lay_out(96, (55, 55), (870, 900))

    def scale(columns: int) -> float:
        other = Grid(96, columns, (55, 55))
        return min(870 / other.size[0], 900 / other.size[1])

    assert scale(grid.columns) == max(scale(c) for c in range(1, 97))


def test_a_layer_of_many_maps_scrolls_instead_of_becoming_specks() -> None:
    grid = lay_out(2048, (7, 7), (400, 300))
    shown_tile = 300 / grid.size[1] * grid.tile[1]
    assert shown_tile >= SMALLEST_TILE * 0.9
    assert grid.size[0] * 300 / grid.size[1] > 400


@pytest.mark.parametrize("count", [1000, 1024, 4096, 21841])
def test_a_layer_that_has_to_be_seen_whole_takes_the_shape_of_its_pane(count: int) -> None:
    height, width = lay_out(count, (1, 1), (320, 320), whole=True).size
    assert 0.9 < height / width < 1.1
    tall, narrow = lay_out(count, (1, 1), (320, 320)).size
    assert tall / narrow > 1.5  # what scrolls


def test_large_maps_are_reduced_to_what_the_pane_can_show() -> None:
    grid = lay_out(64, (224, 224), (600, 600))
    assert max(grid.size) <= 700
    assert max(lay_out(4096, (224, 224), (9000, 9000)).size) <= LARGEST_MOSAIC + 4096


def test_cells_are_found_in_reduced_and_enlarged_tiles() -> None:
    for map_shape in ((1, 1), (8, 8), (224, 224)):
        grid = lay_out(16, map_shape, (300, 300))
        top, left, bottom, right = tile_box(grid, 5)
        assert cell_at(grid, 9, 5, map_shape, top, left) == cell_at(grid, 9, 5, map_shape, top - 1, left - 1)
        last = cell_at(grid, 9, 5, map_shape, bottom - 0.01, right - 0.01)
        assert (last.unit, last.y, last.x) == (9, map_shape[0] - 1, map_shape[1] - 1)


def test_an_empty_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one tile"):
        lay_out(0, (4, 4), (100, 100))


@pytest.mark.parametrize(("count", "scrolls"), [(1, False), (64, False), (256, False), (4096, True)])
def test_pictures_of_units_are_square_and_never_too_small(count: int, scrolls: bool) -> None:
    pane = (700, 900)
    grid = lay_out_pictures(count, pane)
    assert (grid.count, grid.tile[0]) == (count, grid.tile[1])
    height, width = grid.size
    whole = min(pane[0] / height, pane[1] / width)
    assert (whole * grid.tile[0] < SMALLEST_PICTURE - 1) == scrolls
    assert pane[1] / width * grid.tile[1] >= SMALLEST_PICTURE - 1


def test_places_in_a_part_are_those_that_a_look_at_every_tile_finds() -> None:
    grid = Grid(47, 7, (9, 13))
    for box in (
        (-5, -5, 500, 500),
        (20, 30, 41.5, 60),
        (0, 0, 0.5, 0.5),
        (60, 90, 200, 300),
        (200, 0, 300, 9),
    ):
        slow = [
            place
            for place in range(grid.count)
            if place // 7 * 10 <= box[2]
            and place // 7 * 10 + 10 > box[0]
            and place % 7 * 14 <= box[3]
            and place % 7 * 14 + 14 > box[1]
        ]
        assert places_in(grid, *box) == slow
