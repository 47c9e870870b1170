"""What both kinds of child process write: one JSON object a line, of which nothing is taken on trust."""

from __future__ import annotations

import json
import math
from typing import Any


def event_of(line: str | bytes) -> dict[str, Any] | None:
    """The event that a line tells, or None where it tells none."""
    if line.lstrip()[:1] not in ("{", b"{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and "event" in event else None


def real(value: object, low: float = -1e300, high: float = 1e300) -> float | None:
    """A finite number from `low` to `high`, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high and math.isfinite(value) else None


def whole_number(value: object) -> int:
    """A count, up to 1e12: 0 for what is none."""
    return int(real(value, 0.0, 1e12) or 0)


def shortened(text: str, most: int) -> str:
    """In one line of at most so many characters, and a mark where that cuts."""
    text = "".join(c if c.isprintable() else " " for c in text.strip())
    return text if len(text) <= most else f"{text[:most]} ..."
