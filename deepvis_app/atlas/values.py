"""JSON values that an atlas keeps. What comes back is a stranger's: every value's type is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from deepvis_app.messages import Box


def to_json(value: object) -> str:
    """Compact JSON with sorted keys; numpy numbers become plain ones. Raises ValueError for NaN and infinity."""
    return json.dumps(
        value,
        default=plain_number,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        ensure_ascii=False,
    )


def box_of(value: object) -> Box | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError("a box is four numbers")
    top, left, bottom, right = (whole_number(v) for v in value)
    return top, left, bottom, right


def parsed(text: object) -> Any:
    if not isinstance(text, str):
        raise ValueError("no JSON")
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _no_number(word: str) -> float:
    """NaN and infinities are no JSON, though Python's parser takes them."""
    raise ValueError(f"{word} in JSON")


def mapping_of(text: object) -> Mapping[str, Any]:
    return as_mapping(parsed(text))


def as_mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def real(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float) or hasattr(value, "__float__") else math.nan
    except OverflowError as error:  # a whole number beyond every float
        raise ValueError("a number that is too large") from error
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    return number


def whole_number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def plain_number(value: object) -> Any:
    item = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"{type(value).__name__} is not a JSON value")
    return item()
