"""What a prior is: at most three of five hooks around an ascent step, no-ops unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


class PriorError(ValueError):
    """A number with which a prior cannot work, as one sentence for the user."""


@dataclass(frozen=True)
class Moment:
    """What a prior may know of the step.

    `index` counts from 0 to `steps` - 1. `scale` is the input's side over 224, for widths and weights that
    are given for that size. `draw(k)` gives (N, k) uniform random numbers in 0..1, of each picture's own generator.
    `room` in 0..1 is how much of a disturbance the unit's field can take: 0 for a field of 8 pixels or less, where
    single edges are all there is to see, 1 from 32 pixels on. `gradient` is that of the unit's value at the picture
    before the step, as the network gave it, only in `project`. `size` (h, w) is what the network sees of a canvas
    that is larger: the middle of what the transforms give; None: all of it. `memory` is one dictionary for all
    steps of a batch: what a prior keeps from step to step, under itself; without it every step is a first one.
    """

    index: int
    steps: int
    scale: float
    draw: Callable[[int], Tensor]
    room: float = 1.0
    gradient: Tensor | None = None
    size: tuple[int, int] | None = None
    memory: dict[Any, Any] = field(default_factory=dict)

    @property
    def done(self) -> float:
        """The share of the steps gone, 0 at the first and 1 at the last."""
        return self.index / max(self.steps - 1, 1)


class Prior:
    """One regulariser. Every picture is treated by itself.

    The hooks stand below in the order of a step; a class has at most three of them. Pictures are (N, C, h, w) in
    0..1; deviations are pictures minus the network's mean colour, so zero is that. For codes of a generator,
    deviations and gradients are (N, code).
    """

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        """What the network sees of the pictures; differentiable."""
        return pictures

    def around(self, moment: Moment) -> AbstractContextManager[object]:  # noqa: ARG002 (a hook)
        """Where the network's forward pass is run; the backward pass may come after it."""
        return nullcontext()

    def regard(self, gradient: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        """What the step makes of the value's gradient, before penalties and the step policy."""
        return gradient

    def penalty(self, deviations: Tensor, moment: Moment) -> Tensor | None:  # noqa: ARG002 (a hook)
        """(N,) to be kept small, or None. Its gradient is weighed against a value's gradient of mean size 1."""
        return None

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        """The deviations after the step, more regular than they were."""
        return deviations


def demand(holds: bool, sentence: str) -> None:
    """Raises PriorError with the sentence where it does not hold."""
    if not holds:
        raise PriorError(sentence)
