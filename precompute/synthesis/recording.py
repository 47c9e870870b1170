"""From finished pictures to what an atlas keeps of them: their order, their facts, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deepvis_app.atlas.images import MAX_SIDE
from deepvis_app.messages import F32, U8, Box, PictureFacts, UnitPicture, UnitStats
from precompute.synthesis.aim import Task
from precompute.synthesis.packing import packed

PIXEL_KIND, CODE_KIND, PAIR_KIND = "am", "dgn-am", "pair"


@dataclass(frozen=True)
class Made:
    """One finished picture of a task, or why there is none.

    `rgb` is what the unit sees of `whole` (None of pixels: nothing else was painted), which has the input's size.
    """

    task: Task
    reason: str = ""
    rgb: U8 | None = None
    activation: float = 0.0  # at the picture as it was optimised
    shown: float = 0.0  # at the 8-bit picture as it is shown
    better: int = 0  # units of the layer that are stronger there
    rescued: bool = False
    reseeded: bool = False
    trace: tuple[float, ...] = field(default=())
    value: float = 0.0  # of the objective
    other: float | None = None  # the second unit's value, where there is one
    code: F32 | None = None
    whole: U8 | None = None


def in_order(made: Sequence[Made], *, weakest_first: bool) -> list[Made]:
    """Those that came out, the strongest as they are shown first; of two units one pair after the other, by value."""
    pairs = list(dict.fromkeys(one.task.other for one in made))
    sign = 1 if weakest_first else -1
    return sorted(
        (one for one in made if not one.reason),
        key=lambda one: (pairs.index(one.task.other), sign * score_of(one)),
    )


def score_of(made: Made) -> float:
    """What pictures of a unit are ranked by."""
    return made.shown if made.task.other is None else made.value


def note_on(made: Sequence[Made]) -> str:
    """What a person should know of those that did not come out; "" where all did."""
    failed = [one.reason for one in made if one.reason]
    return f"{len(failed)} of {len(made)} seeds gave no picture ({failed[0]})." if failed else ""


def picture_of(
    kind: str, rank: int, made: Made, seen: Box, stats: UnitStats | None, *, codes: bool
) -> UnitPicture:
    """With all that is known of it; `seen` is the unit's field in the input, `codes`: the code is kept as well."""
    assert made.rgb is not None
    more: dict[str, Any] = {
        "shown": round(made.shown, 4),
        "stronger_units": made.better,
        "rescued": made.rescued,
        "reseeded": made.reseeded,
        "trace": [round(value, 3) for value in made.trace],
    }
    if made.task.other is not None and made.other is not None:
        unit, sign = made.task.other
        more |= {"other": unit, "with": sign > 0, "other_activation": round(made.other, 4)}
    if made.code is not None and codes:
        more["code"] = packed(made.code)
    whole = made.whole if made.whole is not None and keeps_whole(made.whole.shape[:2], seen) else None
    if whole is not None:
        more["field"] = list(seen)
    percentile = None if stats is None else stats.percentile(made.activation)
    facts = PictureFacts(made.activation, percentile, made.task.seed, more=more)
    return UnitPicture(kind, rank, made.rgb, score_of(made), facts, whole=whole)


def keeps_whole(size: tuple[int, ...], seen: Box) -> bool:
    """Whether an atlas keeps all of a picture of this size of which the unit sees `seen`."""
    return max(size) <= MAX_SIDE and seen != (0, 0, *size)
