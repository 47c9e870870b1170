"""Goals of `dream`: what pictures climb that is no single unit. One file a goal, one line here; no torch."""

from precompute.synthesis.goals import caricature, inversion, mean, norm, units
from precompute.synthesis.goals.base import Aimed, Goal

GOALS: dict[str, Goal] = {
    goal.name: goal for goal in (norm.GOAL, mean.GOAL, units.GOAL, inversion.GOAL, caricature.GOAL)
}

__all__ = ["GOALS", "Aimed", "Goal"]
