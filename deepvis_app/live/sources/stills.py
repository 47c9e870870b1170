"""Sources that show one picture at a time and change only when told: picture, folder, list, samples."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from deepvis_app.live.sources.base import Facts, Reading, Source, SourceError
from deepvis_app.messages import U8, SourceCommand
from deepvis_app.render.pictures import PictureError


@dataclass(frozen=True)
class Item:
    """A picture that can be shown; `load` raises PictureError."""

    name: str
    load: Callable[[], U8]
    label: str = ""


def natural_key(name: str) -> list[tuple[bool, int, str]]:
    """Sorts as people do: img2 before img10, upper and lower case alike."""
    parts = [part for part in re.split(r"([0-9]+)", name.casefold()) if part]
    numbers = [int(part) if part.isascii() and part.isdigit() else None for part in parts]
    return [(number is None, number or 0, part) for number, part in zip(numbers, parts, strict=True)]


class Stills(Source):
    """Steps through items, in a circle; items that cannot be read are skipped and named in the message.

    Positions are numbers from 1 on. Each `read` tries one item, so that a folder of broken files stays quick.
    """

    still = True

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._index = 0
        self._direction = 1
        self._wanted = False
        self._skipped: list[str] = []  # since the last picture that was shown
        self._message = ""

    @abstractmethod
    def items(self) -> list[Item]:
        """All items, listed anew: files come and go. Raises SourceError, also when there are none."""

    def open(self) -> None:
        self._items = self.items()
        self._show(0, 1)

    def due(self) -> float | None:
        return 0.0 if self._wanted else None

    def read(self) -> Reading | None:
        if not self._wanted:
            return None
        item = self._items[self._index]
        try:
            rgb = item.load()
        except PictureError as error:
            self._skip(str(error))
            return None
        self._wanted = False
        self._message = _skipped_message(self._skipped)
        return Reading(rgb, item.name, item.label)

    def command(self, command: SourceCommand) -> None:
        if command.action not in ("next", "previous", "seek"):
            return
        before = self._items[self._index].name
        self._items = self.items()
        if command.action == "seek":
            self._show(min(max(round(command.value) - 1, 0), len(self._items) - 1), 1)
        elif command.action == "next":
            self._show(self._place(before, gone=self._index - 1) + 1, 1)
        else:
            self._show(self._place(before, gone=self._index) - 1, -1)

    def facts(self) -> Facts:
        many = len(self._items) > 1
        return Facts(self._message, self._index + 1, len(self._items), can_step=many, can_seek=many)

    def _place(self, name: str, gone: int) -> int:
        if self._index < len(self._items) and self._items[self._index].name == name:
            return self._index
        return next((place for place, item in enumerate(self._items) if item.name == name), gone)

    def _show(self, place: int, direction: int) -> None:
        self._index = place % len(self._items)
        self._direction, self._wanted = direction, True
        self._skipped = []

    def _skip(self, reason: str) -> None:
        self._skipped.append(reason)
        if len(self._skipped) < len(self._items):
            self._index = (self._index + self._direction) % len(self._items)
        elif len(self._items) == 1:
            raise SourceError(reason)
        else:
            raise SourceError(
                f"None of the {len(self._items)} pictures in {self.title} can be read: {reason}"
            )


def _skipped_message(reasons: list[str]) -> str:
    if not reasons:
        return ""
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"Skipped: {reasons[0]}{more}"
