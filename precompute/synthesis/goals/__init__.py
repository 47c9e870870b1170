"""Goals of `dream`: what pictures climb that is no single unit. One file a goal, one line here; no torch."""

from precompute.synthesis.goals import (
    caricature,
    inversion,
    mean,
    norm,
    segmentation,
    sentence,
    unit_map,
    units,
    video,
)
from precompute.synthesis.goals.base import Aimed, Goal

GOALS: dict[str, Goal] = {
    goal.name: goal
    for goal in (
        norm.GOAL,
        mean.GOAL,
        units.GOAL,
        inversion.GOAL,
        caricature.GOAL,
        unit_map.GOAL,
        segmentation.GOAL,
        sentence.GOAL,
        video.GOAL,
    )
}

__all__ = ["GOALS", "Aimed", "Goal"]
