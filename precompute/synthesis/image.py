"""What is optimised: pixels here, a generator's codes in `codes.py`; whatever can do the same may stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from deepvis_app.messages import F32, U8, Box
from deepvis_app.models.preprocess import Preprocess
from precompute.synthesis.display import stretched
from precompute.synthesis.spectrum import COLOURS

_GREY = 0.5
# A mean colour beyond these is a convention of the network, not a colour to start from.
_DARK, _BRIGHT = 0.1, 0.9
_POKE = 0.1  # standard deviation of what a poke adds, in 0..1

Firsts = Sequence[
    U8 | F32 | None
]  # where each picture of a batch begins; empty: none has a beginning of its own


class Image(Protocol):
    """A parametrisation: codes (N, ...) that become pictures (N, 3, h, w) of the canvas, differentiably.

    Codes are zero where the priors draw them to. `normal(*shape)` gives (N, *shape) numbers of each picture's own.
    """

    def start(self, normal: Callable[..., Tensor], firsts: Firsts = ()) -> Tensor:
        """The first codes; each begins at its own of `firsts` where it has one. Raises ValueError, one sentence."""

    def pictures(self, codes: Tensor, *, half: bool = False) -> Tensor:
        """Float32, in 0..1 for bounded codes; with `half` computed in bfloat16 where that is faster."""

    def bounded(self, codes: Tensor) -> Tensor:
        """The codes of which a step shows the network the pictures."""

    def moved(self, codes: Tensor, step: Tensor) -> Tensor:
        """The codes after a step, before the priors."""

    def poked(self, codes: Tensor, normal: Callable[..., Tensor]) -> Tensor:
        """The codes with noise, from which a picture may find another way."""

    def displayed(self, pictures: Tensor) -> Tensor:
        """The pictures as they are stored and shown, in 0..1."""

    def whole(self, codes: Tensor, *, half: bool = False) -> Tensor | None:
        """Pictures (N, 3, H, W) of the whole input, where more than the canvas is painted; their parts on the canvas
        are `pictures`.
        """

    def code(self, codes: Tensor) -> Tensor | None:
        """What a generator takes, where there is one."""


class Pixels:
    """Codes are deviations from the mean colour, (N, 3, h, w), or (N, 1, h, w) for a network of one channel.

    `canvas` is the part of the input that is painted. `noise` is the standard deviation of the start in 0..1;
    `first`, RGB (*size, 3), starts there instead of at the mean colour. With `natural` 0 the colours are
    independent; up to 1 a step changes them more and more as photographs vary: deviations are codes times
    covariance^(natural / 2) (decorrelated colours: Olah, Mordvintsev & Schubert 2017, "Feature visualization").
    """

    def __init__(
        self,
        preprocess: Preprocess,
        canvas: Box,
        device: torch.device,
        noise: float = 0.0,
        first: U8 | None = None,
        natural: float = 0.0,
    ) -> None:
        self._size, self._canvas, self._device, self._noise = preprocess.input_size, canvas, device, noise
        self._channels = preprocess.channels
        self.mean = mean_colour(preprocess).to(device)
        self._mix = _root(natural if self._channels == 3 else 0.0, self._channels).to(device)
        self._unmix = self._mix.inverse()
        self._first = torch.zeros(self._channels, 1, 1, device=device)
        if first is not None:
            self._first = self._of_picture(first)

    def start(self, normal: Callable[..., Tensor], firsts: Firsts = ()) -> Tensor:
        """`normal(C, H, W)` gives (N, C, H, W) numbers of each picture's own generator.

        They are drawn for the whole input and cut to the canvas, so a picture does not depend on the cut.
        """
        noise = normal(self._channels, *self._size).to(self._device) * self._noise
        top, left, bottom, right = self._canvas
        return (noise + own_firsts(self._first, self._of_picture, firsts))[
            :, :, top:bottom, left:right
        ].contiguous()

    def _of_picture(self, first: U8 | F32) -> Tensor:
        """Codes (C, H, W) of RGB (H, W, 3)."""
        if first.dtype != np.uint8 or first.shape != (*self._size, 3):
            raise ValueError(
                f"Pixels start at RGB bytes of {self._size}, not at {first.dtype} {first.shape}."
            )
        deviations = torch.from_numpy(first.copy()).permute(2, 0, 1).to(self._device) / 255 - self.mean
        deviations = deviations if self._channels == 3 else deviations.mean(0, keepdim=True)
        return _mixed(self._unmix, deviations)

    def pictures(self, codes: Tensor, *, half: bool = False) -> Tensor:  # noqa: ARG002 (an Image)
        return self.deviations(codes) + self.mean

    def deviations(self, codes: Tensor) -> Tensor:
        """Of the pictures from the mean colour."""
        return _mixed(self._mix, codes)

    def of_deviations(self, deviations: Tensor) -> Tensor:
        """The codes of which these are the `deviations`."""
        return _mixed(self._unmix, deviations)

    def bounded(self, codes: Tensor) -> Tensor:
        """Such that the pictures are in 0..1."""
        mean = self.mean[: self._channels]
        deviations = _mixed(self._mix, codes)
        inside = torch.maximum(torch.minimum(deviations, 1 - mean), -mean)
        return torch.where((inside == deviations).all(-3, keepdim=True), codes, _mixed(self._unmix, inside))

    def moved(self, codes: Tensor, step: Tensor) -> Tensor:
        return codes + step

    def poked(self, codes: Tensor, normal: Callable[..., Tensor]) -> Tensor:
        return codes + normal(*codes.shape[1:]).to(codes) * _POKE

    def displayed(self, pictures: Tensor) -> Tensor:
        """With more contrast about the mean colour, where there is little."""
        return stretched(pictures, self.mean)

    def whole(self, codes: Tensor, *, half: bool = False) -> None:
        """None: what lies outside the canvas is not painted."""

    def code(self, codes: Tensor) -> None:
        """None: pixels have no generator."""


def own_firsts(default: Tensor, of: Callable[[U8 | F32], Tensor], firsts: Firsts) -> Tensor:
    """Where each picture begins, (N, ...), at `default` without a beginning of its own; (...) where none has one."""
    if all(first is None for first in firsts):
        return default
    codes = [default if first is None else of(first) for first in firsts]
    shape = torch.broadcast_shapes(*(code.shape for code in codes))
    return torch.stack([code.expand(shape) for code in codes])


def mean_colour(preprocess: Preprocess) -> Tensor:
    """The colour (3, 1, 1) in 0..1 that the network sees as zero; grey where that is nearly black or white."""
    mean = torch.tensor(preprocess.mean) / preprocess.value_range
    mean = mean.flip(0) if preprocess.colour_order == "bgr" else mean.expand(3)
    usable = bool(((mean > _DARK) & (mean < _BRIGHT)).all())
    return (mean if usable else torch.full((3,), _GREY)).view(3, 1, 1).clone()


def _root(natural: float, channels: int) -> Tensor:
    """covariance^(natural / 2); the identity for independent colours and for a single channel."""
    if not natural:
        return torch.eye(channels)
    variances, axes = torch.linalg.eigh(torch.tensor(COLOURS, dtype=torch.float64))
    root: Tensor = axes * variances ** (natural / 2) @ axes.T
    return root.float()


def _mixed(matrix: Tensor, colours: Tensor) -> Tensor:
    """The matrix applied to every pixel of (..., C, h, w)."""
    mixed: Tensor = matrix @ colours.flatten(-2)
    return mixed.reshape(*mixed.shape[:-1], *colours.shape[-2:])
