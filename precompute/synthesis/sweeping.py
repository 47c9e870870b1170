"""Sweeps over the regularisers of 2015: many combinations drawn at random, and each one alone from none to strong."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepvis_app.files import atomic_write
from deepvis_app.messages import U8, LayerInfo
from deepvis_app.models import LoadedModel
from precompute.publish.pictures import encode_exact
from precompute.publish.sheet import Tile, draw_sheet
from precompute.synthesis.aim import Task
from precompute.synthesis.maker import Maker, Wish
from precompute.synthesis.policies import Normalised
from precompute.synthesis.presets import Preset, as_json
from precompute.synthesis.priors import Blur, Decay, Prior, SmallContribution, SmallNorm
from precompute.synthesis.tries import Tried, Try, load, save, tries_key

COLUMNS = 9  # steps of a row of the one-at-a-time sweep
SAVED_EVERY_S = 20.0
_EVERY = 4  # steps from blur to blur, as in Table 1
# The strongest value of each row: there it makes the ascent fail or the picture unreadable (Fig. 3).
STRONGEST: dict[str, Callable[[float], Prior]] = {
    "decay": lambda share: Decay(0.5 * share),
    "blur": lambda share: Blur(4.0 * share, _EVERY),
    "small norm": lambda share: SmallNorm(95.0 * share),
    "small contribution": lambda share: SmallContribution(95.0 * share),
}
_WORDS = {Decay: "decay ", Blur: "blur ", SmallNorm: "norm ", SmallContribution: "contrib. "}
_LETTERS = {Decay: "d", Blur: "b", SmallNorm: "n", SmallContribution: "c"}
FOOTER = (
    "first line: the value reached (s: normalised step); second: d decay, b blur width/every, "
    "n and c percentiles of norm and contribution"
)


def random_tries(base: Preset, count: int, seed: int) -> list[Try]:
    """`count` settings, each regulariser left out half of the time; steps and noise are the base's.

    The space: L2 decay log-uniform 1e-5..0.3, blur width 0.3..2 every 1..10 steps, both percentiles 0..95, the
    normalised step log-uniform 0.2..8 in 1/255. The paper does not publish its own space.
    """
    dice = random.Random(seed)
    tries = []
    for _ in range(count):
        priors: list[Prior] = []
        if dice.random() < 0.5:
            priors.append(Decay(_round(_log_uniform(dice, 1e-5, 0.3))))
        if dice.random() < 0.5:
            priors.append(Blur(_round(dice.uniform(0.3, 2.0)), dice.randint(1, 10)))
        if dice.random() < 0.5:
            priors.append(SmallNorm(_round(dice.uniform(0, 95))))
        if dice.random() < 0.5:
            priors.append(SmallContribution(_round(dice.uniform(0, 95))))
        policy = Normalised(_round(_log_uniform(dice, 0.2, 8.0)))
        preset = replace(base, priors=tuple(priors), policy=policy)
        tries.append(Try(preset, _words(priors, _LETTERS), f"s{policy.step:.2g}"))
    return tries


def single_tries(base: Preset) -> list[Try]:
    """One row for each regulariser of 2015, alone, linearly from none to its strongest value (Fig. 3)."""
    tries = []
    for make in STRONGEST.values():
        for column in range(COLUMNS):
            prior = make(column / (COLUMNS - 1))
            tries.append(Try(replace(base, priors=(prior,) if column else ()), _words([prior], _WORDS)))
    return tries


def make(
    model: LoadedModel, layer: LayerInfo, wish: Wish, unit: int, tries: list[Try], stopped: Callable[[], bool]
) -> Iterator[Tried]:
    """One picture for each setting, one after the other; ends early when stopped.

    What an earlier sweep with the same settings made is taken over.
    """
    key = tries_key(model, layer, wish, unit, tries)
    tried = load(key, unit, tries)
    yield from tried
    saved_at, new = time.monotonic(), False
    try:
        for setting in tries[len(tried) :]:
            maker = Maker(model, layer, replace(wish, preset=setting.preset), stopped)
            made = maker.make([Task(unit, wish.seeds[0])])
            if not made:
                return
            tried.append(Tried(setting, made[0]))
            new = True
            yield tried[-1]
            if time.monotonic() - saved_at > SAVED_EVERY_S:
                save(key, tried)
                saved_at, new = time.monotonic(), False
    finally:
        if new:
            save(key, tried)


def write(
    tried: list[Tried],
    stem: Path,
    title: str,
    columns: int | None = None,
    facts: Mapping[str, Any] | None = None,
    footer: str = FOOTER,
) -> None:
    """`stem`.png, a labelled contact sheet, and `stem`.json with the parameters and values in the same order.

    `facts` are JSON values: of which network, layer and unit, and how.
    """
    tiles = [Tile(_picture(one), _value(one), one.setting.label) for one in tried]
    sheet = draw_sheet(tiles, title, footer, columns=columns)
    with atomic_write(stem.with_suffix(".png")) as file:
        file.write(encode_exact(sheet, "png"))
    rows = [
        {
            **as_json(one.setting.preset),
            "seed": one.made.task.seed,
            "activation": one.made.activation,
            "shown": one.made.shown,
            "failed": one.made.reason,
        }
        for one in tried
    ]
    with atomic_write(stem.with_suffix(".json")) as file:
        file.write(json.dumps({"title": title, **(facts or {}), "tries": rows}, indent=1).encode())


def strongest_first(tried: list[Tried]) -> list[Tried]:
    return sorted(tried, key=lambda one: (bool(one.made.reason), -one.made.activation))


def _picture(one: Tried) -> U8 | None:
    return None if one.made.reason else one.made.rgb


def _value(one: Tried) -> str:
    return one.made.reason or f"{one.made.activation:.1f} {one.setting.beside}".strip()


def _words(priors: Sequence[Prior], names: Mapping[type, str]) -> str:
    return " ".join(f"{names[type(prior)]}{_numbers(prior)}" for prior in priors)


def _numbers(prior: Any) -> str:
    if isinstance(prior, Blur):
        return f"{_short(prior.width)}/{prior.every}"
    return _short(prior.rate if isinstance(prior, Decay) else prior.percent)


def _short(value: float) -> str:
    """Two digits, without the zero before the point."""
    text = f"{value:.2g}"
    return text[1:] if text.startswith("0.") else text


def _log_uniform(dice: random.Random, low: float, high: float) -> float:
    return math.exp(dice.uniform(math.log(low), math.log(high)))


def _round(value: float) -> float:
    return float(f"{value:.3g}")
