"""The training loop of a generator: one frozen pass for codes and comparison, resumable at any step."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from deepvis_app.files import atomic_write
from precompute.errors import GivenError
from precompute.generators.discriminator import Discriminator
from precompute.generators.encoder import Encoder
from precompute.generators.losses import Balance, mean_of
from precompute.generators.pictures import Pictures, shifted
from precompute.generators.report import code_statistics
from precompute.generators.schedule import (
    Recipe,
    adversary_due,
    adversary_weight,
    moved,
    rate_factor,
    stage_of,
)
from precompute.generators.shard import Shard, Task, work
from precompute.generators.topology import Generator, initialise


class CheckpointError(GivenError):
    """A checkpoint that cannot be gone on from; the message is one sentence for people."""


@dataclass(frozen=True)
class Step:
    """Reported after every batch; losses are plain numbers, None without an adversary."""

    seen: int
    rate: float
    image: float
    maps: tuple[float, ...]
    code: float
    ratio: float | None = None  # of the balance rule
    against: float | None = None  # the generator's adversarial loss


class Trainer:
    """Holds generator, averaged generator, discriminator and optimisers.

    On the CPU each batch is cut into `threads` parts, each worked on by one thread with one core. One pass over
    two cores is quicker on an idle machine, but its kernels wait for each other by spinning: with other programs
    running they took five times as long.
    """

    def __init__(self, recipe: Recipe, encoder: Encoder, pictures: Pictures, threads: int = 1) -> None:
        self.recipe, self._pictures = recipe, pictures.train
        self.device = encoder.device
        self._encoders = [encoder, *(encoder.copy() for _ in range(threads - 1))]
        self._pool = ThreadPoolExecutor(threads)
        torch.manual_seed(recipe.seed)
        self.generator = Generator(recipe.topology)
        initialise(self.generator, *code_statistics(encoder, pictures.held_out))
        self.averaged = deepcopy(self.generator).eval().requires_grad_(False)
        self._discriminator = Discriminator(recipe.topology.code, recipe.topology.size)
        for net in (self.generator, self.averaged, self._discriminator):
            net.to(self.device).to(memory_format=torch.channels_last)
        self._optimiser = _adam(self.generator, recipe.betas)
        self._adversary = _adam(self._discriminator, recipe.adversary_betas)
        self.balance = Balance()
        self.seen = 0
        self.adversary_since: int | None = None
        self.history: list[dict[str, Any]] = []
        self._order = (-1, torch.empty(0))  # the pass over the pictures, and its order

    @property
    def done(self) -> bool:
        return self.seen >= self.recipe.pictures

    def step(self) -> Step:
        """One batch. The same seed and number of pictures seen give the same batch, killed or not."""
        recipe = self.recipe
        if self.adversary_since is None and adversary_due(recipe, self.seen):
            self.adversary_since = self.seen
        weight = adversary_weight(recipe, self.seen, self.adversary_since)
        task = Task(
            self.generator,
            self._discriminator if self.adversary_since is not None else None,
            stage_of(recipe, self.seen).weights,
            weight if self.balance.generator_learns else 0.0,
            self.balance.discriminator_learns,
            moved(recipe, self.seen),
        )
        batch = self._batch().chunk(len(self._encoders))
        shards = list(self._pool.map(lambda encoder, part: work(task, encoder, part), self._encoders, batch))
        factor = rate_factor(recipe, self.seen)
        self._update(
            self.generator, self._optimiser, factor * recipe.peak_rate, [s.gradients for s in shards]
        )
        if task.discriminator is not None:
            self._contested(shards, factor * recipe.adversary_rate)
        self._average()
        self.seen += recipe.batch
        return self._told(shards, factor * recipe.peak_rate)

    def _contested(self, shards: list[Shard], rate: float) -> None:
        if self.balance.discriminator_learns:
            self._update(self._discriminator, self._adversary, rate, [s.opposed for s in shards])
        self.balance.update(*(mean_of([s.contest[i] for s in shards]) for i in range(3)))

    def _update(self, net: nn.Module, optimiser: torch.optim.Optimizer, rate: float,
                gradients: list[tuple[torch.Tensor, ...]]) -> None:  # fmt: skip
        """One step along the mean of the parts' gradients; none for a batch whose gradient is not finite."""
        for parameter, *parts in zip(net.parameters(), *gradients, strict=True):
            # In the parameter's own layout: the fused optimiser goes through both in the order of their memory.
            parameter.grad = torch.empty_like(parameter).copy_(torch.stack(parts).mean(0))
        norm = nn.utils.clip_grad_norm_(net.parameters(), self.recipe.clip)
        for group in optimiser.param_groups:
            group["lr"] = rate
        if torch.isfinite(norm):
            optimiser.step()

    @torch.no_grad()
    def _average(self) -> None:
        batches = self.seen // self.recipe.batch
        keep = min(self.recipe.average_decay, (1 + batches) / (10 + batches))
        for average, value in zip(self.averaged.parameters(), self.generator.parameters(), strict=True):
            average.lerp_(value, 1 - keep)

    def _told(self, shards: list[Shard], rate: float) -> Step:
        contested = self.adversary_since is not None
        return Step(
            seen=self.seen,
            rate=rate,
            image=mean_of([s.image for s in shards]),
            maps=tuple(mean_of([s.maps[i] for s in shards]) for i in range(len(shards[0].maps))),
            code=mean_of([s.code for s in shards]),
            ratio=self.balance.ratio if contested else None,
            against=self.balance.against if contested else None,
        )

    def _batch(self) -> torch.Tensor:
        """(batch, 3, S, S) in 0..1: the next pictures of this pass's own order, moved and flipped at random."""
        count, batch = len(self._pictures), self.recipe.batch
        picked = [self._place(at // count)[at % count] for at in range(self.seen, self.seen + batch)]
        generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + self.seen)
        return shifted(self._pictures[torch.stack(picked)], self.recipe.shift, generator).to(self.device)

    def _place(self, turn: int) -> torch.Tensor:
        if self._order[0] != turn:
            generator = torch.Generator().manual_seed(self.recipe.seed * 7_919 + turn)
            self._order = (turn, torch.randperm(len(self._pictures), generator=generator))
        return self._order[1]

    # ---- checkpoints ----

    def save(self, checkpoint: Path) -> None:
        """Replace the checkpoint; a kill at any moment leaves the old one or the new one."""
        with atomic_write(checkpoint) as file:
            torch.save(self._state(), file)

    def restore(self, checkpoint: Path) -> None:
        """Go on from a checkpoint of the same recipe; only the number of pictures may have been changed.

        Raises CheckpointError for one that is damaged or of another recipe.
        """
        again = "remove it to start afresh, or name another with --checkpoint"
        try:
            state = torch.load(checkpoint, weights_only=True, map_location=self.device)
            same = state["recipe"] == self._identity()
            if same:
                self._take(state)
        except Exception as error:  # a damaged file makes torch raise nearly anything
            raise CheckpointError(f"{checkpoint} is damaged or of another generator; {again}.") from error
        if not same:
            raise CheckpointError(f"{checkpoint} belongs to a run with other settings; {again}.")

    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {
            "generator": self.generator,
            "averaged": self.averaged,
            "discriminator": self._discriminator,
            "optimiser": self._optimiser,
            "adversary": self._adversary,
        }

    def _identity(self) -> str:
        return json.dumps([self.recipe.fixed(), self._encoders[0].identity()], sort_keys=True)

    def _state(self) -> dict[str, Any]:
        return {
            "recipe": self._identity(),
            "seen": self.seen,
            "adversary_since": self.adversary_since,
            "balance": asdict(self.balance),
            "history": self.history,
            **{name: part.state_dict() for name, part in self._parts().items()},
        }

    def _take(self, state: dict[str, Any]) -> None:
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.seen, self.adversary_since = state["seen"], state["adversary_since"]
        self.balance, self.history = Balance(**state["balance"]), state["history"]


def _adam(net: nn.Module, betas: tuple[float, float]) -> torch.optim.Adam:
    return torch.optim.Adam(net.parameters(), lr=0.0, betas=betas, fused=True)
