"""A unit painted by every method, with the same figures of each: what the command `compare` has found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepvis_app.messages.atlas import UnitPicture
from deepvis_app.messages.network import UnitRef

COMPARED = "compared"  # the kind of the pictures


@dataclass(frozen=True)
class MethodResult:
    """One method; one that is still to come has neither scores nor pictures.

    `source` is the paper's equation, table or section. `scores` are means over the pictures, by the names of the
    command's table of measures; what does not apply is missing. `lost` of the pictures failed or cannot be read.
    """

    name: str
    title: str = ""
    source: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    pictures: tuple[UnitPicture, ...] = ()
    lost: int = 0


@dataclass(frozen=True)
class UnitComparison:
    """All that is known of one unit; without `methods` and `error` nothing was compared yet.

    `real` are real pictures with the same figures, None where none were given. `winners` names for each score the
    methods that are best at it, `best` says it in sentences. `to_come` are the methods that are not made yet, and
    `left_out` names those that need images. `compared_in` is the network in whose features pictures were compared,
    `made` the time of the newest method (ISO 8601). `error`: one sentence, why what is there cannot be shown.
    """

    ref: UnitRef
    methods: tuple[MethodResult, ...] = ()
    to_come: tuple[MethodResult, ...] = ()
    real: MethodResult | None = None
    winners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    best: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    compared_in: str = ""
    made: str = ""
    error: str = ""

    @property
    def finished(self) -> bool:
        return bool(self.methods) and not self.to_come
