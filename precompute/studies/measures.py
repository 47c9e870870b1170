"""What the studies measure on pictures; numpy only. Pictures are stacks (N, H, W, 3), uint8 RGB."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from deepvis_app.messages import U8

F64 = np.ndarray[Any, np.dtype[np.float64]]
Values = np.ndarray[Any, np.dtype[Any]]  # of any precision

_USUAL = 100  # rows; the median hardly changes with more
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
FINE = 0.25  # cycles a pixel, half of what pixels can hold: from here on it is detail that blur takes away
SMALLEST_SPECTRUM = 16  # pixels; below there are too few frequencies for a slope
_TINY = 1e-9  # of values in 0..1: less is rounding
_COARSEST = 2  # cycles a side; the window smears what is coarser
_NEAREST_COPY = 1 / 8  # of the side: repetitions closer than this are the object's own smoothness


def luminance(pictures: U8) -> F64:
    """(N, H, W) in 0..1."""
    grey: F64 = pictures @ np.array(_LUMA) / 255
    return grey


def sharpness(pictures: U8) -> F64:
    """(N,) in 0..1: the share of the luminance's variance in frequencies of FINE cycles a pixel and above.

    Under a Hann window, so that the borders count as no edges. 0 for a plain picture.
    """
    grey = luminance(pictures)
    height, width = grey.shape[1:]
    window = np.outer(np.hanning(height), np.hanning(width))
    power = np.abs(np.fft.fft2((grey - grey.mean((1, 2), keepdims=True)) * window)) ** 2
    power[:, 0, 0] = 0
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    fine: F64 = power[:, frequency >= FINE].sum(1) / np.maximum(power.sum((1, 2)), 1e-12)
    return fine


def seams(pictures: U8) -> F64:
    """(N,): the luminance's mean step across the two middle lines, over its mean step between all other neighbours.

    About 1 where the lines are no special place; larger where the picture was put together from quarters.
    """
    grey = luminance(pictures)
    across, inside = [], []
    for steps in (np.abs(np.diff(grey, axis=1)).mean(2), np.abs(np.diff(grey, axis=2)).mean(1)):
        middle = steps.shape[1] // 2
        across.append(steps[:, middle])
        inside.append(np.delete(steps, middle, axis=1).mean(1))
    ratio: F64 = np.mean(across, 0) / np.maximum(np.mean(inside, 0), 1e-6)
    return ratio


def tints(pictures: U8) -> F64:
    """(N, 3): the mean colour in 0..1 without its grey: what is left when brightness is taken away."""
    means = pictures.mean((1, 2)) / 255
    tint: F64 = means - means.mean(1, keepdims=True)
    return tint


def saturation(pictures: U8) -> F64:
    """(N,) in 0..1: the mean over pixels of (largest - smallest) / largest of the three colours (HSV); 0 for grey."""
    largest = pictures.max(3).astype(float)
    share = (largest - pictures.min(3)) / np.maximum(largest, 1)
    mean: F64 = share.mean((1, 2))
    return mean


def spectrum_slope(pictures: U8) -> F64:
    """(N,): the exponent s of the luminance's power spectrum, power ~ frequency^s; photographs have about -2 (Field
    1987, "Relations between the statistics of natural images and the response properties of cortical cells").

    A line through the logarithms of frequency and mean power of each ring, from _COARSEST cycles to half a cycle a
    pixel, in which each octave counts alike. Under a Hann window, of the middle square. NaN for a plain picture, and
    for one below SMALLEST_SPECTRUM pixels.
    """
    side = min(pictures.shape[1:3])
    if side < SMALLEST_SPECTRUM:
        return np.full(len(pictures), np.nan)
    top, left = ((length - side) // 2 for length in pictures.shape[1:3])
    grey = luminance(pictures[:, top : top + side, left : left + side])
    window = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.fft2((grey - grey.mean((1, 2), keepdims=True)) * window)) ** 2
    ring = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))) * side
    radii = np.arange(_COARSEST, side // 2)
    means = np.stack([power[:, ring.round() == radius].mean(1) for radius in radii], 1)
    slopes: F64 = np.polyfit(np.log(radii), np.log(np.maximum(means, _TINY)).T, 1, w=radii**-0.5)[0]
    return np.where(grey.std((1, 2)) > _TINY, slopes, np.nan)


def correlation(one: F64, other: F64) -> float:
    """Pearson's, over all values of two arrays of one shape; 0 where one of them is constant."""
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0


