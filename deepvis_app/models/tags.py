"""What `Trace` knows of a tensor, and what a rule gets to see of a torch call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from deepvis_app.models.receptive_field import Field


@dataclass(frozen=True)
class Tag:
    """What is known of a tensor.

    `axes` names every dimension: n batch, c channel, h, w, l (h and w flattened), ? anything else.
    `field` is None where it is not known. `grid` is (h, w) of an l axis.
    """

    axes: str
    field: Field | None
    grid: tuple[int, int] | None = None


@dataclass(frozen=True)
class Call:
    """One torch call: what a rule sees."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: torch.Tensor
    tensors: tuple[torch.Tensor, ...]  # the tagged inputs
    tags: tuple[Tag, ...]  # theirs

    def arg(self, index: int, name: str, default: Any = None) -> Any:
        return self.args[index] if index < len(self.args) else self.kwargs.get(name, default)

    def rest(self, index: int, name: str) -> Sequence[int]:
        """Sizes or dimensions given one by one or as one sequence: view(2, 3) and view((2, 3))."""
        given = self.args[index:] or (self.kwargs.get(name, ()),)
        return tuple(given[0]) if isinstance(given[0], (tuple, list)) else tuple(given)
