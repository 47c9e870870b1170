from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.messages import F32, U8
from deepvis_app.render.overlay import blend, heat_colours
from deepvis_app.render.views import VIEWS, blurred, strength


def signal(channels: int = 3) -> F32:
    return np.random.default_rng(4).normal(size=(channels, 24, 32)).astype(np.float32)


def picture() -> U8:
    return np.random.default_rng(5).integers(0, 256, (24, 32, 3), np.uint8)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_view_gives_a_picture_of_the_signals_size(name: str, channels: int) -> None:
    drawn = VIEWS[name].draw(signal(channels), picture())
    assert drawn.shape == (24, 32, 3)
    assert drawn.dtype == np.uint8
    assert drawn.std() > 0


@pytest.mark.parametrize("name", VIEWS)
def test_a_signal_of_zeros_is_drawn_flat(name: str) -> None:
    drawn = VIEWS[name].draw(np.zeros((3, 24, 32), np.float32), np.full((24, 32, 3), 90, np.uint8))
    assert drawn.std(axis=(0, 1)).max() == 0


def test_raw_and_gray_put_zero_at_mid_grey_whatever_the_range() -> None:
    one = signal()
    one[:, 3, 4] = 0
    for name in ("raw", "gray"):
        assert tuple(VIEWS[name].draw(one, picture())[3, 4]) == (128, 128, 128)
        assert tuple(VIEWS[name].draw(one * 100, picture())[3, 4]) == (128, 128, 128)


def test_raw_keeps_the_sign_of_each_colour() -> None:
    one = np.zeros((3, 2, 2), np.float32)
    one[0, 0, 0], one[2, 0, 0] = 2.0, -2.0
    assert tuple(VIEWS["raw"].draw(one, picture()[:2, :2])[0, 0]) == (255, 128, 0)


def test_norm_is_the_length_of_the_colour_vector_stretched_to_the_full_range() -> None:
    one = signal()
    slow = np.empty((24, 32))
    for y in range(24):
        for x in range(32):
            slow[y, x] = sum(float(one[c, y, x]) ** 2 for c in range(3)) ** 0.5
    slow = (slow - slow.min()) / (slow.max() - slow.min())
    np.testing.assert_allclose(strength(one), slow, atol=1e-5)
    np.testing.assert_array_equal(VIEWS["norm"].draw(one, picture())[..., 1], (slow * 255).round())


def test_the_positive_sum_shows_nothing_where_the_sum_is_negative() -> None:
    one = signal()
    drawn = VIEWS["sum"].draw(one, picture())[..., 0]
    assert (drawn[one.sum(0) < 0] == 0).all()


def test_a_blurred_map_still_uses_the_whole_range() -> None:
    level = blurred(strength(signal()))
    assert (level.min(), level.max()) == (0, 1)


def test_the_overlay_leaves_the_picture_where_there_is_no_heat() -> None:
    level = np.zeros((24, 32), np.float32)
    level[0, 0] = 1
    mixed = blend(picture(), level)
    grey = picture().mean(2) * 0.8
    np.testing.assert_allclose(mixed[5:, 5:, 0], grey[5:, 5:], atol=0.51)
    assert mixed[0, 0, 0] > mixed[0, 0, 2]


def test_heat_colours_rise_in_brightness() -> None:
    ramp = heat_colours(np.linspace(0, 1, 50, dtype=np.float32)[None])[0].astype(int).sum(1)
    assert (np.diff(ramp) >= 0).all()
