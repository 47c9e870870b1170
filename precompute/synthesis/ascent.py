"""The ascent: a batch of pictures, each climbing towards its own unit's highest value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import torch
from torch import Tensor

from deepvis_app.attribution.rules import RuleMode
from deepvis_app.models.preprocess import Preprocess
from precompute.synthesis.aim import Task, aim
from precompute.synthesis.code_recipe import GAMMA
from precompute.synthesis.dice import Dice
from precompute.synthesis.display import values_of
from precompute.synthesis.image import Image
from precompute.synthesis.objectives import Objective
from precompute.synthesis.part import Part
from precompute.synthesis.policies import mean_size, per_picture
from precompute.synthesis.presets import Preset
from precompute.synthesis.priors import Moment
from precompute.synthesis.rescue import STEPS as RESCUE_STEPS
from precompute.synthesis.rescue import redirected

__all__ = ["Ascended", "Ascent", "Climb", "Task", "ascend"]

EXACT_SHARE = 0.2  # the last steps are taken in single precision whatever comes before
_NO_ROOM, _FULL_ROOM = 8, 32  # pixels, the field's side; see Moment.room
_SCALE_SIDE = 224  # the input side for which widths in presets are given


@dataclass(frozen=True)
class Climb:
    """What the pictures of one batch climb: the network's part, the objective, and how.

    `gamma` and `scales` (unit -> its largest known value) are for pictures of two units: see `Aim`.
    """

    part: Part
    preprocess: Preprocess
    image: Image
    objective: Objective
    preset: Preset
    minimise: bool = False
    half: bool = False  # bfloat16 where that is faster, but for the last steps
    gamma: float = GAMMA
    scales: Mapping[int, float] = field(default_factory=dict)

    def painted(self, codes: Tensor, *, half: bool = False) -> tuple[Tensor, Tensor | None]:
        """The codes' pictures (N, 3, h, w) of the canvas, and the whole ones of which they are cut, if any are."""
        whole = self.image.whole(codes, half=half)
        if whole is None:
            return self.image.pictures(codes, half=half), None
        top, left, bottom, right = self.part.canvas
        return whole[..., top:bottom, left:right], whole


@dataclass(frozen=True)
class Ascended:
    """What came out, a row for each task: codes (N, ...), and the objective's value (N,) at just these pictures.

    `trace` (steps, N) are the values on the way, of the pictures as the network saw them. `rescued` are those
    whose gradient was zero at first and was not later; `failed` those for which it stayed zero, or that became
    NaN, and `reasons` says which.
    """

    codes: Tensor
    values: Tensor
    trace: Tensor
    rescued: tuple[bool, ...]
    reasons: tuple[str, ...]  # "" for a picture that came out


def ascend(
    climb: Climb, tasks: Sequence[Task], stopped: Callable[[], bool] = lambda: False
) -> Ascended | None:
    """Make one picture for each task; None when `stopped` said so on the way."""
    ascent = Ascent(climb, tasks)
    while not ascent.over:
        if stopped():
            return None
        ascent.step()
    return ascent.result()


