"""Dreams: pictures that climb what is no single unit."""

from __future__ import annotations

from collections.abc import Callable

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.synthesis.aim import Task
from precompute.synthesis.goals.base import Aimed, DreamError
from precompute.synthesis.maker import Made, Maker, Wish


def dreamt(
    model: LoadedModel,
    layer: LayerInfo,
    aimed: Aimed,
    wish: Wish,
    stopped: Callable[[], bool] = lambda: False,
    most: int | None = None,
) -> list[Made]:
    """One for each of the wish's seeds, in their order; empty when stopped. Raises DreamError.

    Where the objective has frames, so many for each seed, and `most` is in videos.
    """
    frames = aimed.objective.frames
    try:
        maker = Maker(model, layer, wish, stopped, most and most * frames, aimed.parts, aimed.objective)
    except ValueError as error:
        raise DreamError(str(error)) from error
    return maker.make([Task(aimed.unit, seed) for seed in wish.seeds for _ in range(frames)])
