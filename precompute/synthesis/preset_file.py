"""Presets as files: JSON that a user has edited, or that comes from a stranger. Only numbers and names are read."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from deepvis_app.files import atomic_write
from deepvis_app.words import nearest
from precompute.errors import CommandError
from precompute.synthesis.objectives import AUTO, OBJECTIVES
from precompute.synthesis.policies import POLICIES
from precompute.synthesis.preset import Preset, as_json
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import PRIORS
from precompute.synthesis.schedule import Phase
from precompute.synthesis.spaces import SPACES

ENDING = ".json"
_LARGEST = 1 << 20  # bytes
_MOST = 100_000  # steps
_PARTS = 100  # phases, and priors of one
_LETTERS = 500
_SCALES = (0.1, 4.0)
# Numbers of a preset: the least and the largest.
_RANGES: dict[str, tuple[float, float]] = {"noise": (0.0, 100.0), "natural": (0.0, 1.0), "bound": (1e-6, 1e6)}

# Numbers of priors that decide how long a step takes or how much memory: the largest.
_LARGEST_OF = {"width": 224, "end_width": 224, "levels": 12, "sweeps": 1000, "pixels": 10_000}


class PresetError(CommandError):
    """What is wrong with a preset, in one sentence."""


def preset_named(word: str) -> Preset:
    """The preset of that name, or of the file with that path. Raises PresetError."""
    if word in PRESETS:
        return PRESETS[word]
    if not word.endswith(ENDING):
        raise PresetError(f"There is no preset {word}; the nearest are {nearest(word, PRESETS)}.")
    return read_preset(Path(word))


def save_preset(preset: Preset, path: Path) -> None:
    """As `read_preset` takes it. Raises OSError."""
    with atomic_write(path) as file:
        file.write((written(preset) + "\n").encode())


def written(preset: Preset) -> str:
    """The preset as JSON for people."""
    return json.dumps(as_json(preset), indent=1, ensure_ascii=False)


def read_preset(path: Path) -> Preset:
    """Raises PresetError, which names the file and says what is wrong in it."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PresetError(f"{path}: {error.strerror or error}.") from error
    try:
        if len(data) > _LARGEST:
            raise PresetError("it is too large for a preset")
        return preset_from(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise PresetError(f"{path.name} is not JSON ({error}).") from error
    except PresetError as error:
        raise PresetError(f"{path.name} is no preset: {error}.") from error


def preset_from(values: Any) -> Preset:
    """The preset of which these are the JSON values. Raises PresetError."""
    known = {field.name for field in fields(Preset)} - {"policy_2015"}
    given = _record(values, known, {"steps", "policy"}, "the preset")
    kept: dict[str, Any] = {name: given[name] for name in ("keep", "image") if name in given}
    kept |= {
        name: _number(given[name], *ends, name)
        for name, ends in _RANGES.items()
        if given.get(name) is not None
    }
    _choice(kept.get("keep", "best"), ("best", "last"), "keep")
    _choice(kept.get("image", "pixels"), SPACES, "image")
    preset = Preset(
        title=_text(given, "title"),
        source=_text(given, "source"),
        steps=_steps(given["steps"], "the preset"),
        policy=_thing(POLICIES, given["policy"], "policy"),
        priors=_priors(given.get("priors", [])),
        phases=tuple(map(_phase, _listed(given.get("phases", []), "phases"))),
        **kept,
    )
    if preset.bound is not None and (
        preset.image != "pixels" or any(one.scale != 1 for one in preset.phases)
    ):
        raise PresetError("bound is for a generator's codes, which have neither another image nor a scale")
    return preset


def prior_of(words: str) -> Any:
    """The prior of words such as `bilateral` or `split-bregman:weight=50,sweeps=20`. Raises PresetError."""
    name, _, numbers = words.partition(":")
    values: dict[str, Any] = {"name": name.strip()}
    for part in filter(None, numbers.split(",")):
        field, _, text = part.partition("=")
        try:
            values[field.strip()] = json.loads(text)
        except ValueError:
            raise PresetError(f"--prior {words}: {part!r} is no FIELD=NUMBER.") from None
    try:
        return _thing(PRIORS, values, "prior")
    except PresetError as error:
        raise PresetError(f"--prior {words}: {error}.") from None


def _phase(values: Any) -> Phase:
    given = _record(values, {field.name for field in fields(Phase)}, {"steps"}, "a phase")
    if given.get("objective") is not None:
        plain = [name for name, objective in OBJECTIVES.items() if not objective.whole_map]
        _choice(given["objective"], (AUTO, *plain), "objective")
    return Phase(
        _steps(given["steps"], "a phase"),
        None if given.get("policy") is None else _thing(POLICIES, given["policy"], "policy"),
        None if given.get("priors") is None else _priors(given["priors"]),
        given.get("objective"),
        _number(given.get("scale", 1.0), *_SCALES, "scale"),
    )


def _priors(values: Any) -> tuple[Any, ...]:
    return tuple(map(partial(_thing, PRIORS, what="prior"), _listed(values, "priors")))


def _thing(table: Mapping[str, type], values: Any, what: str) -> Any:
    """An entry of a table, made of its name and its own numbers."""
    given = _record(values, None, {"name"}, f"a {what}")
    name = given.pop("name")
    _choice(name, table, what)
    kind = table[name]
    needed = {
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    }
    hints = get_type_hints(kind)
    _record(given, {field.name for field in fields(kind)}, needed, f"{what} {name}")
    for field, value in given.items():
        too_large = isinstance(value, (int, float)) and value > _LARGEST_OF.get(field, math.inf)
        if too_large or not _fits(value, hints[field]):
            raise PresetError(f"{field} of {what} {name} cannot be {_shown(value)}")
    try:
        return kind(**given)
    except (ValueError, TypeError, OverflowError) as error:
        raise PresetError(str(error).rstrip(".")) from error


def _record(values: Any, known: set[str] | None, needed: set[str], what: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise PresetError(f"{what} must be an object in braces, not {_shown(values)}")
    for name in values:
        if known is not None and name not in known:
            raise PresetError(f"{what} has no {name[:40]!r}; the nearest are {nearest(name, sorted(known))}")
    missing = sorted(needed - set(values))
    if missing:
        raise PresetError(f"{what} needs {missing[0]!r}")
    return dict(values)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value is of the kind that a field says; numbers are finite."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint is float:
        return _is_number(value) and abs(value) <= 1e12
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1e9
    return hint in (bool, type(None)) and isinstance(value, hint)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: Any, low: float, high: float, what: str) -> float:
    if not _is_number(value) or not low <= value <= high:
        raise PresetError(f"{what} must be a number from {low:g} to {high:g}, not {_shown(value)}")
    return float(value)


def _steps(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise PresetError(f"steps of {what} must be a whole number from 1 to {_MOST}, not {_shown(value)}")
    return value


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > _LETTERS:
        raise PresetError(f"{name} must be words, at most {_LETTERS} letters")
    return value


def _listed(values: Any, what: str) -> list[Any]:
    if not isinstance(values, list) or len(values) > _PARTS:
        raise PresetError(f"{what} must be a list in brackets of at most {_PARTS}, not {_shown(values)}")
    return values


def _choice(value: Any, names: Mapping[str, Any] | tuple[str, ...], what: str) -> None:
    if not isinstance(value, str) or value not in names:
        near = nearest(value, names) if isinstance(value, str) else ", ".join(names)
        raise PresetError(f"there is no {what} {_shown(value)}; the nearest are {near}")


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
