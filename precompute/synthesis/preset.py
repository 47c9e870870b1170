"""What a preset is, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from precompute.synthesis.policies import POLICIES, Policy
from precompute.synthesis.priors import PRIORS, Prior
from precompute.synthesis.schedule import Phase


@dataclass(frozen=True)
class Preset:
    """`noise` is the standard deviation of the starting noise in 0..1.

    A preset with a `bound` is for codes of a generator, which stay so many standard deviations about their mean;
    `noise` is then in standard deviations of each element. One without is for pixels.

    `keep` says which picture is the result: that of the highest value on the way ("best", as in 2015) or the
    last one, which is the better choice where the network sees each picture moved. `natural` in 0..1 is how much
    colours vary as in photographs (see Pixels). `policy_2015` is the step
    policy that the toolbox's documentation names for the same numbers; its rates fit the network of 2015 only.

    `image` names a line of SPACES. With `phases` the `steps` are shared out among them, and `policy` and `priors` are
    those of phases without their own.
    """

    title: str
    source: str
    steps: int
    policy: Policy
    priors: tuple[Prior, ...] = ()
    noise: float = 10 / 255  # N(0, 10) around the mean colour, in 0..255: "mean_plus_rand" of 2015
    keep: Literal["best", "last"] = "best"
    natural: float = 0.0
    policy_2015: Policy | None = None
    bound: float | None = None
    image: str = "pixels"
    phases: tuple[Phase, ...] = ()


def as_json(preset: Preset) -> dict[str, Any]:
    """The preset as JSON values, complete: what a run records of it."""
    values = {field.name: getattr(preset, field.name) for field in fields(preset)}
    del values["policy_2015"]  # what was not used
    if preset.bound is None:
        del values["bound"]
    if (
        preset.image == "pixels"
    ):  # what was not there once is told only where it is used: runs of the past are known
        del values["image"]
    values["policy"] = _named(POLICIES, preset.policy)
    values["priors"] = [_named(PRIORS, prior) for prior in preset.priors]
    if preset.phases:
        values["phases"] = [_phase_as_json(phase) for phase in preset.phases]
    else:
        del values["phases"]
    return values


def _phase_as_json(phase: Phase) -> dict[str, Any]:
    """Without what is as the preset says."""
    values: dict[str, Any] = {"steps": phase.steps, "scale": phase.scale}
    if phase.policy is not None:
        values["policy"] = _named(POLICIES, phase.policy)
    if phase.priors is not None:
        values["priors"] = [_named(PRIORS, prior) for prior in phase.priors]
    if phase.objective is not None:
        values["objective"] = phase.objective
    return values


def _named(table: Mapping[str, type], thing: Any) -> dict[str, Any]:
    """The name under which the table has the thing's class, and the thing's own numbers."""
    name = next(name for name, kind in table.items() if kind is type(thing))
    return {"name": name, **asdict(thing)}
