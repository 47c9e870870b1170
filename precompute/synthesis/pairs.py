"""Two units at once in words: `3+17` with each other; `3-17` the first against the second, where pairs are meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from precompute.options import OptionError

if TYPE_CHECKING:
    from deepvis_app.messages import UnitStats

_PAIR = re.compile(r"(\d+)([+-])(\d+)")


@dataclass(frozen=True)
class Pair:
    """`sign` is 1 where both units are wanted, and -1 where the other one is not."""

    unit: int
    other: int
    sign: int

    def __str__(self) -> str:
        return f"{self.unit}{'+' if self.sign > 0 else '-'}{self.other}"


def pairs_of(text: str, *, only_pairs: bool) -> tuple[Pair, ...]:
    """The pairs that --units names; none where it names units and ranges, as `3-17` without `only_pairs` does.

    Raises OptionError for a mixture, a unit with itself, and anything but pairs where only those are meant.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not only_pairs and not any("+" in word for word in words):
        return ()
    return tuple(dict.fromkeys(_pair(word, only_pairs) for word in words))


def by_unit(pairs: Sequence[Pair]) -> dict[int, list[tuple[int, int]]]:
    """First unit -> its others with their signs."""
    found: dict[int, list[tuple[int, int]]] = {}
    for pair in pairs:
        found.setdefault(pair.unit, []).append((pair.other, pair.sign))
    return found


def largest(stats: Mapping[int, UnitStats]) -> dict[int, float]:
    """The largest value of each unit of which one above 0 is known: the scale on which two are compared."""
    known = {unit: found.quantiles[-1][1] for unit, found in stats.items() if found.quantiles}
    return {unit: value for unit, value in known.items() if value > 0}


def _pair(word: str, only_pairs: bool) -> Pair:
    match = _PAIR.fullmatch(word)
    if match is None:
        raise OptionError(f"--units {word!r} is no pair such as 3+17, or 3-17 with --pair.")
    if match[2] == "-" and not only_pairs:
        raise OptionError(
            f"--units {word!r} beside a pair: add --pair where it means unit {match[1]} against unit {match[3]}; "
            "a range goes into a run of its own."
        )
    unit, other = int(match[1]), int(match[3])
    if unit == other:
        raise OptionError(f"--units {word!r} is a unit with itself: name two.")
    return Pair(unit, other, 1 if match[2] == "+" else -1)
