"""One thread's part of a batch: losses and gradients, nothing kept."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from precompute.generators.discriminator import Discriminator
from precompute.generators.encoder import Encoder
from precompute.generators.losses import Weights, errors, fake_loss, real_loss
from precompute.generators.schedule import STILL
from precompute.generators.topology import Generator
from precompute.precision import half_where_fast


@dataclass(frozen=True)
class Task:
    """What is to be learned from a batch. Without a discriminator there is no contest."""

    generator: Generator
    discriminator: Discriminator | None
    weights: Weights
    adversary_weight: float
    discriminator_learns: bool
    moved: tuple[int, int, bool]  # rows, columns, flipped: of both pictures before features are compared


@dataclass(frozen=True)
class Shard:
    """Gradients in the order of the parameters, and losses as plain numbers."""

    gradients: tuple[torch.Tensor, ...]
    image: float
    maps: tuple[float, ...]
    code: float
    opposed: tuple[torch.Tensor, ...] = ()  # the discriminator's gradients, if it learns
    contest: tuple[float, float, float] = (
        0.0,
        0.0,
        0.0,
    )  # its losses on real and painted, the generator's loss


def work(task: Task, encoder: Encoder, wanted: torch.Tensor) -> Shard:
    """`wanted` is (N, 3, S, S) in 0..1 on the encoder's device; computed in bfloat16 where that is faster."""
    with half_where_fast(wanted.device):
        with torch.no_grad():
            real = encoder(wanted)
            code = real.code.float()
            if task.moved != STILL:
                real = encoder(move(wanted, *task.moved))
        painted = task.generator(code).float()
        # Networks are shown what a person is shown; the image error still sees how far it overshoots.
        shown = painted.clamp(0, 1)
        parts = errors(painted, wanted, encoder(move(shown, *task.moved)), real)
    loss = parts.total(task.weights)
    opposed: tuple[torch.Tensor, ...] = ()
    contest = (0.0, 0.0, 0.0)
    if task.discriminator is not None:
        opposed, on_real, on_fake = _oppose(task, task.discriminator, wanted, shown.detach(), code)
        with half_where_fast(wanted.device):
            against = real_loss(task.discriminator(shown, code))
        loss = loss + task.adversary_weight * against
        contest = (on_real, on_fake, against.item())
    gradients = torch.autograd.grad(loss, list(task.generator.parameters()))
    return Shard(
        gradients,
        parts.image.item(),
        tuple(e.item() for e in parts.maps),
        parts.code.item(),
        opposed,
        contest,
    )


def move(pictures: torch.Tensor, down: int, right: int, flipped: bool) -> torch.Tensor:
    """All pictures (N, 3, H, W) moved alike, mirrored at the border; differentiable."""
    if (down, right, flipped) == STILL:
        return pictures
    if flipped:
        pictures = pictures.flip(3)
    height, width = pictures.shape[2:]
    edge = max(abs(down), abs(right))
    padded = F.pad(pictures, (edge,) * 4, mode="reflect")
    return padded[:, :, edge - down : edge - down + height, edge - right : edge - right + width]


def _oppose(
    task: Task, discriminator: Discriminator, wanted: torch.Tensor, shown: torch.Tensor, code: torch.Tensor
) -> tuple[tuple[torch.Tensor, ...], float, float]:
    """The discriminator's gradients (none when it does not learn), and its losses on real and painted pictures."""
    learns = task.discriminator_learns
    with (
        torch.set_grad_enabled(learns),
        half_where_fast(wanted.device),
    ):
        both = torch.cat([wanted, shown]).contiguous(memory_format=torch.channels_last)
        logits = discriminator(both, torch.cat([code, code]))
        on_real, on_fake = real_loss(logits[: len(wanted)]), fake_loss(logits[len(wanted) :])
    gradients = torch.autograd.grad(on_real + on_fake, list(discriminator.parameters())) if learns else ()
    return gradients, on_real.item(), on_fake.item()
