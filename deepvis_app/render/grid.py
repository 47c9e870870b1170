"""The mosaic's geometry: laying tiles out in a pane, and from a pixel back to the unit."""

from __future__ import annotations

from functools import lru_cache

from deepvis_app.messages import Box, Cell, Grid

SINGLE_VALUE_TILE = 3  # pixels on a side for units that are one number
SMALLEST_TILE = 14  # device pixels on a side below which a layer scrolls instead of shrinking further
PICTURE_TILE = 48  # the nominal side of a unit's picture in pattern mode, in the grid's own pixels
SMALLEST_PICTURE = 40  # device pixels on a side below which pictures scroll: smaller ones show nothing
LARGEST_MOSAIC = 4096  # pixels on a side


@lru_cache(maxsize=256)
def lay_out(
    count: int,
    map_shape: tuple[int, int],
    pane: tuple[int, int],
    *,
    whole: bool = False,
    smallest: int = SMALLEST_TILE,
) -> Grid:
    """Tiles for `count` maps so that they appear as large as the pane (height, width) allows.

    A tile has the map's own resolution, or less where the pane cannot show more. A layer whose tiles would
    fall under `smallest` fills the pane's width and is as high as it needs to be, unless it has to be seen
    as a `whole`.
    """
    if count < 1:
        raise ValueError(f"a mosaic needs at least one tile, not {count}")
    height, width = max(pane[0], 1), max(pane[1], 1)
    native = (SINGLE_VALUE_TILE, SINGLE_VALUE_TILE) if map_shape == (1, 1) else map_shape
    columns = max(range(1, count + 1), key=lambda c: _scale(count, c, native, (height, width)))
    scale = _scale(count, columns, native, (height, width))
    if not whole and scale * min(native) < smallest:
        shown_width = smallest * native[1] / min(native)
        columns = min(count, max(1, int(width / (shown_width + 1))))
        scale = width / (columns * (native[1] + 1) + 1)
    limit = LARGEST_MOSAIC / max(columns * (native[1] + 1), -(-count // columns) * (native[0] + 1))
    shrink = min(1.0, scale, limit)
    tile = (max(1, round(native[0] * shrink)), max(1, round(native[1] * shrink)))
    return Grid(count, columns, tile)


def lay_out_pictures(count: int, pane: tuple[int, int]) -> Grid:
    """The same for pattern mode: one square picture for every unit."""
    return lay_out(count, (PICTURE_TILE, PICTURE_TILE), pane, smallest=SMALLEST_PICTURE)


def _scale(count: int, columns: int, tile: tuple[int, int], pane: tuple[int, int]) -> float:
    """Screen pixels a tile pixel gets when everything is fitted into the pane."""
    rows = -(-count // columns)
    return min(pane[0] / (rows * (tile[0] + 1) + 1), pane[1] / (columns * (tile[1] + 1) + 1))


def tile_box(grid: Grid, place: int) -> Box:
    """The pixels of the tile at `place`, without its gap."""
    row, column = divmod(place, grid.columns)
    top = grid.gap + row * (grid.tile[0] + grid.gap)
    left = grid.gap + column * (grid.tile[1] + grid.gap)
    return top, left, top + grid.tile[0], left + grid.tile[1]


def place_at(grid: Grid, y: float, x: float) -> int | None:
    """The place whose tile (gap included, so that there is no dead ground) holds mosaic pixel (y, x)."""
    height, width = grid.size
    if not (0 <= y < height and 0 <= x < width):
        return None
    row = min(int((y - grid.gap / 2) / (grid.tile[0] + grid.gap)), grid.rows - 1)
    column = min(int((x - grid.gap / 2) / (grid.tile[1] + grid.gap)), grid.columns - 1)
    place = max(row, 0) * grid.columns + max(column, 0)
    return place if place < grid.count else None


def places_in(grid: Grid, top: float, left: float, bottom: float, right: float) -> list[int]:
    """The places whose tiles (gap included) touch a part of the mosaic, in order."""
    down, across = grid.tile[0] + grid.gap, grid.tile[1] + grid.gap
    rows = range(max(int(top // down), 0), min(int(bottom // down) + 1, grid.rows))
    columns = range(max(int(left // across), 0), min(int(right // across) + 1, grid.columns))
    return [p for row in rows for column in columns if (p := row * grid.columns + column) < grid.count]


def cell_at(grid: Grid, unit: int, place: int, map_shape: tuple[int, int], y: float, x: float) -> Cell:
    """The map position under mosaic pixel (y, x) in the tile at `place`, which shows `unit`."""
    top, left, bottom, right = tile_box(grid, place)
    row = int((y - top) / (bottom - top) * map_shape[0])
    column = int((x - left) / (right - left) * map_shape[1])
    return Cell(unit, min(max(row, 0), map_shape[0] - 1), min(max(column, 0), map_shape[1] - 1))
