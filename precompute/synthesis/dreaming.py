"""Dreams: pictures that climb what is no single unit, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from deepvis_app.messages import U8, LayerInfo
from deepvis_app.models import LoadedModel
from precompute.errors import CommandError
from precompute.synthesis import goals
from precompute.synthesis.aim import Task
from precompute.synthesis.goals import Term
from precompute.synthesis.maker import Made, Maker, Wish
from precompute.synthesis.objectives import Objective
from precompute.synthesis.part import Parts

# goal -> the preset that suits it
PRESET_OF = {
    goals.NORM: "dream",
    goals.MEAN: "octaves",
    goals.UNITS: "robust",
    goals.INVERSION: "inversion",
    goals.CARICATURE: "lucid",
}
_UNUSED = 0  # a task's unit, where the goal looks at none


class DreamError(CommandError):
    """What cannot be dreamt, in one sentence."""


@dataclass(frozen=True)
class Dream:
    """What is to be climbed at a layer: `goal` is one of GOAL_NAMES.

    `picture` (*size, 3) RGB is what inversion and caricature are of. `terms` and `scales` are those of `weighted`.
    """

    goal: str
    picture: U8 | None = None
    terms: tuple[Term, ...] = ()
    scales: Mapping[int, float] | None = None

    def objective(self, model: LoadedModel, layer: LayerInfo, parts: Parts) -> Objective:
        """Raises DreamError."""
        if self.goal == goals.NORM:
            return goals.layer_norm()
        if self.goal == goals.MEAN:
            return goals.layer_mean()
        if self.goal == goals.UNITS:
            return goals.weighted(self.terms, self.scales or {})
        target = _maps(model, layer, parts, self.picture)
        return goals.inversion(target) if self.goal == goals.INVERSION else goals.caricature(target)


def dreamt(
    model: LoadedModel,
    layer: LayerInfo,
    dream: Dream,
    wish: Wish,
    stopped: Callable[[], bool] = lambda: False,
    most: int | None = None,
) -> list[Made]:
    """One for each of the wish's seeds, in their order; empty when stopped. Raises DreamError."""
    parts = Parts(model)
    objective = dream.objective(model, layer, parts)
    unit = dream.terms[0].unit if dream.terms else _UNUSED
    try:
        maker = Maker(model, layer, wish, stopped, most, parts, objective)
    except ValueError as error:
        raise DreamError(str(error)) from error
    return maker.make([Task(unit, seed) for seed in wish.seeds])


@torch.no_grad()
def _maps(model: LoadedModel, layer: LayerInfo, parts: Parts, picture: U8 | None) -> torch.Tensor:
    """What the picture (*size, 3) does to the layer: (1, units, h, w). Raises DreamError."""
    if picture is None:
        raise DreamError("An inversion or a caricature is of a picture: name its file.")
    maps = parts.of(layer, whole_map=True).run(model.preprocess.tensor(picture, model.device)).float()
    if float(maps.abs().amax()) == 0:
        raise DreamError(
            f"Nothing in {layer.alias} responds to this picture: choose another layer or picture."
        )
    return maps
