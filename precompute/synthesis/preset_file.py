"""Presets as files: JSON that a user has edited, or that comes from a stranger. Only numbers and names are read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from precompute.synthesis.json_values import (
    ENDING,
    MOST_STEPS,
    PresetError,
    choice,
    fits,
    listed,
    number,
    read_json,
    record,
    shown,
    whole,
    words,
)
from precompute.synthesis.objectives import AUTO, OBJECTIVES
from precompute.synthesis.policies import POLICIES
from precompute.synthesis.preset import Preset, as_json
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import PRIORS
from precompute.synthesis.schedule import Phase
from precompute.synthesis.spaces import SPACES

__all__ = [
    "ENDING",
    "PresetError",
    "preset_from",
    "preset_named",
    "prior_of",
    "read_preset",
    "written",
]

_SCALES = (0.1, 4.0)
# Numbers of a preset: the least and the largest.
_RANGES: dict[str, tuple[float, float]] = {"noise": (0.0, 100.0), "natural": (0.0, 1.0), "bound": (1e-6, 1e6)}

# Numbers of priors that decide how long a step takes or how much memory: the largest.
_LARGEST_OF = {"width": 224, "end_width": 224, "levels": 12, "sweeps": 1000, "pixels": 10_000}


def preset_named(word: str) -> Preset:
    """The preset of that name, or of the file with that path. Raises PresetError."""
    if word in PRESETS:
        return PRESETS[word]
    if not word.endswith(ENDING):
        raise PresetError(f"There is no preset {word}; known are {', '.join(PRESETS)}.")
    return read_preset(Path(word))


def written(preset: Preset) -> str:
    """The preset as JSON for people, which `read_preset` takes."""
    return json.dumps(as_json(preset), indent=1, ensure_ascii=False)


def read_preset(path: Path) -> Preset:
    """Raises PresetError, which names the file and says what is wrong in it."""
    return read_json(path, "preset", preset_from)


def preset_from(values: Any) -> Preset:
    """The preset of which these are the JSON values. Raises PresetError."""
    known = {field.name for field in fields(Preset)} - {"policy_2015"}
    given = record(values, known, {"steps", "policy"}, "the preset")
    kept: dict[str, Any] = {name: given[name] for name in ("keep", "image") if name in given}
    kept |= {
        name: number(given[name], *ends, name)
        for name, ends in _RANGES.items()
        if given.get(name) is not None
    }
    choice(kept.get("keep", "best"), ("best", "last"), "keep")
    choice(kept.get("image", "pixels"), SPACES, "image")
    preset = Preset(
        title=words(given, "title"),
        source=words(given, "source"),
        steps=whole(given["steps"], 1, MOST_STEPS, "steps of the preset"),
        policy=_thing(POLICIES, given["policy"], "policy"),
        priors=_priors(given.get("priors", [])),
        phases=tuple(map(_phase, listed(given.get("phases", []), "phases"))),
        **kept,
    )
    if preset.bound is not None and (
        preset.image != "pixels" or any(one.scale != 1 for one in preset.phases)
    ):
        raise PresetError("bound is for a generator's codes, which have neither another image nor a scale")
    return preset


def prior_of(said: str) -> Any:
    """The prior of words such as `bilateral` or `split-bregman:weight=50,sweeps=20`. Raises PresetError."""
    name, _, numbers = said.partition(":")
    values: dict[str, Any] = {"name": name.strip()}
    for part in filter(None, numbers.split(",")):
        field, _, text = part.partition("=")
        try:
            values[field.strip()] = json.loads(text)
        except ValueError:
            raise PresetError(f"--prior {said}: {part!r} is no FIELD=NUMBER.") from None
    try:
        return _thing(PRIORS, values, "prior")
    except PresetError as error:
        raise PresetError(f"--prior {said}: {error}.") from None


def _phase(values: Any) -> Phase:
    given = record(values, {field.name for field in fields(Phase)}, {"steps"}, "a phase")
    if given.get("objective") is not None:
        plain = [name for name, objective in OBJECTIVES.items() if not objective.whole_map]
        choice(given["objective"], (AUTO, *plain), "objective")
    return Phase(
        whole(given["steps"], 1, MOST_STEPS, "steps of a phase"),
        None if given.get("policy") is None else _thing(POLICIES, given["policy"], "policy"),
        None if given.get("priors") is None else _priors(given["priors"]),
        given.get("objective"),
        number(given.get("scale", 1.0), *_SCALES, "scale"),
    )


def _priors(values: Any) -> tuple[Any, ...]:
    return tuple(map(partial(_thing, PRIORS, what="prior"), listed(values, "priors")))


def _thing(table: Mapping[str, type], values: Any, what: str) -> Any:
    """An entry of a table, made of its name and its own numbers."""
    given = record(values, None, {"name"}, f"a {what}")
    name = given.pop("name")
    choice(name, table, what)
    kind = table[name]
    needed = {
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    }
    hints = get_type_hints(kind)
    record(given, {field.name for field in fields(kind)}, needed, f"{what} {name}")
    for field, value in given.items():
        too_large = isinstance(value, (int, float)) and value > _LARGEST_OF.get(field, math.inf)
        if too_large or not fits(value, hints[field]) or (table is POLICIES and value < 0):
            raise PresetError(f"{field} of {what} {name} cannot be {shown(value)}")
    try:
        return kind(**given)
    except (ValueError, TypeError, OverflowError) as error:
        raise PresetError(str(error).rstrip(".")) from error
