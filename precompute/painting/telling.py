"""What a painting says: one JSON object a line, with its pictures as one PNG side by side."""

from __future__ import annotations

import io
import json
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from PIL import Image

from deepvis_app.messages import U8, Box
from precompute.progress import Status

_GAP_S = 0.1  # pictures come at most this often; the last one always comes


@dataclass(frozen=True)
class Look:
    """The pictures (H, W, 3 each) after a step, the units' values, and what is told of the strongest.

    With a `field` (top, left, bottom, right) the unit sees only that part of the pictures.
    """

    step: int
    total: int
    pictures: Sequence[U8]
    values: Sequence[float]
    strongest: int
    percentile: float | None
    others: Sequence[float] = ()  # the second unit's values, where there is one
    field: Box | None = None


class Teller:
    """Writes the events of `paint`; see docs/dgn-am.md. Raises BrokenPipeError when nobody reads them."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._shown_at = float("-inf")

    def start(self, total: int, what: str, **facts: object) -> None:
        self._shown_at = float("-inf")
        self._tell(event="start", job="paint", total=total, unit="steps", what=what, **facts)

    @property
    def due(self) -> bool:
        """Whether it is time for a picture."""
        return time.monotonic() - self._shown_at >= _GAP_S

    def picture(self, look: Look) -> None:
        self._shown_at = time.monotonic()
        more: dict[str, Any] = {"others": [_short(value) for value in look.others]} if look.others else {}
        if look.field is not None:
            more["field"] = list(look.field)
        self._tell(
            event="picture",
            step=look.step,
            total=look.total,
            value=_short(look.values[look.strongest]),
            percentile=None if look.percentile is None else round(look.percentile, 2),
            values=[_short(value) for value in look.values],
            **more,
            png=_png(look.pictures),
            count=len(look.pictures),
        )

    def note(self, text: str, **facts: object) -> None:
        self._tell(event="note", text=text, **facts)

    def resting(self) -> None:
        self._tell(event="resting")

    def end(self, status: Status, text: str) -> None:
        self._tell(event="end", status=status, text=text)

    def _tell(self, **event: object) -> None:
        self._file.write(json.dumps(event) + "\n")  # in ASCII, which every pipe takes
        self._file.flush()


def _png(pictures: Sequence[U8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate(pictures, axis=1)).save(buffer, "PNG", compress_level=1)
    return b64encode(buffer.getvalue()).decode()


def _short(value: float) -> float | None:
    """Five digits; JSON knows no NaN and no infinity."""
    return float(f"{value:.5g}") if np.isfinite(value) else None
