"""The settings of a sweep, and what came of them so far: from there a sweep that was broken off goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.fingerprint import fingerprint
from precompute.kept import keep, kept
from precompute.synthesis.aim import Task
from precompute.synthesis.maker import Made, Wish
from precompute.synthesis.presets import Preset, as_json

FOLDER = "sweeps"
_FACTS = ("reason", "activation", "shown", "better", "rescued", "reseeded", "trace", "value")


@dataclass(frozen=True)
class Try:
    """One setting of a sweep; `beside` stands behind the value, `label` below it."""

    preset: Preset
    label: str
    beside: str = ""


@dataclass(frozen=True)
class Tried:
    """A setting with its picture, which is missing where nothing came out."""

    setting: Try
    made: Made


def tries_key(model: LoadedModel, layer: LayerInfo, wish: Wish, unit: int, tries: Sequence[Try]) -> str:
    """Of everything that decides about the pictures."""
    presets = [as_json(one.preset) for one in tries]
    first = None if wish.first is None else sha256(wish.first.tobytes()).hexdigest()
    generator = None if wish.generator is None else fingerprint(wish.generator)
    of_network = [model.info.fingerprint, str(model.preprocess), layer.name, unit]
    parts = [*of_network, wish.seeds, wish.half, wish.objective, wish.minimise, first, generator, presets]
    return sha256(json.dumps(parts).encode()).hexdigest()


def save(key: str, tried: Sequence[Tried]) -> None:
    """The first of the tries, in their order. Raises OSError."""
    rows = [
        {**{name: getattr(one.made, name) for name in _FACTS}, "seed": one.made.task.seed} for one in tried
    ]
    pictures = np.stack([one.made.rgb for one in tried if one.made.rgb is not None])
    keep(FOLDER, key, {"rows": rows}, {"pictures": pictures})


def load(key: str, unit: int, tries: Sequence[Try]) -> list[Tried]:
    """What `save` kept; empty where there is nothing whole."""
    found = kept(FOLDER, key)
    if found is None:
        return []
    facts, arrays = found
    try:
        rows, pictures = facts["rows"], arrays["pictures"]
        made = [
            Made(
                Task(unit, row["seed"]),
                rgb=rgb,
                trace=tuple(row["trace"]),
                **{name: row[name] for name in _FACTS if name != "trace"},
            )
            for row, rgb in zip(rows, pictures, strict=True)
        ]
    except (KeyError, ValueError, TypeError):
        return []
    return [Tried(*pair) for pair in zip(tries, made, strict=False)]
