"""Random search over how far, how often and how strongly drawn back a code is moved (Nguyen et al. 2016, section 2)."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from precompute.synthesis.policies import CodeStep
from precompute.synthesis.presets import Preset
from precompute.synthesis.priors import Decay
from precompute.synthesis.tries import Try

# Each drawn log-uniformly: steps as a share of the preset's, first step, rate of shrinking. The paper gives no space.
STEPS, STEP, RATE = (0.15, 2.0), (0.1, 8.0), (0.0003, 0.1)
FOOTER = (
    "first line: the value reached (s: first step in standard deviations); "
    "second: steps, x what is left of the code after each"
)


def random_settings(base: Preset, count: int, seed: int) -> list[Try]:
    """`count` settings of steps, step size and shrinking (the paper's lambda; none for a quarter of them).

    Values alone do not tell which pictures a person recognises: the paper chose by eye.
    """
    dice = random.Random(seed)
    tries = []
    for _ in range(count):
        steps = max(round(base.steps * _log_uniform(dice, STEPS)), 1)
        step, rate = _short(_log_uniform(dice, STEP)), _short(_log_uniform(dice, RATE))
        shrinks = dice.random() >= 0.25
        preset = replace(base, steps=steps, policy=CodeStep(step), priors=(Decay(rate),) if shrinks else ())
        left = f"x{1 - rate:.4g}" if shrinks else "x1"
        tries.append(Try(preset, f"{steps} {left}", f"s{step:g}"))
    return tries


def _log_uniform(dice: random.Random, ends: tuple[float, float]) -> float:
    return math.exp(dice.uniform(math.log(ends[0]), math.log(ends[1])))


def _short(value: float) -> float:
    """With two digits, as it is shown."""
    return float(f"{value:.2g}")
