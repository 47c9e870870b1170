"""How small networks learn rendered pictures, and how they are written so that every command opens them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import save
from torch import Tensor, nn

from deepvis_app.files import atomic_write
from deepvis_app.messages import U8

MEAN, STD = 0.5, 0.25  # of every channel, in 0..1


class Course(Protocol):
    """`rate` is that of AdamW: rising over the first tenth of the steps, and then falling to zero."""

    @property
    def epochs(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def seed(self) -> int: ...


def fit(
    net: nn.Module,
    count: int,
    course: Course,
    loss: Callable[[Tensor], Tensor],
    step: Callable[[int, int], None],
) -> None:
    """Minimise `loss` of random rows (batch,) of the `count` that there are; the network is in eval mode then.

    `step` is told the steps done and their number, and may raise to break off.
    """
    optimiser = torch.optim.AdamW(net.parameters(), course.rate, weight_decay=course.weight_decay)
    dice = torch.Generator().manual_seed(course.seed)
    total = course.epochs * (count // course.batch)
    for done in range(total):
        found = loss(torch.randint(count, (course.batch,), generator=dice))
        optimiser.param_groups[0]["lr"] = course.rate * min(10 * (done + 1) / total, 1) * (1 - done / total)
        optimiser.zero_grad(set_to_none=True)
        found.backward()
        optimiser.step()
        step(done + 1, total)
    net.eval()


def answers(ask: Callable[[slice], Tensor], count: int, at_once: int = 64) -> Tensor:
    """What `ask` gives of all of `count` rows, asked for some at a time, in their order; without gradients."""
    with torch.no_grad():
        return torch.cat([ask(slice(at, at + at_once)) for at in range(0, count, at_once)])


def as_inputs(rgb: U8) -> Tensor:
    """Pictures (..., H, W, 3) as the networks take them, (..., 3, H, W)."""
    planes = torch.from_numpy(rgb).movedim(-1, -3).float() / 255
    return ((planes - MEAN) / STD).contiguous()


def save_as_file(net: nn.Module, path: Path, text: str) -> None:
    """PATH.py with that text, which is `file:PATH.py` to every command, and the weights as PATH.safetensors."""
    with atomic_write(path.with_suffix(".safetensors")) as file:
        file.write(save(net.state_dict()))
    with atomic_write(path.with_suffix(".py")) as file:
        file.write(text.encode())
