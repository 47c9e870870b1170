"""How far pictures follow what a network was trained on: one measure for each of the MODIFICATIONS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from deepvis_app.messages import U8
from precompute.studies.judging import Judge
from precompute.studies.measures import F64, correlation, seams, sharpness, tints
from precompute.studies.modifications import QUARTER_ORDERS, reordered

_BRG = [2, 0, 1]
# Of the four sorts of pictures, in the order in which they are told.
REAL, REAL_MODIFIED, REGULAR, MODIFIED = "real", "real, modified", "of regular units", "of modified units"


@dataclass(frozen=True)
class Four:
    """Pictures by class, a stack (N, h, w, 3) each: real ones, these modified, and those painted for the units of
    the regular and of the modified classes. `units` are the classes of `judge`, a network that never saw a
    modified picture.
    """

    sorts: Mapping[str, Sequence[U8]]
    units: tuple[int, ...]
    judge: Judge


Measure = Callable[[Four], dict[str, Any]]


def colours(four: Four) -> dict[str, Any]:
    """Correlation of the classes' mean tints with those of real pictures, as they are and in BRG; 1 is the most."""
    real = _class_tints(four.sorts[REAL])
    found = {}
    for sort in (REAL_MODIFIED, REGULAR, MODIFIED):
        painted = _class_tints(four.sorts[sort])
        found[sort] = {
            "with RGB": round(correlation(painted, real), 4),
            "with BRG": round(correlation(painted, real[:, _BRG]), 4),
        }
    return {"correlation of mean tints": found}


def details(four: Four) -> dict[str, Any]:
    """Sharpness, and in how many classes the modified unit's pictures have less of it than the regular one's."""
    means = {sort: [float(sharpness(stack).mean()) for stack in four.sorts[sort]] for sort in four.sorts}
    less = [one < other for one, other in zip(means[MODIFIED], means[REGULAR], strict=True)]
    return {
        "sharpness": {sort: round(float(np.mean(values)), 5) for sort, values in means.items()},
        "classes whose modified unit's are less sharp": round(sum(less) / len(less), 4),
    }


def wholeness(four: Four) -> dict[str, Any]:
    """Seams in the middle, and the share of pictures that are whole: of all orders of the quarters, the judge sees
    the class most clearly in the one that is there (by chance in 1 of 24).
    """
    return {
        "seams": {
            sort: round(float(np.mean([seams(stack).mean() for stack in stacks])), 4)
            for sort, stacks in four.sorts.items()
        },
        "whole": {sort: round(_whole(four, stacks), 4) for sort, stacks in four.sorts.items()},
    }


MEASURES: dict[str, Measure] = {"brg": colours, "cut-up": wholeness, "blur": details}


def in_a_word(kind: str, figures: dict[str, Any]) -> str:
    """What MEASURES[kind] gave, in a few words."""
    if kind == "brg":
        found = figures["correlation of mean tints"][MODIFIED]
        return (
            f"tints of BRG units correlate {found['with BRG']:.2f} with BRG, {found['with RGB']:.2f} with RGB"
        )
    name = "sharpness" if kind == "blur" else "whole"
    regular, modified = figures[name][REGULAR], figures[name][MODIFIED]
    return f"{name} {regular:.3f} of regular and {modified:.3f} of modified units"


def _class_tints(stacks: Sequence[U8]) -> F64:
    means: F64 = np.stack([tints(stack).mean(0) for stack in stacks])
    return means


def _whole(four: Four, stacks: Sequence[U8]) -> float:
    """Over all pictures of all classes."""
    hits = []
    for unit, stack in zip(four.units, stacks, strict=True):
        place = four.judge.place(unit)
        assert place is not None  # the judge is the network whose classes these are
        planes = torch.from_numpy(stack).permute(0, 3, 1, 2)
        ways = torch.cat([reordered(planes, order) for order in range(len(QUARTER_ORDERS))])
        seen = four.judge.look(list(ways.permute(0, 2, 3, 1).numpy())).scores[:, place]
        hits += (seen.reshape(len(QUARTER_ORDERS), len(stack)).argmax(0) == 0).tolist()
    return sum(hits) / len(hits)
