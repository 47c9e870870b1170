from __future__ import annotations

import numpy as np
import pytest
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


@pytest.mark.parametrize("units", [256, 4096])
def test_only_what_is_seen_is_drawn(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, units: int) -> None:
    order = np.arange(units, dtype=np.int32)
    view, item = shown(qtbot, some_tiles("fc6", "am", units, side=48), order, (400, 300))
    view.set_fit("width")
    grid, scale = lay_out_pictures(units, (300, 400)), view.scale_now
    drawn: list[int] = []
    tile = item._tile
    monkeypatch.setattr(item, "_tile", lambda unit: drawn.append(unit) or tile(unit))  # type: ignore[func-returns-value]
    view.scroll_by(0, 500)
    view.grab()
    row = (grid.tile[0] + grid.gap) * scale
    rows = {unit // grid.columns for unit in drawn}
    assert rows == set(range(int(500 // row), int(800 // row) + 1))
