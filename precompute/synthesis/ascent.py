"""The ascent: a batch of pictures, each climbing towards its own unit's highest value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor

from deepvis_app.attribution.rules import RuleMode
from precompute.synthesis import canvas
from precompute.synthesis.aim import Task, aim
from precompute.synthesis.climb import Ascended, Climb
from precompute.synthesis.dice import Dice
from precompute.synthesis.display import values_of
from precompute.synthesis.objectives import check_objective
from precompute.synthesis.policies import mean_size, per_picture
from precompute.synthesis.priors import Moment, Prior
from precompute.synthesis.rescue import STEPS as RESCUE_STEPS
from precompute.synthesis.rescue import redirected
from precompute.synthesis.schedule import Stage, stages
from precompute.synthesis.spaces import SPACES

__all__ = ["Ascended", "Ascent", "Climb", "Task", "ascend"]

EXACT_SHARE = 0.2  # the last steps are taken in single precision whatever comes before
_NO_ROOM, _FULL_ROOM = 8, 32  # pixels, the field's side; see Moment.room
_SCALE_SIDE = 224  # the input side for which widths and weights in presets are given
_TINY = 1e-30


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
        self._space = SPACES[climb.preset.image]()
        self._codes = self._space.start(climb.image, self._dice.normal, [task.first for task in tasks])
        self._begun = self._codes
        self._stages, self._stage = stages(climb.preset), cast(Stage | None, None)
        self._memory: dict[Any, Any] = {}  # of the priors, in one phase
        self._tasks = tasks
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
        stage = self._entered(index)
        self._codes = self._climb.image.bounded(self._codes)
        moment = self._moment(index, stage)
        values, gradient = self._gradient(index, moment, stage.priors)
        self._keep(values, last=self.over)
        if self.over:
            return
        regarded = self._apart(self._kept_in_facets(gradient))
        for prior in stage.priors:
            regarded = prior.regard(regarded, moment)
        wanted = self._penalised(regarded, moment, stage.priors)
        codes = self._space.moved(
            self._climb.image, self._codes, wanted, lambda g: stage.policy(g, values, moment.done)
        )
        moment = replace(moment, gradient=gradient)
        for prior in stage.priors:
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
            values = self._aim.value(self._maps(self._climb.painted(self._kept)[0], half=False))
        frames = self._climb.objective.frames
        broken_ones = self._broken.view(-1, frames).any(1).repeat_interleave(frames)
        reasons = [
            "became NaN" if broken else "zero gradient" if not moved else ""
            for broken, moved in zip(broken_ones.tolist(), self._moved.tolist(), strict=True)
        ]
        rescued = tuple((self._stood & self._moved).tolist())
        return Ascended(self._kept, values, torch.stack(self._trace), rescued, tuple(reasons))

    def _entered(self, index: int) -> Stage:
        """The phase of this step; where it is another one than before, its canvas and objective are taken."""
        stage = next(stage for stage in reversed(self._stages) if stage.begin <= index)
        if stage is self._stage:
            return stage
        climb, self._stage, self._memory = self._climb, stage, {}
        if stage.scale != 1 or self._codes.shape != self._begun.shape:
            size = canvas.size_of(climb.part.size, stage.scale)
            self._codes = canvas.grown(self._codes, self._begun, size)
        objective = climb.objective
        if stage.objective is not None and objective.of_unit:
            objective = check_objective(stage.objective, climb.part.layer)
        self._aim = replace(self._aim, objective=objective)
        self._best, self._kept = torch.full_like(self._best, -torch.inf), self._codes
        return stage

    def _moment(self, index: int, stage: Stage) -> Moment:
        scale = min(self._climb.preprocess.input_size) / _SCALE_SIDE
        room = min(max((self._climb.part.side - _NO_ROOM) / (_FULL_ROOM - _NO_ROOM), 0.0), 1.0)
        size = self._climb.part.size if stage.scale > 1 else None
        now = index - stage.begin
        return Moment(now, stage.steps, scale, self._dice.uniform, room, size=size, memory=self._memory)

    def _keep(self, values: Tensor, *, last: bool) -> None:
        self._trace.append(self._sign * values)
        better = values > self._best if self._preset.keep == "best" else torch.full_like(self._moved, last)
        self._best = torch.where(better, values, self._best)
        self._kept = torch.where(per_picture(better, self._codes), self._codes, self._kept)

    def _gradient(self, index: int, moment: Moment, priors: Sequence[Prior]) -> tuple[Tensor, Tensor]:
        """The values (N,) of the pictures as the priors show them to the network, and the codes' gradient."""
        done = index / max(self._preset.steps - 1, 1)
        half = self._climb.half and done < 1 - EXACT_SHARE
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            pictures = self._pictures(codes, half=half)
            for prior in priors:
                pictures = prior.transform(pictures, moment)
            with ExitStack() as around:
                for prior in priors:
                    around.enter_context(prior.around(moment))
                maps = self._maps(canvas.seen(pictures, self._climb.part.size), half=half)
            values = self._sign * self._aim.value(maps)
            (gradient,) = torch.autograd.grad(values.sum() / self._climb.objective.frames, codes)
        aim, whole_map = self._aim, self._climb.objective.whole_map
        self.activations = values_of(maps.detach(), aim.units, whole_map)
        self.others = values_of(maps.detach(), aim.others, whole_map) if aim.pairs else None
        still = self._still(gradient)
        if index < RESCUE_STEPS and bool(still.any()):
            self._stood = self._stood | still
            gradient[still] = self._redirected(still)
            still = self._still(gradient)
        self._moved = self._moved | ~still
        return values.detach(), gradient

    def _still(self, gradient: Tensor) -> Tensor:
        """(N,): whether a picture has no gradient; of a video, whether none of its frames has one."""
        frames = self._climb.objective.frames
        sizes = gradient.flatten(1).abs().amax(1)
        return (sizes.view(-1, frames).amax(1) == 0).repeat_interleave(frames)

    def _redirected(self, still: Tensor) -> Tensor:
        """The gradient of the pictures that stand still, with rectifiers that let more through."""
        codes = self._codes[still].detach().requires_grad_()
        with torch.enable_grad():
            pictures = self._climb.painted(codes)[0]
            with RuleMode(redirected):
                values = self._sign * self._aim.of(still).value(self._maps(pictures, half=False))
        (gradient,) = torch.autograd.grad(values.sum() / self._climb.objective.frames, codes)
        return gradient

    def _pictures(self, codes: Tensor, *, half: bool) -> Tensor:
        """Those of the canvas, in its own size; what is shown of them is kept."""
        painted, whole = self._climb.painted(codes, half=half)
        self.pictures, self.whole = painted.detach(), None if whole is None else whole.detach()
        on_canvas = whole is not None or codes.shape[-2:] == painted.shape[-2:]
        return painted if on_canvas else self._climb.image.pictures(codes, half=half)

    def _apart(self, gradient: Tensor) -> Tensor:
        """The gradient with a part of its size that leads away from the other pictures of the unit."""
        diversity = self._climb.diversity
        if diversity is None:
            return gradient
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            inputs = self._inputs(self._climb.painted(codes)[0])
            likeness = diversity.likeness(inputs, self._aim.units).sum()
        (alike,) = torch.autograd.grad(likeness, codes)
        share = diversity.weight * mean_size(gradient) / mean_size(alike).clamp(min=_TINY)
        return gradient - per_picture(share, alike) * alike

    def _kept_in_facets(self, gradient: Tensor) -> Tensor:
        """The gradient of the value and of what keeps each picture in its facets."""
        keeper = self._climb.keeper
        if keeper is None:
            return gradient
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            inputs = self._inputs(self._climb.painted(codes)[0])
            worth = keeper.worth(self._climb.part, inputs, self._tasks).sum()
        return gradient + torch.autograd.grad(worth, codes)[0]

    def _penalised(self, gradient: Tensor, moment: Moment, priors: Sequence[Prior]) -> Tensor:
        """The gradient minus that of the penalties, which are weighed against a gradient of mean size 1.

        Only where there is a gradient: what the unit does not see would count in the size of the step otherwise, and
        change how large it is where the unit does see.
        """
        codes = self._codes.detach().requires_grad_()
        with torch.enable_grad():
            costs = [prior.penalty(codes, moment) for prior in priors]
            total = sum(cost.sum() for cost in costs if cost is not None)
        if not isinstance(total, Tensor):
            return gradient
        (uphill,) = torch.autograd.grad(total, codes)
        weighed = per_picture(mean_size(gradient), gradient) * uphill
        return gradient - torch.where(gradient == 0, 0.0, weighed)

    def _maps(self, pictures: Tensor, *, half: bool) -> Tensor:
        """The layer's maps (N, units, h, w) float32, for pictures (N, 3, h, w) of the canvas in 0..1."""
        x = self._inputs(pictures)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=half):
            maps = self._climb.part.run(x)
        return maps.float()

    def _inputs(self, pictures: Tensor) -> Tensor:
        """As the network takes them."""
        x = self._climb.preprocess.normalise(pictures * 255)
        return x.contiguous(memory_format=torch.channels_last) if x.device.type == "cpu" else x
