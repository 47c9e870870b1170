"""Preferred pictures for the studies: made batch by batch, and kept in the cache folder, so that a study goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.messages import F32, U8, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.fingerprint import fingerprint
from precompute.generators.opening import open_generator
from precompute.generators.topology import AnyGenerator
from precompute.kept import keep, kept
from precompute.memory import give_back
from precompute.options import OptionError
from precompute.precision import half_is_fast
from precompute.studies.base import Desk, StudyStoppedError
from precompute.synthesis.aim import Task
from precompute.synthesis.maker import Made, Wish
from precompute.synthesis.making import Making
from precompute.synthesis.natural import encoder_of, identity, preset_for
from precompute.synthesis.objectives import AUTO
from precompute.synthesis.presets import DGN, DGN_START, PRESETS, Preset, as_json, presets_for

__all__ = ["DGN", "DGN_START", "Drawing", "Painted", "Task", "Way"]

FOLDER = "studies"
_SETS = 60  # of pictures, in the cache folder
_AT_ONCE_ON_CPU = 32  # pictures: more are hardly faster, and what is finished is kept sooner
_FACTS = ("unit", "seed", "activation", "shown", "better", "reason", "seconds")


@dataclass(frozen=True)
class Drawing:
    """A generator that was chosen, and what a report says of it."""

    generator: AnyGenerator
    card: dict[str, Any]
    name: str

    def told(self) -> dict[str, Any]:
        return {
            **identity(self.generator, self.card),
            "encoder": dict(encoder_of(self.card)),
            "size": self.generator.size,
        }


@dataclass(frozen=True)
class Painted:
    """A finished picture, RGB (h, w, 3): the network's whole input, or of pixels what the unit sees of it.

    `activation` is the unit's value before and `shown` after rounding to 8 bits; `better` of the layer's units
    are stronger there. `reason`: why there is no picture (then `rgb` is what was there). `seconds` are its share of
    the time that its batch took.
    """

    unit: int
    seed: int
    rgb: U8
    activation: float
    shown: float
    better: int
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Way:
    """How pictures are made, and of which units: `wish` says how, with a generator for DGN-AM."""

    model: LoadedModel
    layer: LayerInfo
    wish: Wish
    name: str  # for the progress


def open_drawing(name: str) -> Drawing:
    """A bundled, trained or brought generator. Raises GeneratorError."""
    generator, card = open_generator(name)
    return Drawing(generator, card, Path(name).stem if Path(name).suffix else name)


def drawings(names: str, generator: str) -> dict[str, Drawing | None]:
    """Of "dgn,robust": each way's name and what it paints through, None for pixels.

    Raises OptionError for a name that is neither dgn nor a preset, and GeneratorError.
    """
    listed = [name.strip() for name in names.split(",") if name.strip()]
    known = [DGN, *presets_for(codes=False)]
    if unknown := [name for name in listed if name not in known]:
        raise OptionError(f"--ways has {unknown[0]!r}, which is none; known are {', '.join(known)}.")
    if not listed:
        raise OptionError(f"--ways names nothing; known are {', '.join(known)}.")
    return {name: open_drawing(generator) if name == DGN else None for name in listed}


def way(
    desk: Desk,
    preset: str,
    drawing: Drawing | None,
    *,
    model: LoadedModel | None = None,
    layer: LayerInfo | None = None,
    like: LoadedModel | None = None,
    **wished: Any,
) -> Way:
    """The preset with the desk's --steps and --objective; `wished` are further fields of the Wish.

    For a network that the generator does not invert the steps are smaller, unless it is to be treated `like` one.
    """
    model, layer = model or desk.model, layer or desk.layer
    named = getattr(desk.options, "objective", None) or AUTO
    wish = Wish(
        _preset(preset, desk.options.steps, drawing, like or model),
        desk.seeds,
        named,
        half=half_is_fast(model.device),
        generator=drawing.generator if drawing else None,
        **wished,
    )
    return Way(model, layer, wish, preset)


def _preset(name: str, steps: int | None, drawing: Drawing | None, model: LoadedModel) -> Preset:
    """With another number of steps where that is asked for."""
    preset = preset_for(name, model, drawing.card) if drawing else PRESETS[name]
    return replace(preset, steps=steps) if steps else preset


def tasks_of(desk: Desk, units: Sequence[int] | None = None) -> list[Task]:
    """One for each unit and seed, the seeds of a unit together."""
    return [Task(unit, seed) for unit in (desk.units if units is None else units) for seed in desk.seeds]


def paint(desk: Desk, how: Way, tasks: Sequence[Task]) -> list[Painted]:
    """One picture for each task, in their order; those of an earlier run are taken from the cache folder.

    Raises StudyStoppedError; what is finished is kept.
    """
    key = _key(how, tasks)
    painted = kept_painted(key)
    desk.progress.start(len(tasks), "pictures", f"{how.name}, {how.model.info.title}", len(painted))
    few = _AT_ONCE_ON_CPU if how.model.device.type == "cpu" else None
    making = Making(how.model, how.wish, {}, desk.stop.wait, few)
    at_once = making.units_at_once(how.layer) * len(how.wish.seeds)
    while len(painted) < len(tasks):
        batch = tasks[len(painted) : len(painted) + at_once]
        begun = time.perf_counter()
        made = making.maker(how.layer.name).make(batch)
        if not made:
            raise StudyStoppedError
        seconds = (time.perf_counter() - begun) / len(made)
        painted += [_painted(one, seconds) for one in made]
        keep_painted(key, painted)
        give_back()
        desk.progress.advance(len(made), f"{how.layer.alias}:{batch[-1].unit}")
        desk.check()
    return painted


def _painted(made: Made, seconds: float) -> Painted:
    rgb = made.whole if made.whole is not None else made.rgb
    if rgb is None:
        raise OptionError(f"{made.task.unit}: no picture came out ({made.reason}).")
    numbers = (made.activation, made.shown, made.better)
    return Painted(made.task.unit, made.task.seed, rgb, *numbers, made.reason, round(seconds, 4))


def _key(how: Way, tasks: Sequence[Task]) -> str:
    """Of everything that decides about the pictures."""
    wish = how.wish
    parts = [
        how.model.info.fingerprint,
        str(how.model.preprocess),
        how.layer.name,
        as_json(wish.preset),
        [wish.objective, wish.minimise, wish.half, wish.gamma, sorted(wish.scales.items())],
        fingerprint(wish.generator) if wish.generator else "",
        _start(wish.first),
        [(str(task), _start(task.first)) for task in tasks],
    ]
    return key_of(parts)


def _start(first: U8 | F32 | None) -> str:
    return "" if first is None else sha256(first.tobytes()).hexdigest()


def key_of(parts: Sequence[Any]) -> str:
    """Of all that decides about pictures, as JSON values: under what they are kept."""
    return sha256(json.dumps(parts).encode()).hexdigest()


def keep_painted(key: str, painted: Sequence[Painted]) -> None:
    """Put pictures of one size into the cache folder. Raises OSError."""
    rows = [{name: getattr(one, name) for name in _FACTS} for one in painted]
    keep(FOLDER, key, {"rows": rows}, {"pictures": np.stack([one.rgb for one in painted])}, most=_SETS)


def kept_painted(key: str) -> list[Painted]:
    """What `keep_painted` kept; empty where there is nothing whole."""
    found = kept(FOLDER, key)
    if found is None:
        return []
    facts, arrays = found
    try:
        return [Painted(rgb=rgb, **row) for row, rgb in zip(facts["rows"], arrays["pictures"], strict=True)]
    except (KeyError, ValueError, TypeError):
        return []
