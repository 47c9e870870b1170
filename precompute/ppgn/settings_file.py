"""The sampler's settings as files: JSON that a user has edited, or that comes from a stranger. Quick to import."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from precompute.ppgn.settings import SETTINGS, TOLD, Settings, Times, as_json
from precompute.synthesis.json_values import (
    ENDING,
    MOST_STEPS,
    PresetError,
    choice,
    fits,
    number,
    read_json,
    record,
    shown,
    whole,
    words,
)

# The least and the largest. Of what would be divided by, nothing is not enough.
_RANGES: dict[str, tuple[float, float]] = {
    "step": (1e-9, 1e6), "eps1": (0.0, 1e9), "eps2": (0.0, 1e9), "eps3": (0.0, 1e9), "of_std": (1e-9, 1e9),
    "start": (0.0, 1e6), "bound": (1e-6, 1e6),
}  # fmt: skip
_TIMES = {
    "steps": (1, MOST_STEPS),
    "reset": (0, MOST_STEPS),
    "burn_in": (0, MOST_STEPS),
    "every": (1, MOST_STEPS),
}
_SAID = ("title", "source")


def settings_named(word: str) -> Settings:
    """The settings of that name, or of the file with that path. Raises PresetError."""
    if word in SETTINGS:
        return SETTINGS[word]
    if not word.endswith(ENDING):
        raise PresetError(f"There are no settings {word}; known are {', '.join(SETTINGS)}.")
    return read_json(Path(word), "file of settings", settings_from)


def are_settings(path: Path) -> bool:
    """Whether the file is meant to be settings, right or wrong. Raises PresetError where it is no JSON."""
    return read_json(path, "preset", lambda values: isinstance(values, dict) and "rule" in values)


def written_settings(settings: Settings) -> str:
    """The settings as JSON for people, with the names of the paper for the three weights."""
    said = {name: getattr(settings, name) for name in _SAID}
    return json.dumps({**said, **as_json(settings)}, indent=1, ensure_ascii=False)


def settings_from(values: Any) -> Settings:
    """The settings of which these are the JSON values. Raises PresetError."""
    own = {TOLD.get(field.name, field.name): field.name for field in fields(Settings)}
    given = record(values, set(own), set(own) - set(_SAID), "the file")
    choice(given["rule"], ("whole", "apart"), "rule")
    for name in ("own_only", "redraw_log"):
        if not fits(given[name], bool):
            raise PresetError(f"{name} must be true or false, not {shown(given[name])}")
    checked = {
        **{name: words(given, name) for name in _SAID},
        **{name: number(given[name], *ends, name) for name, ends in _RANGES.items()},
        **{name: _times(given[name], name) for name in ("classes", "hidden")},
        "redraw": _redraw(given["redraw"]),
    }
    return Settings(**{own[name]: value for name, value in {**given, **checked}.items()})


def _times(values: Any, name: str) -> Times:
    known = set(get_type_hints(Times))
    given = record(values, known, known, name)
    counts = {key: whole(given[key], *ends, f"{key} of {name}") for key, ends in _TIMES.items()}
    return Times(**counts, threshold=number(given["threshold"], 0.0, 1.0, f"threshold of {name}"))


def _redraw(values: Any) -> tuple[float, float]:
    if not isinstance(values, list) or len(values) != 2:
        raise PresetError(f"redraw must be two numbers in brackets, not {shown(values)}")
    low = number(values[0], 0.0, 1e9, "the first of redraw")
    return low, number(values[1], low, 1e9, "the second of redraw")
