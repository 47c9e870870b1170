"""What is measured, against slow versions and on pictures whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.messages import U8
from precompute.studies.measures import (
    correlation,
    feature_spread,
    nearest,
    pixel_spread,
    repetition,
    saturation,
    seams,
    sharpness,
    spectrum_slope,
    tints,
    usual_nearest,
)


def noise(count: int = 2, side: int = 16, seed: int = 0) -> U8:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), np.uint8)


def coarse(side: int = 32, cell: int = 8, seed: int = 0) -> U8:
    cells = noise(1, side // cell, seed)
    return cells.repeat(cell, 1).repeat(cell, 2)


def test_sharpness_is_the_share_of_fine_waves() -> None:
    place = np.arange(64)
    slow, fast = (128 + 50 * np.sin(2 * np.pi * place * f) for f in (4 / 64, 24 / 64))
    pictures = np.stack(
        [np.tile(wave[None, :, None], (64, 1, 3)) for wave in (slow, fast, slow + fast - 128)]
    )
    assert sharpness(pictures.round().astype(np.uint8)) == pytest.approx([0, 1, 0.5], abs=0.02)


def test_a_spectrum_has_the_slope_that_it_was_made_with() -> None:
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64)))
    frequency[0, 0] = np.inf
    for slope in (-1.0, -2.0, -3.0):
        dice = np.random.default_rng(3)
        waves = np.fft.fft2(dice.normal(size=(6, 64, 64))) * frequency ** (slope / 2)
        grey = np.fft.ifft2(waves).real
        grey = 128 + 100 * grey / np.abs(grey).max((1, 2), keepdims=True)
        pictures = grey.round().astype(np.uint8)[..., None].repeat(3, 3)
        assert spectrum_slope(pictures).mean() == pytest.approx(slope, abs=0.15)
        wide = pictures.repeat(1, 2)[:, :, :64]
        assert spectrum_slope(np.concatenate([wide, wide], 2)).shape == (6,)


def test_what_is_plain_or_too_small_has_no_slope() -> None:
    plain = np.full((2, 32, 32, 3), 90, np.uint8)
    assert np.isnan(spectrum_slope(plain)).all()
    assert np.isnan(spectrum_slope(noise(2, 8))).all()
    assert np.isfinite(spectrum_slope(noise(2, 16))).all()


def test_saturation_is_that_of_hsv() -> None:
    import colorsys

    pictures = noise(2, 6)
    pictures[0, 0, 0] = 0  # black has none
    for picture, found in zip(pictures, saturation(pictures), strict=True):
        slow = [colorsys.rgb_to_hsv(*(pixel / 255))[1] for pixel in picture.reshape(-1, 3)]
        assert found == pytest.approx(np.mean(slow))


def test_sharpness_agrees_with_a_sum_over_frequencies() -> None:
    [picture] = noise(1, 8)
    grey = picture @ np.array([0.299, 0.587, 0.114]) / 255
    window = np.outer(np.hanning(8), np.hanning(8))
    values = (grey - grey.mean()) * window
    total = fine = 0.0
    for v in range(-4, 4):
        for u in range(-4, 4):
            wave = np.exp(-2j * np.pi * (v * np.arange(8)[:, None] + u * np.arange(8)) / 8)
            power = abs((values * wave).sum()) ** 2
            if (u, v) != (0, 0):
                total += power
                fine += power if np.hypot(u, v) / 8 >= 0.25 else 0
    assert sharpness(picture[None])[0] == pytest.approx(fine / total)


def test_a_plain_picture_has_no_sharpness_and_no_repetition() -> None:
    plain = np.full((1, 8, 8, 3), 77, np.uint8)
    assert sharpness(plain)[0] == 0
    assert repetition(plain)[0] == 0


def test_a_seam_shows_where_quarters_were_put_together_and_nowhere_else() -> None:
    ramp = np.tile(np.arange(16, dtype=np.uint8)[:, None, None] * 8, (1, 16, 3)) // 2
    ramp = ramp + ramp.transpose(1, 0, 2)
    swapped = np.roll(ramp, 8, axis=(0, 1))
    whole, cut = seams(np.stack([ramp, swapped]))
    assert whole == pytest.approx(1)
    assert cut > 5
    assert seams(np.roll(swapped, 3, axis=(0, 1))[None])[0] < 1.5


def test_tints_are_mean_colours_without_their_grey() -> None:
    picture = np.full((1, 4, 4, 3), (200, 100, 0), np.uint8)
    assert tints(picture)[0] * 255 == pytest.approx([100, 0, -100])
    assert tints(noise()).sum(1) == pytest.approx([0, 0])


def test_correlation_is_pearsons() -> None:
    one, other = np.random.default_rng(0).normal(size=(2, 5, 3))
    assert correlation(one, other) == pytest.approx(np.corrcoef(one.ravel(), other.ravel())[0, 1])
    assert correlation(one, 3 * one + 2) == pytest.approx(1)
    assert correlation(one, np.ones((5, 3))) == 0


def test_tiles_repeat_themselves_and_noise_does_not() -> None:
    tiled = np.tile(noise(1, 8), (1, 4, 4, 1))
    assert repetition(tiled)[0] == pytest.approx(1)
    assert repetition(noise(1, 32))[0] < 0.3


def test_repetition_is_the_best_of_all_far_moves() -> None:
    picture = coarse(16, 4)
    grey = picture[0] @ np.array([0.299, 0.587, 0.114])
    grey = grey - grey.mean()
    best = max(
        float((grey * np.roll(grey, (y, x), (0, 1))).sum() / (grey**2).sum())
        for y in range(16)
        for x in range(16)
        if max(min(y, 16 - y), min(x, 16 - x)) >= 2
    )
    assert repetition(picture)[0] == pytest.approx(best)


def test_spread_is_the_mean_over_groups_of_the_mean_over_pairs() -> None:
    pictures = noise(5)
    values = pictures / 255
    distance = {
        (a, b): float(np.sqrt(((values[a] - values[b]) ** 2).mean())) for a in range(5) for b in range(a)
    }
    wanted = (distance[1, 0] + (distance[3, 2] + distance[4, 2] + distance[4, 3]) / 3) / 2
    assert pixel_spread(pictures, "aabbb") == pytest.approx(wanted)
    assert pixel_spread(pictures, "abcde") == 0


def test_feature_spread_does_not_depend_on_length() -> None:
    features = np.array([[1.0, 0], [5, 0], [0, 2]])
    assert feature_spread(features[:2], "aa") == pytest.approx(0)
    assert feature_spread(features, "aaa") == pytest.approx(2 / 3)


def test_the_nearest_of_a_copy_is_itself_and_of_another_row_is_as_far_as_usual() -> None:
    rows = np.random.default_rng(0).normal(size=(30, 12))
    index, distance, relative = nearest(rows[7], rows)
    assert (index, distance, relative) == (7, 0, 0)
    others = np.delete(rows, 7, axis=0)
    index, distance, relative = nearest(rows[7], others)
    slow = [float(np.sqrt(((rows[7] - other) ** 2).sum())) for other in others]
    assert index == slow.index(min(slow))
    assert distance == pytest.approx(min(slow))
    assert 0.5 < relative < 2


def test_the_usual_distance_is_the_median_to_the_nearest_other() -> None:
    rows = np.array([[0.0], [1], [3], [10]])
    assert usual_nearest(rows) == pytest.approx(np.median([1, 1, 2, 7]))
    assert usual_nearest(rows[:1]) == 0
    assert nearest(rows[0], rows[:1])[2] == float("inf")