def repetition(pictures: U8) -> F64:
    """(N,) in 0..1: how alike the luminance is to itself, moved by 1/8 to 1/2 of the side (the best such move).

    The largest value of the circular autocorrelation there: near 1 for a repeated pattern, near 0 for one object
    on a plain ground.
    """
    grey = luminance(pictures)
    height, width = grey.shape[1:]
    spectrum = np.fft.fft2(grey - grey.mean((1, 2), keepdims=True))
    alike = np.fft.ifft2(np.abs(spectrum) ** 2).real
    alike /= np.maximum(alike[:, :1, :1], 1e-12)
    down, right = (np.minimum(np.arange(side), side - np.arange(side)) / side for side in (height, width))
    far = np.maximum(down[:, None], right) >= _NEAREST_COPY
    best: F64 = alike[:, far].max(1).clip(0, 1)
    return best


def pixel_spread(pictures: U8, groups: Sequence[Hashable]) -> float:
    """The mean, over groups, of the mean distance between two pictures of a group: root mean square, in 0..1.

    0 where no group has two.
    """
    flat = pictures.reshape(len(pictures), -1) / 255
    return _spread(flat, groups, _root_mean_square)


def feature_spread(features: F64, groups: Sequence[Hashable]) -> float:
    """As `pixel_spread` for features (N, F), with 1 - cosine as the distance."""
    length = np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    return _spread(features / length, groups, _one_minus_product)


def _root_mean_square(a: F64, b: F64) -> F64:
    distance: F64 = np.sqrt(((a - b) ** 2).mean(1))
    return distance


def _one_minus_product(a: F64, b: F64) -> F64:
    distance: F64 = 1 - (a * b).sum(1)
    return distance


def _spread(values: F64, groups: Sequence[Hashable], distance: Callable[[F64, F64], F64]) -> float:
    found = []
    for group in dict.fromkeys(groups):
        own = values[[one == group for one in groups]]
        first, second = np.triu_indices(len(own), 1)
        if len(first):
            found.append(distance(own[first], own[second]).mean())
    return float(np.mean(found)) if found else 0.0


def nearest(query: Values, others: Values, usual: float | None = None) -> tuple[int, float, float]:
    """Which row of `others` (N, D) is nearest to `query` (D,), its Euclidean distance, and that distance over the
    median distance of a row to its own nearest among the others.

    The last is about 1 for what is as new as one more picture of the set would be, and near 0 for a copy; infinite
    where all rows are alike. `usual` is that median where it is known already.
    """
    distances = np.linalg.norm(others - query, axis=1)
    best = int(distances.argmin())
    usual = usual_nearest(others) if usual is None else usual
    return best, float(distances[best]), float(distances[best] / usual) if usual else float("inf")


def usual_nearest(rows: Values) -> float:
    """The median, over at most _USUAL evenly spread of the rows (N, D), of the distance to the nearest other row; 0
    for a single row.
    """
    if len(rows) < 2:
        return 0.0
    chosen = np.unique(np.linspace(0, len(rows) - 1, _USUAL).round().astype(int))
    squares = np.einsum("nd,nd->n", rows, rows)
    distances = squares[chosen, None] + squares - 2 * rows[chosen] @ rows.T
    distances[np.arange(len(chosen)), chosen] = np.inf
    return float(np.median(np.sqrt(np.maximum(distances.min(1), 0))))
