"""Training of a denoising autoencoder on codes; killed, it goes on where it was."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from deepvis_app.files import atomic_write
from precompute.errors import GivenError
from precompute.ppgn.denoiser import Denoiser
from precompute.ppgn.encoding import CodeSet

_RATE = 1e-3
_WARM = 0.05  # the share of the steps in which the rate rises
_AT_ONCE = 512
_MEASURED = 20_000  # codes for the statistics


class CheckpointError(GivenError):
    """A checkpoint that cannot be gone on from; the message is one sentence for people."""


@dataclass(frozen=True)
class Recipe:
    """`noise` is the standard deviation of what is added to standardised codes."""

    steps: int = 4000
    batch: int = 256
    noise: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Quality:
    """On held-out codes, standardised, with the noise of the recipe; errors are mean squares.

    `noisy` is the error of doing nothing, `denoised` that of the autoencoder; `clean` its error on codes without
    noise, and `cosine` how like these come back.
    """

    codes: int
    noisy: float
    denoised: float
    clean: float
    cosine: float

    def in_words(self) -> str:
        gone = 1 - self.denoised / self.noisy
        return f"{self.codes} held-out codes: {gone:.0%} of the noise's square taken away, cosine {self.cosine:.3f}"


class Trainer:
    """Minimises the mean square of D(x + noise) - x over standardised codes x (Vincent et al. 2008) with Adam.

    Every step's numbers are drawn from its own seed, so a run that was broken off ends as one that was not.
    """

    def __init__(self, recipe: Recipe, codes: CodeSet, shape: tuple[int, ...], device: torch.device) -> None:
        self.recipe, self._codes, self._device = recipe, codes, device
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            self.denoiser = Denoiser(shape)
        self.denoiser.begin(recipe.noise)
        mean, std = _statistics(codes)
        self.denoiser.code_mean.copy_(mean)
        self.denoiser.code_std.copy_(std)
        self.denoiser.to(device)
        self._optimiser = torch.optim.Adam(self.denoiser.parameters(), lr=_RATE)
        self.steps = 0

    @property
    def done(self) -> bool:
        return self.steps >= self.recipe.steps

    def step(self) -> float:
        """One batch; gives its loss."""
        dice = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + self.steps)
        rows = torch.randint(len(self._codes.train), (self.recipe.batch,), generator=dice)
        clean = self._standardised([self._codes.train[row] for row in rows.tolist()])
        noise = torch.randn(clean.shape, generator=dice).to(clean) * self.recipe.noise
        for group in self._optimiser.param_groups:
            group["lr"] = _RATE * _share(self.steps / self.recipe.steps)
        loss = F.mse_loss(self.denoiser.denoised(clean + noise), clean)
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        self.steps += 1
        return float(loss.detach())

    @torch.no_grad()
    def measure(self) -> Quality:
        """On all held-out codes, always with the same noise."""
        dice = torch.Generator().manual_seed(self.recipe.seed)
        sums = np.zeros(4)
        held_out = self._codes.held_out
        for start in range(0, len(held_out), _AT_ONCE):
            clean = self._standardised(held_out[start : start + _AT_ONCE])
            noise = torch.randn(clean.shape, generator=dice).to(clean) * self.recipe.noise
            found, back = self.denoiser.denoised(clean + noise), self.denoiser.denoised(clean)
            rows = (noise.square(), (found - clean).square(), (back - clean).square())
            cosine = F.cosine_similarity(back, clean, dim=1)
            sums += [*(float(row.mean(1).sum()) for row in rows), float(cosine.sum())]
        noisy, denoised, clean_error, likeness = (float(value) for value in sums / len(held_out))
        return Quality(len(held_out), noisy, denoised, clean_error, likeness)

    def save(self, checkpoint: Path) -> None:
        """Replace the checkpoint; a kill at any moment leaves the old one or the new one."""
        with atomic_write(checkpoint) as file:
            torch.save(self._state(), file)

    def restore(self, checkpoint: Path) -> None:
        """Go on from a checkpoint of the same recipe and codes; one of another run that came to its end is passed
        over. Raises CheckpointError.
        """
        again = "remove it to start afresh, or name another with --checkpoint"
        try:
            state = torch.load(checkpoint, weights_only=True, map_location=self._device)
            same = state["identity"] == self._identity()
            if same:
                self.denoiser.load_state_dict(state["denoiser"])
                self._optimiser.load_state_dict(state["optimiser"])
                self.steps = int(state["steps"])
            over = int(state["steps"]) >= json.loads(state["identity"])[0]["steps"]
        except Exception as error:  # a damaged file makes torch raise nearly anything
            raise CheckpointError(f"{checkpoint} is damaged or of another prior; {again}.") from error
        if not same and not over:
            raise CheckpointError(f"{checkpoint} belongs to a run with other settings or codes; {again}.")

    def _standardised(self, rows: Any) -> Tensor:
        codes = torch.from_numpy(self._codes.codes[list(rows)].astype(np.float32))
        return self.denoiser.standardised(codes.to(self._device))

    def _identity(self) -> str:
        sizes = [len(self._codes.train), len(self._codes.held_out), list(self.denoiser.code_shape)]
        return json.dumps([asdict(self.recipe), sizes, round(float(self.denoiser.code_mean.sum()), 3)])

    def _state(self) -> dict[str, Any]:
        return {
            "identity": self._identity(),
            "steps": self.steps,
            "denoiser": self.denoiser.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }


def _statistics(codes: CodeSet) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each element over (at most _MEASURED) training codes."""
    found = torch.from_numpy(codes.codes[sorted(codes.train[:_MEASURED])].astype(np.float32))
    return found.mean(0), found.std(0, correction=0)


def _share(done: float) -> float:
    """Of the learning rate: rising at first, then a half cosine down to nothing."""
    return (
        done / _WARM + 0.01 if done < _WARM else 0.5 + 0.5 * math.cos(math.pi * (done - _WARM) / (1 - _WARM))
    )
