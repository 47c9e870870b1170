"""A unit that is painted while a person watches: what was asked for, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepvis_app.messages.atlas import UnitPicture
from deepvis_app.messages.network import UnitRef

# "resting": all steps are done and the child waits for a word; "stopped" and "failed": it is gone.
PaintState = Literal["starting", "painting", "paused", "resting", "stopped", "failed"]


@dataclass(frozen=True)
class PaintOrder:
    """One unit of one network, or two units of a layer together, painted by a method.

    `words` is the sub-command of `precompute` with all its options; `name` is what a person calls it. `fixed` are those
    of the words that stay as long as the child does, and `lines`, said to a child of another order with the same fixed
    words, turn it to this one.
    """

    fingerprint: str  # of the network
    ref: UnitRef
    name: str
    method: str
    words: tuple[str, ...]
    second: UnitRef | None = None
    fixed: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def turns(self, before: PaintOrder) -> bool:
        """Whether the child of an order before can be turned to this one."""
        return bool(self.lines) and self.fixed == before.fixed and self.fingerprint == before.fingerprint


@dataclass(frozen=True)
class Painting:
    """One consistent look at a painting."""

    order: PaintOrder
    state: PaintState = "starting"
    step: int = 0
    total: int = 0  # 0: not known yet
    pictures: tuple[UnitPicture, ...] = ()  # the newest, of kind "painted", in the child's order
    strongest: int = 0  # which of the pictures
    percentile: float | None = None  # of the strongest, in 0..100, as the child tells it
    began: float = 0.0  # time.monotonic when the child was started
    note: str = ""  # the child's last remark
    sentence: str = ""  # why it failed, or how it ended

    @property
    def over(self) -> bool:
        """Whether no child is there any more."""
        return self.state in ("stopped", "failed")
