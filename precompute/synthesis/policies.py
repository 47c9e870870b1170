"""Step policies: from the gradient to what is added to the picture. The three of 2015, and the normalised ones.

Pictures are in 0..1, codes of a generator in units of their mean standard deviation. The learning rates of 2015
are for pixels in 0..255: a picture and its gradient change by 255 in opposite directions, so such a rate is divided
by 255 squared here, and `desired` stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

_PIXEL_RANGE = 255.0
_TINY = 1e-30


class Policy(Protocol):
    """`gradient` (N, ...) of the pictures' values (N,), which are raw; `done` in 0..1 is the share of steps gone.

    Returns what is to be added, in the gradient's shape, each picture by itself.
    """

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor: ...


@dataclass(frozen=True)
class Constant:
    """lr * g."""

    lr: float = 100.0

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor:  # noqa: ARG002 (a Policy)
        return gradient * (self.lr / _PIXEL_RANGE**2)


@dataclass(frozen=True)
class Progress:
    """min(max_lr, desired / |g|^2) * g: the linear prediction of the gain is `desired`."""

    desired: float = 2.0
    max_lr: float = 100.0

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor:  # noqa: ARG002 (a Policy)
        return _progress(gradient, torch.full_like(values, self.desired), self.max_lr)


@dataclass(frozen=True)
class Progress01:
    """As Progress with desired = min(early, late * (1 - value)), for values that end at 1 (softmax)."""

    early: float = 0.1
    late: float = 0.5
    max_lr: float = 1e8

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor:  # noqa: ARG002 (a Policy)
        return _progress(gradient, (self.late * (1 - values)).clamp(max=self.early), self.max_lr)


@dataclass(frozen=True)
class Normalised:
    """Every step changes a picture by the same mean absolute amount, which falls linearly from `step` to `end`.

    In the unit of 1/255, over those values that have a gradient at all: what lies outside the unit's field does
    not count. Independent of the gain of the unit, so it suits logits and hidden units alike.
    """

    step: float = 0.5
    end: float = 0.0

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor:  # noqa: ARG002 (a Policy)
        size = (self.step + (self.end - self.step) * done) / _PIXEL_RANGE
        return gradient * (size / per_picture(mean_size(gradient) + _TINY, gradient))


@dataclass(frozen=True)
class CodeStep:
    """Every step changes a code by the same mean absolute amount, which falls linearly from `step` to `end`.

    In units of the code's mean standard deviation; the mean is over all elements (Nguyen et al. 2016, released
    code: y += step * g / mean|g|; 8 there is 2.1 standard deviations of CaffeNet's fc6).
    """

    step: float = 2.0
    end: float = 0.0

    def __call__(self, gradient: Tensor, values: Tensor, done: float) -> Tensor:  # noqa: ARG002 (a Policy)
        size = self.step + (self.end - self.step) * done
        return gradient * (size / per_picture(gradient.flatten(1).abs().mean(1) + _TINY, gradient))


POLICIES: dict[str, type[Constant | Progress | Progress01 | Normalised | CodeStep]] = {
    "constant": Constant,
    "progress": Progress,
    "progress01": Progress01,
    "normalised": Normalised,
    "code-step": CodeStep,
}


def mean_size(gradient: Tensor) -> Tensor:
    """(N,): each picture's mean absolute value over its elements that are not zero; 0 where all are."""
    flat = gradient.flatten(1)
    return flat.abs().sum(1) / flat.count_nonzero(1).clamp(min=1)


def per_picture(values: Tensor, like: Tensor) -> Tensor:
    """(N,) as (N, 1, ...) with the rank of `like`."""
    return values.view(-1, *[1] * (like.dim() - 1))


def _progress(gradient: Tensor, desired: Tensor, max_lr: float) -> Tensor:
    squared = gradient.square().flatten(1).sum(1)
    rate = (desired / (squared + _TINY)).clamp(max=max_lr / _PIXEL_RANGE**2)
    return gradient * per_picture(rate, gradient)
