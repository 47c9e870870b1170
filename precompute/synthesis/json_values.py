"""Values of JSON that a user has edited, or that comes from a stranger: each is checked before it is taken."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from deepvis_app.words import nearest
from precompute.options import OptionError

ENDING = ".json"
MOST_STEPS = 100_000
_LARGEST = 1 << 20  # bytes
_PARTS = 100  # of a list
_LETTERS = 500

Made = TypeVar("Made")


class PresetError(OptionError):
    """What is wrong with a preset or with a sampler's settings, in one sentence."""


def read_json(path: Path, what: str, build: Callable[[Any], Made]) -> Made:
    """What `build` makes of the file's values. Raises PresetError, which names the file and says what is wrong in it;
    `what` is such as "preset".
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PresetError(f"{path}: {error.strerror or error}.") from error
    try:
        if len(data) > _LARGEST:
            raise PresetError(f"it is too large for a {what}")
        return build(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise PresetError(f"{path.name} is not JSON ({error}).") from error
    except PresetError as error:
        raise PresetError(f"{path.name} is no {what}: {error}.") from error


def record(values: Any, known: set[str] | None, needed: set[str], what: str) -> dict[str, Any]:
    """A copy of an object that has all that is `needed` and nothing but what is `known` (None: anything)."""
    if not isinstance(values, dict):
        raise PresetError(f"{what} must be an object in braces, not {shown(values)}")
    for name in values:
        if known is not None and name not in known:
            raise PresetError(f"{what} has no {name[:40]!r}; the nearest are {nearest(name, sorted(known))}")
    missing = sorted(needed - set(values))
    if missing:
        raise PresetError(f"{what} needs {missing[0]!r}")
    return dict(values)


def fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value is of the kind that a field says; numbers are finite."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint is float:
        return _is_number(value) and abs(value) <= 1e12
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1e9
    return hint in (bool, type(None)) and isinstance(value, hint)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any, low: float, high: float, what: str) -> float:
    if not _is_number(value) or not low <= value <= high:
        raise PresetError(f"{what} must be a number from {low:g} to {high:g}, not {shown(value)}")
    return float(value)


def whole(value: Any, low: int, high: int, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise PresetError(f"{what} must be a whole number from {low} to {high}, not {shown(value)}")
    return value


def words(given: Mapping[str, Any], name: str) -> str:
    """A title or a source; "" where it is left out."""
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > _LETTERS:
        raise PresetError(f"{name} must be words, at most {_LETTERS} letters")
    return value


def listed(values: Any, what: str) -> list[Any]:
    if not isinstance(values, list) or len(values) > _PARTS:
        raise PresetError(f"{what} must be a list in brackets of at most {_PARTS}, not {shown(values)}")
    return values


def choice(value: Any, names: Mapping[str, Any] | tuple[str, ...], what: str) -> None:
    if not isinstance(value, str) or value not in names:
        near = nearest(value, names) if isinstance(value, str) else ", ".join(names)
        raise PresetError(f"there is no {what} {shown(value)}; the nearest are {near}")


def shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
