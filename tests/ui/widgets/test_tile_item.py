from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from deepvis_app.messages import I32, LayerPictures
from deepvis_app.render.grid import lay_out_pictures, tile_box
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.tile_item import TileItem
from tests.ui.fakes_atlas import some_tiles


def shown(
    qtbot: QtBot, pictures: LayerPictures, order: I32, size: tuple[int, int]
) -> tuple[ImageView, TileItem]:
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    item = TileItem(view.content)
    grid = lay_out_pictures(len(order), (size[1], size[0]))
    item.set_tiles(pictures.tiles, pictures.have, order, grid)
    view.set_size(*grid.size)
    return view, item


def test_every_place_shows_the_picture_of_its_unit_or_an_empty_frame(qtbot: QtBot) -> None:
    order = np.arange(300, dtype=np.int32)[::-1].copy()
    view, _ = shown(qtbot, some_tiles("conv", "am", 300, missing=(7, 299)), order, (900, 700))
    seen = view.grab().toImage()
    grid = lay_out_pictures(300, (700, 900))
    for place, unit in enumerate(order.tolist()):
        top, left, bottom, right = tile_box(grid, place)
        at = view.to_screen((top + bottom) / 2, (left + right) / 2).toPoint()
        colour = seen.pixelColor(at)
        expected = (unit % 256, unit // 256, 200)
        same = (colour.red(), colour.green(), colour.blue()) == expected
        assert same == (unit not in (7, 299)), unit


def test_only_what_is_seen_is_looked_at(qtbot: QtBot) -> None:
    order = np.arange(4096, dtype=np.int32)
    _, item = shown(qtbot, some_tiles("fc6", "am", 4096), order, (400, 300))
    grid = lay_out_pictures(4096, (300, 400))
    row = grid.tile[0] + grid.gap
    places = item.places_in(QRectF(0, 10 * row + 2, grid.size[1], 2 * row))
    assert set(places) == set(range(10 * grid.columns, 13 * grid.columns))
    assert item.places_in(QRectF(0, 0, *grid.size[::-1])) == list(range(4096))


@pytest.mark.slow
def test_four_thousand_pictures_are_drawn_and_scrolled_quickly(qtbot: QtBot) -> None:
    """Against the same view with few units: what is drawn is bounded by the pane."""
    order = np.arange(4096, dtype=np.int32)
    view, _ = shown(qtbot, some_tiles("fc6", "am", 4096, side=48), order, (900, 700))
    view.set_fit("width")
    few, _ = shown(qtbot, some_tiles("conv", "am", 256, side=48), order[:256], (900, 700))
    times = []
    for each in (few, view):
        each.grab()
        began = perf_counter()
        for _ in range(5):
            each.scroll_by(0, 500)
            each.grab()
        times.append(perf_counter() - began)
    assert times[1] < 3 * times[0]
