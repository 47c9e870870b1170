"""Pixels that come from no file: pasted from the clipboard or dropped on the window."""

from __future__ import annotations

from functools import partial

from deepvis_app.live.sources.stills import Item, Stills
from deepvis_app.messages import U8


class Pixels(Stills):
    """One picture that is there already, RGB uint8 (H, W, 3)."""

    def __init__(self, rgb: U8, name: str) -> None:
        super().__init__()
        self._rgb = rgb
        self.title = name

    def items(self) -> list[Item]:
        return [Item(self.title, partial(self._rgb.view))]
