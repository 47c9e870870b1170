"""The SETTINGS table: the numbers of the sampler as data, and where they come from. Quick to import (no torch)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

_FC6 = 3.74  # mean standard deviation of CaffeNet's fc6 code, for which the released numbers were chosen
_FC6_MEAN = 1.13
TOLD = {"prior": "eps1", "condition": "eps2", "noise": "eps3"}  # what the paper calls them


@dataclass(frozen=True)
class Times:
    """When a chain gives a sample.

    After every `reset` steps (0: never) it begins anew. From `burn_in` steps after a beginning on, every `every`-th
    state is a sample where its confidence (0..1, see `Condition`) is at least `threshold`.
    """

    steps: int
    reset: int
    burn_in: int
    every: int
    threshold: float


@dataclass(frozen=True)
class Settings:
    """How a chain moves: see `rules.RULES` for what `rule` makes of the other numbers.

    Step and noise are in units in which the code's mean standard deviation is `of_std`: 1 makes them deviations, and
    the released numbers, which are for one network's code, are carried over to any other by its own.
    `start` is the spread of the beginning, in standard deviations; codes stay below mean + `bound` of them. A reset
    also draws the prior's weight anew from `redraw`, evenly or (`redraw_log`) evenly in its logarithm. `own_only`:
    of the class's log-probability only the way through its own logit is followed.
    """

    title: str
    source: str
    rule: Literal["whole", "apart"]
    step: float
    prior: float  # the weight of R(h) - h: eps1 of the paper and the code, eps2 of the survey of 2019
    condition: float  # of the gradient: eps2
    noise: float  # its standard deviation: eps3
    of_std: float
    start: float
    bound: float
    own_only: bool
    redraw: tuple[float, float]
    redraw_log: bool
    classes: Times
    hidden: Times

    def times(self, *, classes: bool) -> Times:
        """For a class unit, or a hidden one."""
        return self.classes if classes else self.hidden


SETTINGS: dict[str, Settings] = {
    "balanced": Settings(
        "prior and condition each normalised by itself: weights that mean the same for every network",
        "own: the released step with scale-free terms; the condition fades with the square root of 1 - confidence",
        rule="apart",
        step=0.27,
        prior=0.1,
        condition=1.0,
        noise=0.02,
        of_std=1.0,
        start=1.0,
        bound=3.0,
        own_only=False,
        redraw=(0.03, 0.3),
        redraw_log=True,
        classes=Times(200, 0, 40, 5, 0.0),
        hidden=Times(1000, 100, 40, 10, 0.95),
    ),
    "released": Settings(
        "as the released code moves (paper-code): the sum of the terms is normalised as a whole",
        "Nguyen et al. 2017, released code: experiment 1 (classes) and 3 (hidden units of conv5); our burn-in",
        rule="whole",
        step=1.0,
        prior=1e-5,
        condition=1.0,
        noise=1e-17,
        of_std=_FC6,
        start=1 / _FC6,  # N(0, 1)
        bound=(30.0 - _FC6_MEAN) / _FC6,  # the clip at 30
        own_only=True,
        redraw=(1e-6, 1e-2),
        redraw_log=False,
        classes=Times(200, 0, 40, 5, 0.0),
        hidden=Times(1000, 100, 40, 10, 0.98),
    ),
}
SETTING_NAMES = tuple(SETTINGS)


def changed(settings: Settings, numbers: dict[str, Any], times: dict[str, Any]) -> Settings:
    """With other numbers, those of `times` for class and hidden units alike; what is None stays."""
    numbers = {name: value for name, value in numbers.items() if value is not None}
    times = {name: value for name, value in times.items() if value is not None}
    if "prior" in numbers:  # a weight that was asked for is not drawn anew
        numbers["redraw"] = (numbers["prior"], numbers["prior"])
    both = {name: replace(getattr(settings, name), **times) for name in ("classes", "hidden")}
    return replace(settings, **numbers, **both)


def as_json(settings: Settings) -> dict[str, Any]:
    """All that decides, as JSON values; the three weights by the paper's names."""
    told = {name: value for name, value in asdict(settings).items() if name not in ("title", "source")}
    return {TOLD.get(name, name): value for name, value in told.items()}


def too_short(times: Times) -> str:
    """One sentence, where a chain would end or begin anew before its first sample; else ""."""
    run = min(times.steps, times.reset or times.steps)
    if times.burn_in < run:
        return ""
    return f"A burn-in of {times.burn_in} steps leaves none of {run}: give a smaller --burn-in or more steps."
