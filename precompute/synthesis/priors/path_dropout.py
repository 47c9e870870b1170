"""Dropout of paths: at each activation some channels are silent, for each picture others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

from deepvis_app.attribution.calls import RECTIFIERS, WITHOUT_RULE
from precompute.synthesis.priors.base import Moment, Prior, demand

# A clamp may bound anything; only what is an activation function by name is taken for one.
_ACTIVATIONS = {func for func, (name, _) in RECTIFIERS.items() if name} | set(WITHOUT_RULE)


@dataclass(frozen=True)
class PathDropout(Prior):
    """a <- a * m / (1 - share) after every activation function, m = 0 for `share` of its channels, 1 for the others.

    Wei et al. 2015, "Understanding intra-class knowledge inside CNN", as told by the survey (Nguyen, Yosinski & Clune
    2019): what one path through the network knows of a class is another picture than what all know. With `fixed`
    a picture keeps its channels through all steps: seeds give facets. Without, every step draws new ones, and what a
    few channels want does not last (Srivastava et al. 2014). Units after an activation may be silent themselves.
    """

    share: float = 0.3
    fixed: bool = False

    def __post_init__(self) -> None:
        demand(0 <= self.share < 1, "The share of path-dropout must be at least 0 and less than 1.")

    def around(self, moment: Moment) -> AbstractContextManager[object]:
        count = 0

        def factors(channels: int) -> Tensor:
            nonlocal count
            count += 1
            place = self, count, channels
            found: Tensor | None = moment.memory.get(place) if self.fixed else None
            if found is None:
                found = (moment.draw(channels) >= self.share) / (1 - self.share)
            if self.fixed:
                moment.memory[place] = found
            return found

        return _Dropping(factors)


class _Dropping(TorchFunctionMode):
    """While entered, channels of what activation functions give are multiplied by `factors(channels)` (N, channels)."""

    def __init__(self, factors: Callable[[int], Tensor]) -> None:
        super().__init__()
        self._factors = factors

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        return self._dropped(output) if func in _ACTIVATIONS else output

    def _dropped(self, output: Tensor) -> Tensor:
        """Channels come second in maps (N, C, h, w), last in tokens (N, ..., C) and vectors."""
        channel = 1 if output.ndim == 4 else output.ndim - 1
        factors = self._factors(output.shape[channel])
        if len(factors) != len(output):
            return output  # the network has put pictures together: whose channel it is, is not known
        shape = [len(output), *[1] * (output.ndim - 1)]
        shape[channel] = output.shape[channel]
        return output * factors.to(output).view(shape)
