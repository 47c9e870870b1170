"""Schedules: the phases that a picture goes through, each with its own steps, priors, objective and canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from precompute.synthesis.objectives import check_objective
from precompute.synthesis.policies import Policy
from precompute.synthesis.priors import Prior

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo
    from precompute.synthesis.preset import Preset


@dataclass(frozen=True)
class Phase:
    """A part of a preset; None: as the preset says, and for the objective as the user asks.

    `objective` names a line of OBJECTIVES, or AUTO. `scale` is the side of what is painted in sides of the network's
    input: the network sees the middle of a larger canvas, which a shift moves about (Nguyen et al. 2016, MFV, 2.3),
    and a smaller one enlarged (octaves).
    """

    steps: int
    policy: Policy | None = None
    priors: tuple[Prior, ...] | None = None
    objective: str | None = None
    scale: float = 1.0


@dataclass(frozen=True)
class Stage:
    """A phase with everything filled in; `begin` is the number of its first step."""

    begin: int
    steps: int
    policy: Policy
    priors: tuple[Prior, ...]
    objective: str | None = None
    scale: float = 1.0


def stages(preset: Preset) -> tuple[Stage, ...]:
    """The preset's phases in their order; one for a preset without any.

    Together they have the preset's `steps`, each its share of them; one that is left with none is left out.
    """
    phases = preset.phases or (Phase(preset.steps),)
    planned, gone, found = sum(phase.steps for phase in phases), 0, []
    begin = 0
    for phase in phases:
        gone += phase.steps
        end = round(preset.steps * gone / planned)
        if end > begin:
            policy = preset.policy if phase.policy is None else phase.policy
            priors = preset.priors if phase.priors is None else phase.priors
            found.append(Stage(begin, end - begin, policy, priors, phase.objective, phase.scale))
        begin = end
    return tuple(found)


def check_phases(preset: Preset, layer: LayerInfo) -> None:
    """Raises ValueError, one sentence, for a phase's objective that the layer has not, or that takes its whole map."""
    for phase in preset.phases:
        if phase.objective is not None and check_objective(phase.objective, layer).whole_map:
            raise ValueError(
                f"A phase cannot have the objective {phase.objective}: it takes a layer's whole map."
            )
