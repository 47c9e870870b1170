from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.render.palettes import BACKGROUND, PALETTE_TITLES, PALETTES, ZERO, coloured, value_of


@pytest.mark.parametrize("name", PALETTES)
def test_every_palette_is_a_titled_read_only_table(name: str) -> None:
    table = PALETTES[name]
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert tuple(table[0]) == BACKGROUND
    assert name in PALETTE_TITLES


def test_grey_rises_with_the_value_and_zero_is_one_fixed_level() -> None:
    table = PALETTES["gray"].astype(int)
    assert (np.diff(table[1:, 0]) >= 0).all()
    assert tuple(table[ZERO]) == (88, 88, 88)


def test_a_tile_of_zeros_stands_out_from_the_background() -> None:
    assert PALETTES["gray"][ZERO].astype(int).min() - max(BACKGROUND) >= 48


def test_grey_shows_values_of_a_tenth_of_the_range_on_both_sides_of_zero() -> None:
    table = PALETTES["gray"].astype(int)[:, 0]
    assert table[ZERO + 13] - table[ZERO] >= 24
    assert table[ZERO] - table[ZERO - 13] >= 13


@pytest.mark.parametrize("name", ["signed", "redgreen"])
def test_signed_palettes_are_darkest_at_zero(name: str) -> None:
    brightness = PALETTES[name].astype(int)[1:].sum(1)
    assert brightness.argmin() + 1 == pytest.approx(ZERO, abs=1)


@pytest.mark.parametrize("gamma", [1.0, 0.5])
def test_a_colour_number_stands_for_the_value_it_was_made_of(gamma: float) -> None:
    for value in (-2.0, -0.3, 0.0, 0.7, 2.0):
        number = ZERO + 127 * np.sign(value) * (abs(value) / 2.0) ** gamma
        assert value_of(float(number), 2.0, gamma) == pytest.approx(value, abs=1e-9)


def test_numbers_become_their_colours() -> None:
    pixels = np.array([[0, 1], [128, 255]], np.uint8)
    assert coloured(pixels, PALETTES["redgreen"]).tolist()[1] == [[0, 0, 0], [60, 255, 60]]
