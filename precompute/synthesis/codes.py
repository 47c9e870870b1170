"""Codes of a generator in place of pixels (DGN-AM: Nguyen et al. 2016, section 2), so that pictures stay natural."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn import functional as F

from deepvis_app.messages import F32, U8, Box
from deepvis_app.models.preprocess import Preprocess
from precompute.generators.topology import AnyGenerator, NearestConv, spread
from precompute.synthesis.image import Firsts

_POKE = 1.0  # of each element's standard deviation
_SMALL = 1e-3


class Codes:
    """Codes are deviations from the code's resting point, in units of its mean standard deviation.

    Codes that are never negative (those behind a ReLU) rest at 0 and stay in [0, mean + `bound` std] of each
    element; signed ones rest at the mean and stay within `bound` standard deviations of it. Which they are is told
    by the statistics: an element that varies and is never negative has a mean above 0. Pictures start at
    |N(0, std)| (signed: mean + N(0, std)), times `noise`, or at the code `first`, plus such noise of either sign;
    the start is not bounded, as in the released code.

    The generator's pictures are clipped to 0..1, resized bilinearly to the network's input (antialiased where
    that is smaller), and cut to `canvas`. Raises ValueError, one sentence, for a `first` that does not fit.
    """

    def __init__(
        self,
        generator: AnyGenerator,
        preprocess: Preprocess,
        canvas: Box,
        device: torch.device,
        noise: float = 1.0,
        first: F32 | None = None,
        bound: float = 3.0,
    ) -> None:
        self._generator = _fixed(generator).to(device)
        if device.type == "cpu":
            self._generator = self._generator.to(memory_format=torch.channels_last)
        self._in_half: AnyGenerator | None = None
        self._size, self._canvas, self._device, self._noise = preprocess.input_size, canvas, device, noise
        mean, std = self._generator.code_mean.float(), self._generator.code_std.float()
        top = self._generator.upper_bound(bound).float()
        self.unit = float(std.mean()) or 1.0
        varying = std > _SMALL * self.unit  # not by what half precision loses
        self.signed = bool(((mean <= 0) & varying).any())
        self._rest = mean if self.signed else torch.zeros_like(mean)
        self._low = (2 * mean - top - self._rest) / self.unit if self.signed else torch.zeros_like(mean)
        self._top = (top - self._rest) / self.unit
        self._spread = std / self.unit
        self._first = None if first is None else self._of_code(first)

    def start(self, normal: Callable[..., Tensor], firsts: Firsts = ()) -> Tensor:
        noise = self._drawn(normal) * self._noise
        started = noise if self.signed else noise.abs()
        if self._first is not None:
            started = self._first + noise
        for k, first in enumerate(firsts):
            if first is not None:
                started[k] = self._of_code(first) + noise[k]
        return started

    def pictures(self, codes: Tensor, *, half: bool = False) -> Tensor:
        top, left, bottom, right = self._canvas
        return self.whole(codes, half=half)[..., top:bottom, left:right]

    def bounded(self, codes: Tensor) -> Tensor:
        """As they are: they were bounded when they were moved."""
        return codes

    def moved(self, codes: Tensor, step: Tensor) -> Tensor:
        """Inside the bounds: the clip comes before the shrinking, as in the released code."""
        return torch.maximum(torch.minimum(codes + step, self._top), self._low)

    def poked(self, codes: Tensor, normal: Callable[..., Tensor]) -> Tensor:
        return self.moved(codes, self._drawn(normal) * _POKE)

    def displayed(self, pictures: Tensor) -> Tensor:
        """The generator's own picture: its contrast is not changed."""
        return pictures

    def whole(self, codes: Tensor, *, half: bool = False) -> Tensor:
        code = self.code(codes)
        painted = self._half()(code.bfloat16()).float() if half else self._generator(code)
        pictures = inside(painted)
        size = pictures.shape[-2:]
        if size == self._size:
            return pictures
        smaller = size[0] > self._size[0] or size[1] > self._size[1]
        return F.interpolate(pictures, self._size, mode="bilinear", align_corners=False, antialias=smaller)

    def code(self, codes: Tensor) -> Tensor:
        return torch.add(self._rest, codes, alpha=self.unit)

    def _drawn(self, normal: Callable[..., Tensor]) -> Tensor:
        """Normal noise with each element's own standard deviation."""
        return normal(*self._generator.code_shape).to(self._device) * self._spread

    def _of_code(self, first: U8 | F32) -> Tensor:
        if first.shape != self._generator.code_shape:
            raise ValueError(
                f"The code has the shape {first.shape}, but the generator takes {self._generator.code_shape}."
            )
        return (torch.tensor(first, dtype=torch.float32, device=self._device) - self._rest) / self.unit

    def _half(self) -> AnyGenerator:
        """A copy whose weights are converted once and not in every step, as autocast does with frozen ones."""
        if self._in_half is None:
            self._in_half = deepcopy(self._generator).bfloat16()
        return self._in_half


class _Inside(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, painted: Tensor) -> Tensor:
        ctx.save_for_backward(painted)
        return painted.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, uphill: Tensor) -> Tensor:
        (painted,) = ctx.saved_tensors
        outwards = ((painted > 1) & (uphill > 0)) | ((painted < 0) & (uphill < 0))
        return uphill.masked_fill(outwards, 0)


def inside(painted: Tensor) -> Tensor:
    """The pictures clipped to 0..1, with a gradient that still leads back from outside, but not further out.

    With none at all a picture that has become white or black everywhere would stay so.
    """
    clipped: Tensor = _Inside.apply(painted)
    return clipped


def _fixed(generator: AnyGenerator) -> AnyGenerator:
    """A copy for weights that stay: what is computed of weights alone is computed once, not in every step."""
    copy = deepcopy(generator)
    for module in list(copy.modules()):
        for name, child in module.named_children():
            if isinstance(child, NearestConv):
                setattr(module, name, _transposed(child))
    return copy.requires_grad_(False)


def _transposed(nearest: NearestConv) -> nn.ConvTranspose2d:
    """The one transposed convolution that it amounts to."""
    weight = spread(nearest.weight)
    made = nn.ConvTranspose2d(weight.shape[0], weight.shape[1], 4, stride=2, padding=1).to(weight)
    made.weight, made.bias = nn.Parameter(weight), nearest.bias
    return made
