"""Chains: a batch of codes that walk where pictures are likely and show their unit; some states are samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.models.preprocess import Preprocess
from precompute.ppgn.condition import Condition
from precompute.ppgn.priors import Prior
from precompute.ppgn.rules import RULES, Terms, drawn_prior
from precompute.ppgn.settings import Settings, Times
from precompute.synthesis.aim import Task
from precompute.synthesis.codes import Codes
from precompute.synthesis.dice import Dice
from precompute.synthesis.part import Part
from precompute.synthesis.policies import per_picture


@dataclass(frozen=True)
class Scene:
    """What the chains of one layer walk in: the network's part, the codes, and the sampler's three terms."""

    part: Part
    preprocess: Preprocess
    codes: Codes
    prior: Prior
    condition: Condition
    settings: Settings
    times: Times


@dataclass(frozen=True)
class Sample:
    """A state of chain number `chain` of the batch: `codes` (...) are in the units of `Codes`.

    `weight` is the prior's at that time. `due`: it was kept by the rule; else it is where a run ended.
    """

    chain: int
    step: int
    run: int  # the number of the beginning since which it walks
    codes: Tensor
    confidence: float
    weight: float
    due: bool


class Chains:
    """One chain for each task, which depends on that task alone (but for rounding): `step` until `over`.

    In each step: the pictures of the codes, the condition's value and gradient, R(h), a sample kept if one is due,
    the change by the settings' rule, the codes bounded, and at a reset new codes. The last step only reads.
    """

    def __init__(self, scene: Scene, tasks: Sequence[Task]) -> None:
        self._scene, self._tasks = scene, tasks
        self._units = torch.tensor([task.unit for task in tasks])
        self._dice = Dice([task.seed for task in tasks])
        self._codes = self._begun()
        self._units = self._units.to(self._codes.device)
        self._weights = torch.full((len(tasks),), scene.settings.prior, device=self._codes.device)
        self._trace: list[Tensor] = []
        self._moved = torch.zeros_like(self._units, dtype=torch.bool)
        self.samples: list[Sample] = []
        self.index = 0  # of the next step

    @property
    def over(self) -> bool:
        return self.index >= self._scene.times.steps

    @property
    def codes(self) -> Tensor:
        """(N, ...) as they are now."""
        return self._codes

    @property
    def moved(self) -> list[bool]:
        """Of each chain whether its condition ever had a gradient."""
        return self._moved.tolist()

    def trace(self, chain: int) -> list[float]:
        """The confidence of a chain in every step."""
        return [float(values[chain]) for values in self._trace]

    def step(self) -> None:
        times = self._scene.times
        index, self.index = self.index, self.index + 1
        pictures, confidence, gradient = self._read()
        self._trace.append(confidence.cpu())
        self._keep(index, confidence)
        if self.over:
            return
        if times.reset and self.index % times.reset == 0:
            self._codes = self._begun()
            draws = self._dice.uniform(1)[:, 0].to(self._weights)
            self._weights = drawn_prior(self._scene.settings, draws)
            return
        codes = self._scene.codes.moved(self._codes, self._change(pictures, confidence, gradient))
        sound = codes.flatten(1).isfinite().all(1)
        self._codes = torch.where(per_picture(sound, codes), codes, self._codes)

    def _begun(self) -> Tensor:
        return self._scene.codes.start(self._dice.normal, [task.first for task in self._tasks])

    def _read(self) -> tuple[Tensor, Tensor, Tensor]:
        """The whole pictures, the condition's confidence (N,) and its gradient by the codes."""
        scene = self._scene
        top, left, bottom, right = scene.part.canvas
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            pictures = scene.codes.whole(codes)
            maps = scene.part.run(scene.preprocess.normalise(pictures[..., top:bottom, left:right] * 255))
            value, confidence = scene.condition.read(maps, self._units)
            (gradient,) = torch.autograd.grad(value.sum(), codes)
        self._moved = self._moved | (gradient.flatten(1).abs().amax(1) > 0)
        return pictures.detach(), confidence.detach(), gradient

    def _change(self, pictures: Tensor, confidence: Tensor, gradient: Tensor) -> Tensor:
        """In the units of `Codes`, where the mean standard deviation is 1; the rules' unit is the settings' own."""
        scene, unit = self._scene, self._scene.settings.of_std
        h = scene.codes.code(self._codes)
        pull = (scene.prior(h, pictures) - h) / scene.codes.unit
        normal = self._dice.normal(*self._codes.shape[1:]).to(self._codes)
        terms = Terms(pull * unit, gradient / unit, normal, confidence, self._weights)
        return RULES[scene.settings.rule](terms, scene.settings) / unit

    def _keep(self, index: int, confidence: Tensor) -> None:
        """The states that are samples by the rule, and those with which a run ends."""
        times = self._scene.times
        run, since = divmod(index, times.reset) if times.reset else (0, index)
        ends = self.over or (times.reset > 0 and since == times.reset - 1)
        on_time = since >= times.burn_in and (since - times.burn_in) % times.every == 0
        if not (on_time or ends):
            return
        weights = self._weights.tolist()
        for chain, sure in enumerate(confidence.tolist()):
            due = on_time and sure >= times.threshold
            if due or ends:
                codes = self._codes[chain].clone()
                self.samples.append(Sample(chain, index, run, codes, sure, weights[chain], due))


def walk(scene: Scene, tasks: Sequence[Task], go_on: Callable[[int], bool]) -> Chains | None:
    """The chains at their end; None when `go_on`, asked with the number of each step before it, said no."""
    chains = Chains(scene, tasks)
    while not chains.over:
        if not go_on(chains.index):
            return None
        chains.step()
    return chains
