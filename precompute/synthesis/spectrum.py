"""How strong each spatial frequency is in photographs: a table measured on real pictures, and how it was measured."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import torch
from torch import Tensor

# How red, green and blue go together in photographs: their covariance over Tiny ImageNet's validation pictures, with
# its largest eigenvalue (grey) as one. Measured here.
COLOURS = ((0.373, 0.323, 0.287), (0.323, 0.351, 0.335), (0.287, 0.335, 0.386))
# Cycles per pixel at which the amplitudes below are given; half is the finest that a row of pixels can show.
FREQUENCIES = (1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)

# One row for each of the `colour_axes`. Measured here, by `measured`, on the middle 256 x 256 pixels of 200
# photographs of ImageNet whose shorter side was made 256.
AMPLITUDES = (
    (10.77, 4.712, 2.135, 0.8807, 0.3895, 0.1779, 0.07576),
    (3.038, 1.252, 0.5371, 0.218, 0.07045, 0.0134, 0.003761),
    (1.504, 0.6086, 0.2596, 0.1079, 0.03891, 0.009135, 0.002661),
)


@lru_cache(maxsize=8)
def colour_axes() -> Tensor:
    """(3, 3), a principal colour of photographs in each column, the largest first; the first is nearly grey."""
    _, axes = torch.linalg.eigh(torch.tensor(COLOURS, dtype=torch.float64))
    axes = axes.flip(1)
    signs: Tensor = torch.where(axes.sum(0) < 0, -1.0, 1.0)
    signed: Tensor = axes * signs
    return signed.float()


def frequencies(height: int, width: int) -> Tensor:
    """(height, width): cycles per pixel of each entry of a picture's Fourier transform."""
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.fftfreq(width)[None]
    squared: Tensor = down.square() + across.square()
    return squared.sqrt()


def magnitudes(height: int, width: int) -> Tensor:
    """(3, height, width): of a natural picture's orthonormal Fourier transform, along each of the `colour_axes`.

    Pixels are in 0..1. Between the measured frequencies, and below them, amplitude is a power of frequency; the mean
    colour (frequency 0) has none.
    """
    wanted = frequencies(height, width).clamp(min=1e-6).log()
    points = torch.tensor(FREQUENCIES).log()
    table = torch.tensor(AMPLITUDES).log()
    right = torch.searchsorted(points, wanted.contiguous()).clamp(1, len(points) - 1)
    share = (wanted - points[right - 1]) / (points[right] - points[right - 1])
    found = (table[:, right - 1] + share * (table[:, right] - table[:, right - 1])).exp()
    found[:, 0, 0] = 0
    return found


def measured(pictures: Iterable[Tensor]) -> Tensor:
    """(3, len(FREQUENCIES)): the root mean square amplitude within a third of an octave about each frequency.

    `pictures` (3, h, w) are in 0..1, of any size from 128 pixels on. A Hann window keeps the borders from
    counting as edges; it is made up for.
    """
    power, counted = torch.zeros(3, len(FREQUENCIES)), torch.zeros(len(FREQUENCIES))
    for picture in pictures:
        height, width = picture.shape[-2:]
        window = torch.hann_window(height)[:, None] * torch.hann_window(width)[None]
        axes = torch.einsum("ca,chw->ahw", colour_axes(), picture)
        centred = (axes - axes.mean((1, 2), keepdim=True)) * window / window.square().mean().sqrt()
        found = torch.fft.fft2(centred, norm="ortho").abs().square()
        octaves = frequencies(height, width).clamp(min=1e-6).log2()
        for k, frequency in enumerate(FREQUENCIES):
            near = (octaves - torch.tensor(frequency).log2()).abs() < 1 / 3
            power[:, k] += found[:, near].sum(1)
            counted[k] += near.sum()
    return (power / counted).sqrt()
