"""The built-in photographs as a source."""

from __future__ import annotations

from functools import partial

from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.stills import Item, Stills
from deepvis_app.render.samples import SAMPLES, sample


class Samples(Stills):
    """Photographs that come with the program; `first` names the one to start with."""

    title = "built-in photographs"

    def __init__(self, first: str = "") -> None:
        super().__init__()
        self._first = first

    def items(self) -> list[Item]:
        return [Item(name, partial(sample, name)) for name in SAMPLES]

    def open(self) -> None:
        super().open()
        if self._first:
            if self._first not in SAMPLES:
                raise SourceError(f"There is no photograph {self._first!r}; there are {', '.join(SAMPLES)}.")
            self._show(list(SAMPLES).index(self._first), 1)
