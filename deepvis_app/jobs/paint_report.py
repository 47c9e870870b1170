"""What a painting child says: from lines to one consistent look at the painting."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from deepvis_app.jobs.lines import event_of, real, shortened, whole_number
from deepvis_app.messages import U8, Box, Painting, PaintOrder, PaintState, PictureFacts, UnitPicture, frozen

KIND = "painted"
MOST = 9  # pictures
LINE_LIMIT = 16 << 20  # bytes; a longer line is thrown away
SHOWN_CHARACTERS = 300
SILENT = "It ended without saying why."
Decode = Callable[[bytes, int], tuple[U8, ...]]


class Lines:
    """Cuts what comes from a pipe into lines, in bounded memory."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now, without those that are too long."""
        first, newline, rest = data.partition(b"\n")
        self._rest += first
        if len(self._rest) > LINE_LIMIT:
            self._rest.clear()
            self._skipping = True
        if not newline:
            return []
        whole = [] if self._skipping else [bytes(self._rest)]
        *more, last = rest.split(b"\n")
        self._rest, self._skipping = bytearray(last), False
        return [line for line in (*whole, *more) if line.strip()]


class PaintReport:
    """`look` is the newest; it is replaced, never changed, so that another thread can read it at any time."""

    def __init__(self, look: Painting, decode: Decode) -> None:
        """`decode` makes so many pictures of a PNG that shows them side by side; raises ValueError."""
        self.look = look
        self._decode = decode
        self._changing = threading.Lock()
        self._held = False  # the child was asked to pause
        self._awaited: range | None = None  # words, by number, that turn it to what is to be painted now
        self._facts: dict[str, Any] = {}
        self._seed: int | None = None
        self._end: tuple[str, str] | None = None
        self._last_line = ""

    @property
    def held(self) -> bool:
        return self._held

    def hold(self, held: bool) -> None:
        """The child is asked to pause, or to go on: the state follows at once, whenever the child gets to it."""
        self._held = held
        before: PaintState = "painting" if held else "paused"
        after: PaintState = "paused" if held else "painting"
        with self._changing:
            if self.look.state == before:
                self.look = replace(self.look, state=after)

    def turn(self, order: PaintOrder, words: range) -> None:
        """These of the child's words, by number, order something else; until their answer it speaks of the old."""
        with self._changing:
            self._awaited = words
            state: PaintState = "starting" if self.look.state == "starting" else "painting"
            self.look = Painting(order, state, began=self.look.began)

    def take(self, lines: list[bytes]) -> bool:
        """Follow these lines; of pictures in a row only the last is decoded. Whether there was one."""
        events = [event for line in lines if (event := self._event(line)) is not None]
        newest: dict[str, Any] | None = None
        for event in events:
            if event["event"] == "picture":
                newest = event
                continue
            self._show(newest)
            newest = None
            self._take_event(event)
        self._show(newest)
        return any(event["event"] == "picture" for event in events)

    def close(self, code: int | None, asked: bool) -> None:
        """The child is gone, with this exit status; `asked`: it was wanted to end."""
        end = self._end
        if end is not None and end[0] == "failed":
            self.fail(end[1])
        elif asked or end is not None:
            self._end_with("stopped", end[1] if end is not None else "")
        else:
            why = self._last_line or SILENT
            self.fail(why if code in (0, 1, 2, None) else f"{why} (exit status {code})")

    def fail(self, sentence: str) -> None:
        self._end_with("failed", sentence)

    def _end_with(self, state: PaintState, sentence: str) -> None:
        with self._changing:
            self.look = replace(self.look, state=state, sentence=sentence)

    def _event(self, line: bytes) -> dict[str, Any] | None:
        event = event_of(line)
        if event is None:
            self._last_line = _text(line)
        return event

    def _take_event(self, event: dict[str, Any]) -> None:
        kind, text = event["event"], _shortened(str(event.get("text", "")))
        if kind == "start":
            self._answered(whole_number(event.get("heard")))
            self._facts = {}
            self._keep_facts(event)
            self._set(total=whole_number(event.get("total")))
        elif kind == "note":
            if self._awaited is not None and whole_number(event.get("heard")) in self._awaited:
                self.fail(text)  # it paints on what it did before, which nobody wants any more
            self._set(note=text)
        elif kind == "resting":
            self._set(state="resting")
        elif kind == "end":
            self._end = str(event.get("status")), text

    def _answered(self, word: int) -> None:
        """The child begins anew, because of this word."""
        with self._changing:
            if self._awaited is not None and word >= self._awaited[-1]:
                self._awaited = None

    def _show(self, event: dict[str, Any] | None) -> None:
        """Decode and show a picture; one that cannot be read is left out."""
        if event is None:
            return
        self._keep_facts(event)
        try:
            data = base64.b64decode(str(event.get("png", "")), validate=True)
            found = self._decode(data, min(max(whole_number(event.get("count")), 1), MOST))
        except ValueError as error:  # binascii's is one, too
            self._set(note=f"A picture could not be read ({error}).")
            return
        pictures, value = self._pictures(event, found), real(event.get("value"))
        self._set(
            state="paused" if self._held else "painting",
            step=whole_number(event.get("step")),
            total=whole_number(event.get("total")) or self.look.total,
            pictures=pictures,
            strongest=next((one.rank for one in pictures if one.score == value), 0),
            percentile=real(event.get("percentile")),
        )

    def _set(self, **changes: Any) -> None:
        """Unless it is of what was painted before."""
        with self._changing:
            if self._awaited is None:
                self.look = replace(self.look, **changes)

    def _pictures(self, event: dict[str, Any], found: tuple[U8, ...]) -> tuple[UnitPicture, ...]:
        second, now = self.look.order.second, datetime.now(UTC).isoformat(timespec="milliseconds")
        own, others = (_numbers(event.get(name), len(found)) for name in ("values", "others"))
        more = {"method": self.look.order.method, **self._facts, "step": whole_number(event.get("step"))}
        if second is not None:
            more["with"] = str(second)
        field = _field(event.get("field"), found[0])
        if field is not None:
            more["field"] = list(field)
        made = []
        for rank, (painted, value, other) in enumerate(zip(found, own, others, strict=True)):
            rgb, whole = (painted, None) if field is None else (_cut(painted, field), painted)
            beside = {} if second is None or other is None else {f"activation of {second}": other}
            facts = PictureFacts(
                value,
                seed=None if self._seed is None else self._seed + rank,
                more={**more, **beside, KIND: f"{now} {rank}"},
            )
            made.append(UnitPicture(KIND, rank, rgb, value or 0.0, facts, whole=whole))
        return tuple(made)

    def _keep_facts(self, event: dict[str, Any]) -> None:
        """What the child tells of itself, at the start or with a picture."""
        for name in ("generator", "preset"):
            if isinstance(event.get(name), str) and event[name]:
                self._facts[name] = _shortened(event[name])
        if isinstance(event.get("seed"), int) and not isinstance(event["seed"], bool):
            self._seed = event["seed"]


def _numbers(values: object, count: int) -> list[float | None]:
    """So many numbers; without exactly so many, nothing is known."""
    found = values if isinstance(values, list) and len(values) == count else [None] * count
    return [real(value) for value in found]


def _field(value: object, picture: U8) -> Box | None:
    """(top, left, bottom, right) inside the picture, or None."""
    if not isinstance(value, list) or len(value) != 4 or any(type(n) is not int for n in value):
        return None
    top, left, bottom, right = value
    inside = 0 <= top < bottom <= picture.shape[0] and 0 <= left < right <= picture.shape[1]
    return (top, left, bottom, right) if inside else None


def _cut(picture: U8, box: Box) -> U8:
    top, left, bottom, right = box
    return frozen(picture[top:bottom, left:right].copy())


def _text(line: bytes) -> str:
    return _shortened(line[: 4 * SHOWN_CHARACTERS].decode("utf-8", errors="replace"))


def _shortened(text: str) -> str:
    return shortened(text, SHOWN_CHARACTERS)
