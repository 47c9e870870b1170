from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepvis_app.live.mosaic import boost_factors, compose, display_order, fit, numbers, squares, top_of
from deepvis_app.live.painter import Ranges
from deepvis_app.messages import GridContent, LayerInfo
from deepvis_app.render.grid import lay_out, tile_box


def maps(count: int = 7, height: int = 5, width: int = 6) -> torch.Tensor:
    return torch.randn(count, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("boost", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("gamma", [1.0, 0.5])
def test_colour_numbers_equal_the_formula_worked_out_value_by_value(boost: float, gamma: float) -> None:
    m = maps()
    m[3] = 0
    factors = boost_factors(m, boost)
    top = top_of(m, factors)
    found = numbers(m, factors, top, gamma)
    slow_factor = [1.0 if c == 3 else (float(m[c].abs().max()) + 1e-10) ** -boost for c in range(7)]
    slow_top = max(abs(float(v)) * slow_factor[c] for c in range(7) for v in m[c].flatten())
    assert top == pytest.approx(slow_top, rel=1e-5)
    for c in range(7):
        for y in range(5):
            for x in range(6):
                value = float(m[c, y, x]) * slow_factor[c]
                level = math.copysign((abs(value) / slow_top) ** gamma, value)
                assert int(found[c, y, x]) == pytest.approx(128 + 127 * level, abs=0.51)


def test_zero_is_number_128_and_the_top_is_255_or_1() -> None:
    m = torch.tensor([[[0.0, 2.0, -2.0, -1.0]]])
    assert numbers(m, None, 2.0, 1.0).flatten().tolist() == [128, 255, 1, 65]


def test_a_layer_of_zeros_is_drawn_as_zero() -> None:
    m = torch.zeros(3, 2, 2)
    assert (numbers(m, boost_factors(m, 1.0), top_of(m, boost_factors(m, 1.0)), 0.5) == 128).all()


def test_full_boost_lets_every_channel_use_the_whole_range() -> None:
    m = maps() * torch.tensor([1, 10, 100, 0.1, 3, 7, 9]).view(7, 1, 1)
    factors = boost_factors(m, 1.0)
    drawn = numbers(m, factors, top_of(m, factors), 1.0).astype(int)
    assert (np.abs(drawn - 128).max((1, 2)) >= 126).all()


@pytest.mark.parametrize("count", [1, 5, 6, 7, 64])
def test_every_tile_is_where_the_grid_says(count: int) -> None:
    m = maps(count)
    grid = lay_out(count, (5, 6), (300, 400))
    tiles = numbers(m, None, 3.0, 1.0)
    picture = compose(tiles, grid)
    assert picture.shape == grid.size
    assert not picture.flags.writeable
    covered = np.zeros(picture.shape, bool)
    for place in range(count):
        top, left, bottom, right = tile_box(grid, place)
        np.testing.assert_array_equal(picture[top:bottom, left:right], tiles[place])
        covered[top:bottom, left:right] = True
    assert (picture[~covered] == 0).all()


def test_units_of_one_value_become_visible_squares_and_large_maps_are_averaged() -> None:
    assert (squares(np.full((1, 1, 1), 5, np.uint8), (3, 3)) == np.full((1, 3, 3), 5)).all()
    checkers = torch.tensor([[[0.0, 2.0], [2.0, 0.0]]]).repeat(1, 4, 4)
    assert fit(checkers, (4, 4)).unique().tolist() == [1.0]


def test_how_maps_lie_in_memory_changes_no_tile_and_no_range() -> None:
    m = torch.randn(6, 19, 23, generator=torch.Generator().manual_seed(0))
    turned = m.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    torch.testing.assert_close(fit(turned, (5, 7)), fit(m, (5, 7)))
    assert fit(turned, (5, 7))[2, 0, 0] == pytest.approx(float(m[2, :4, :4].mean()))
    assert top_of(turned, None) == top_of(m, None) == float(m.abs().max())


def test_units_are_ordered_by_activation_or_class_name() -> None:
    m = torch.tensor([1.0, 5.0, 3.0]).view(3, 1, 1)
    layer = LayerInfo("fc8", "fc8", "Linear", (3,), 3, is_class_layer=True)
    by_activation = display_order(layer, m, "activation", ())
    by_name = display_order(layer, m, "name", ("pear", "Apple", "fig"))
    assert by_activation is not None
    assert by_activation.tolist() == [1, 2, 0]
    assert by_name is not None
    assert by_name.tolist() == [1, 2, 0]
    assert display_order(layer, m, "index", ()) is None
    assert display_order(layer, m, "name", ()) is None


def test_a_range_rises_at_once_and_falls_slowly_once_per_frame() -> None:
    ranges = Ranges()
    key: tuple[str, GridContent, float] = ("conv1", "forward", 0.0)
    assert ranges.top(key, 2.0, advance=True) == 2.0
    assert ranges.top(key, 1.0, advance=True) == pytest.approx(1.9)
    assert ranges.top(key, 1.0, advance=False) == pytest.approx(1.9)
    assert ranges.top(key, 5.0, advance=False) == 5.0
    assert ranges.top(("conv2", "forward", 0.0), 1.0, advance=True) == 1.0
