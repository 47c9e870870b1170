"""The VIEWS table: a backward signal at the input, (C, H, W) float32, as a picture.

The first four are 2015's (`raw`, `gray`, `norm`, `normblur`); `sum` keeps what speaks for the unit. Each is a
function (signal, input picture) -> RGB uint8 (H, W, 3). A signal that is zero everywhere gives the view's
neutral level, never a division by zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepvis_app.messages import F32, U8
from deepvis_app.render.overlay import blend

BLUR_SIGMA = 4.0  # pixels at 227x227, as `caffevis_grad_norm_blur_radius`; scaled with the picture
_BLUR_AT = 227


@dataclass(frozen=True)
class ViewOption:
    title: str
    tooltip: str
    draw: Callable[[F32, U8], U8]


def strength(signal: F32) -> F32:
    """How strongly each pixel matters: the colour norm (a one-channel map: its positive part), in 0..1."""
    if signal.shape[0] == 1:
        return _to_unit(np.maximum(signal[0], 0))
    return _to_unit(np.sqrt(np.einsum("chw,chw->hw", signal, signal)))


def blurred(level: F32) -> F32:
    """Gaussian blur of an (H, W) map in 0..1, stretched again to 0..1."""
    from skimage.filters import gaussian

    sigma = BLUR_SIGMA * min(level.shape) / _BLUR_AT
    return _to_unit(np.asarray(gaussian(level, sigma, preserve_range=True), np.float32))


def _raw(signal: F32, _: U8) -> U8:
    return _rgb(_centred(signal))


def _gray(signal: F32, _: U8) -> U8:
    return _rgb(_centred(_sum(signal)[None] / np.float32(len(signal))))


def _norm(signal: F32, _: U8) -> U8:
    return _rgb(strength(signal)[None])


def _norm_blurred(signal: F32, _: U8) -> U8:
    return _rgb(blurred(strength(signal))[None])


def _positive_sum(signal: F32, _: U8) -> U8:
    return _rgb(_to_unit(np.maximum(_sum(signal), 0))[None])


def _overlay(signal: F32, picture: U8) -> U8:
    return blend(picture, blurred(strength(signal)))


VIEWS: dict[str, ViewOption] = {
    "raw": ViewOption("raw", "the signed signal in colour; mid grey is zero", _raw),
    "gray": ViewOption("gray", "the mean over the colours; mid grey is zero", _gray),
    "norm": ViewOption("norm", "the length of the colour vector: how strongly a pixel matters", _norm),
    "normblur": ViewOption("blurred norm", "the norm, blurred: which region matters", _norm_blurred),
    "sum": ViewOption("positive sum", "the sum over the colours where it is positive", _positive_sum),
    "overlay": ViewOption("overlay", "the blurred norm over the network's input", _overlay),
}


def _sum(signal: F32) -> F32:
    """Over the colours; einsum, because a numpy sum over the first axis takes ten times as long."""
    total: F32 = np.einsum("chw->hw", signal)
    return total


def _centred(signal: F32) -> F32:
    """Zero to 0.5, the largest magnitude to 0 or 1 (2015's norm01c)."""
    peak = float(np.abs(signal).max())
    return signal / (2 * peak) + 0.5 if peak > 0 else np.full_like(signal, 0.5)


def _to_unit(level: F32) -> F32:
    low, high = float(level.min()), float(level.max())
    return (
        ((level - low) / (high - low)).astype(np.float32, copy=False) if high > low else np.zeros_like(level)
    )


def _rgb(levels: F32) -> U8:
    """(C, H, W) in 0..1 with C = 1 or 3 -> (H, W, 3)."""
    numbers = levels * np.float32(255)
    numbers += np.float32(0.5)  # the conversion cuts off; levels lie in 0..1 up to rounding
    numbers = np.minimum(numbers, np.float32(255), out=numbers).astype(np.uint8)
    picture = np.empty((*levels.shape[1:], 3), np.uint8)
    for colour in range(3):  # one by one: a broadcast over the last axis takes four times as long
        picture[..., colour] = numbers[colour % len(numbers)]
    return picture
