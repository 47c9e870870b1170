"""Words for people: what they may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_NEAR, _FIRST = 3, 5


def nearest(word: str, names: Iterable[str]) -> str:
    """Up to three names that are like `word`, or else the first five, with commas between."""
    listed = list(dict.fromkeys(names))
    return ", ".join(get_close_matches(word, listed, n=_NEAR, cutoff=0.4) or listed[:_FIRST])