class Ascent:
    """A batch on its way: `step` until it is `over`, then `result`, or `poke` and on.

    A picture depends on its task alone, not on the others of the batch (but for rounding). In each step, in the
    order of the code of 2015: codes bounded, value and gradient, step, the priors' projections; the last step
    only reads the value. After a step `pictures` (N, 3, h, w), `whole` and `activations` (N,) are those of its
    forward pass: what is painted (as `Climb.painted`), before the priors move it, and the units' own values; `others`
    (N,) are the second units' values, or None where no picture has one.
    """

    # Inside, values and gradients are of what is raised: negated when minimising.

    def __init__(self, climb: Climb, tasks: Sequence[Task]) -> None:
        self._climb, self._preset = climb, climb.preset
        self._sign = -1.0 if climb.minimise else 1.0
        self._dice = Dice([task.seed for task in tasks])
        self._codes = climb.image.start(self._dice.normal, [task.first for task in tasks])
        self._aim = aim(climb.objective, tasks, climb.gamma, climb.scales, self._codes.device)
        no = torch.zeros_like(self._aim.units, dtype=torch.bool)
        self._stood, self._moved, self._broken = no, no, no
        self._best = torch.full_like(self._aim.units, -torch.inf, dtype=torch.float32)
        self._kept = self._codes
        self._trace: list[Tensor] = []
        self.index = 0  # of the next step
        self.pictures, self.whole = torch.empty(0), cast(Tensor | None, None)
        self.activations, self.others = self._best, cast(Tensor | None, None)

    @property
    def over(self) -> bool:
        return self.index >= self._preset.steps

    @property
    def values(self) -> Tensor:
        """The objective's (N,) in the last step."""
        return self._trace[-1]

    def step(self) -> None:
        index, self.index = self.index, self.index + 1
        self._codes = self._climb.image.bounded(self._codes)
        moment = self._moment(index)
        values, gradient = self._gradient(moment)
        self._keep(values, last=self.over)
        if self.over:
            return
        policy = self._preset.policy
        step = policy(self._penalised(gradient, moment), values, moment.done)
        codes = self._climb.image.moved(self._codes, step)
        moment = replace(moment, gradient=gradient)
        for prior in self._preset.priors:
            codes = prior.project(codes, moment)
        sound = codes.flatten(1).isfinite().all(1)
        self._broken = self._broken | ~sound
        self._codes = torch.where(per_picture(sound, codes), codes, self._codes)

    def poke(self) -> None:
        """Disturb the pictures and go on, with steps at least as large as half-way; what was best is forgotten."""
        self._codes = self._climb.image.poked(self._codes, self._dice.normal)
        self._best = torch.full_like(self._best, -torch.inf)
        self.index = min(self.index, self._preset.steps // 2)

    def result(self) -> Ascended:
        with torch.no_grad():
            values = self._aim.value(self._maps(self._climb.image.pictures(self._kept), half=False))
        reasons = [
            "became NaN" if broken else "zero gradient" if not moved else ""
            for broken, moved in zip(self._broken.tolist(), self._moved.tolist(), strict=True)
        ]
        rescued = tuple((self._stood & self._moved).tolist())
        return Ascended(self._kept, values, torch.stack(self._trace), rescued, tuple(reasons))

    def _moment(self, index: int) -> Moment:
        scale = min(self._climb.preprocess.input_size) / _SCALE_SIDE
        room = min(max((self._climb.part.side - _NO_ROOM) / (_FULL_ROOM - _NO_ROOM), 0.0), 1.0)
        return Moment(index, self._preset.steps, scale, self._dice.uniform, room)

    def _keep(self, values: Tensor, *, last: bool) -> None:
        self._trace.append(self._sign * values)
        better = values > self._best if self._preset.keep == "best" else torch.full_like(self._moved, last)
        self._best = torch.where(better, values, self._best)
        self._kept = torch.where(per_picture(better, self._codes), self._codes, self._kept)

    def _gradient(self, moment: Moment) -> tuple[Tensor, Tensor]:
        """The values (N,) of the pictures as the priors show them to the network, and the codes' gradient."""
        half = self._climb.half and moment.done < 1 - EXACT_SHARE
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            pictures, whole = self._climb.painted(codes, half=half)
            self.pictures, self.whole = pictures.detach(), None if whole is None else whole.detach()
            for prior in self._preset.priors:
                pictures = prior.transform(pictures, moment)
            maps = self._maps(pictures, half=half)
            values = self._sign * self._aim.value(maps)
            (gradient,) = torch.autograd.grad(values.sum(), codes)
        aim, whole_map = self._aim, self._climb.objective.whole_map
        self.activations = values_of(maps.detach(), aim.units, whole_map)
        self.others = values_of(maps.detach(), aim.others, whole_map) if aim.pairs else None
        still = gradient.flatten(1).abs().amax(1) == 0
        if moment.index < RESCUE_STEPS and bool(still.any()):
            self._stood = self._stood | still
            gradient[still] = self._redirected(still)
            still = gradient.flatten(1).abs().amax(1) == 0
        self._moved = self._moved | ~still
        return values.detach(), gradient

    def _redirected(self, still: Tensor) -> Tensor:
        """The gradient of the pictures that stand still, with rectifiers that let more through."""
        codes = self._codes[still].detach().requires_grad_()
        with torch.enable_grad():
            pictures = self._climb.image.pictures(codes)
            with RuleMode(redirected):
                values = self._sign * self._aim.of(still).value(self._maps(pictures, half=False))
        (gradient,) = torch.autograd.grad(values.sum(), codes)
        return gradient

    def _penalised(self, gradient: Tensor, moment: Moment) -> Tensor:
        """The gradient minus that of the penalties, which are weighed against a gradient of mean size 1."""
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            costs = [prior.penalty(codes, moment) for prior in self._preset.priors]
            total = sum(cost.sum() for cost in costs if cost is not None)
        if not isinstance(total, Tensor):
            return gradient
        (uphill,) = torch.autograd.grad(total, codes)
        return gradient - per_picture(mean_size(gradient), gradient) * uphill

    def _maps(self, pictures: Tensor, *, half: bool) -> Tensor:
        """The layer's maps (N, units, h, w) float32, for pictures (N, 3, h, w) of the canvas in 0..1."""
        x = self._climb.preprocess.normalise(pictures * 255)
        if x.device.type == "cpu":
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=half):
            maps = self._climb.part.run(x)
        return maps.float()
