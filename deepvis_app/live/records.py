"""The session's records: what excited each unit of the visible layer most since the program was started.

The maximum over each unit's map is taken on the device; what crosses is one number a unit, a few times a
second, and a position for those units that have a new record.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zlib import crc32

import numpy as np
import torch

from deepvis_app.live.record_book import NO_FRAME, Book, FrameStore, KeptFrame
from deepvis_app.live.step import Pass
from deepvis_app.messages import Frame, LayerInfo, ModelInfo, PictureFacts, Request, Result, UnitPicture
from deepvis_app.models.layers import as_maps
from deepvis_app.render.patches import cut, in_frame

GAP_S = 0.25  # of the frames' own time: a layer is looked at no more often
UNITS_A_FRAME = 2048  # of a stream, where many layers are seen at once
MOMENT_S = 1.0  # a unit gets at most one record of each
LIMIT_BYTES = 10 << 20  # of the kept network inputs: about 70 of 224x224, or 850 of 64x64


@dataclass
class _Held:
    """What is forgotten when the records start afresh."""

    books: dict[str, Book] = field(default_factory=dict)  # by layer
    frames: FrameStore = field(default_factory=FrameStore)
    looked: dict[str, tuple[Hashable, float]] = field(default_factory=dict)  # layer -> last picture, its time
    newest: tuple[Hashable, int] = (None, -1)  # the last kept picture and its number
    shown: tuple[Hashable, tuple[UnitPicture, ...]] = (None, ())  # what of, and the pictures


class Records:
    """Follows the engine's results; belongs to the engine's thread.

    For every layer that was visible, the best nine of each unit, while it was visible. Each frame is kept once,
    however many units it excites, for as long as one of them holds a record of it. When the kept frames need
    more than `limit` bytes, those go that stand low in every list. The tables need 252 bytes a unit.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._model: Hashable = None
        self._round = 0
        self._held = _Held()

    def follow(self, model: ModelInfo, result: Result, run: Pass | None) -> Result:
        """Note what the pass (that the result shows) holds, and add the unit's records if they are wanted.

        Another network or another round of the request starts afresh.
        """
        request = result.request
        network = (model.fingerprint, model.input_size, model.layers)
        if network != self._model or request.session_round != self._round:
            self._model, self._round = network, request.session_round
            self._held = _Held()
        if result.error or run is None:
            return result
        for layer in self._due(_visible(model, request), result, run):
            self._note(layer, result, run)
        if not request.session_top:
            return result
        return replace(result, session_top=self.pictures(model.layer(request.layer), request.unit))

    def pictures(self, layer: LayerInfo, unit: int) -> tuple[UnitPicture, ...]:
        """The unit's records as pictures of kind "session", best first; the same tuple until they change."""
        book = self._held.books.get(layer.name)
        if book is None:
            return ()
        key = (layer.name, unit, book.frames[unit].tobytes(), book.places[unit].tobytes())
        if key != self._held.shown[0]:
            held = int((book.frames[unit] != NO_FRAME).sum())
            self._held.shown = key, tuple(self._picture(layer, book, unit, rank) for rank in range(held))
        return self._held.shown[1]

    @property
    def size(self) -> tuple[int, int]:
        """How many frames are kept, and their bytes."""
        return len(self._held.frames), self._held.frames.size

    def _due(self, layers: tuple[LayerInfo, ...], result: Result, run: Pass) -> list[LayerInfo]:
        """The layers to be looked at now; of many in a stream those that have waited longest, as many as are cheap."""
        frame, picture = result.frame, _identity(result)
        waiting = []
        for layer in layers:
            before, at = self._held.looked.get(layer.name, (None, -np.inf))
            new = picture != before and (frame.still or frame.captured_at - at >= GAP_S)
            if new and layer.name in run.activations:
                waiting.append((at, layer))
        waiting.sort(key=lambda one: one[0])
        due: list[LayerInfo] = []
        units = 0
        for _, layer in waiting:
            units += layer.units
            if due and units > UNITS_A_FRAME and not frame.still:
                break
            due.append(layer)
            self._held.looked[layer.name] = (picture, frame.captured_at)
        return due

    @torch.inference_mode()
    def _note(self, layer: LayerInfo, result: Result, run: Pass) -> None:
        book = self._held.books.setdefault(layer.name, Book(layer.units))
        maps = as_maps(layer, run.activations[layer.name].detach())
        peaks = maps.amax((1, 2)).float().cpu().numpy()
        moment = _moment(result.frame)
        units = book.better(peaks, moment)
        if not units.size:
            return
        places = maps[torch.from_numpy(units).to(maps.device)].flatten(1).argmax(1).cpu().numpy()
        picture, number = _identity(result), self._held.newest[1]
        if picture != self._held.newest[0] or number not in self._held.frames:
            number += 1
        self._held.newest = (picture, number)
        self._held.frames.add(number, _kept(result, run), len(units))
        self._held.frames.release(book.enter(units, peaks[units], places, number, moment))
        if self._held.frames.size > self._limit:
            self._make_room()

    def _make_room(self) -> None:
        """Down to nine tenths, so that it need not be done for every frame."""
        gone = []
        for number in self._held.frames.least(self._held.books.values()):
            if self._held.frames.size <= 0.9 * self._limit:
                break
            self._held.frames.drop(number)
            gone.append(number)
        for book in self._held.books.values():
            book.strike(np.array(gone, np.int64))

    def _picture(self, layer: LayerInfo, book: Book, unit: int, rank: int) -> UnitPicture:
        kept = self._held.frames[int(book.frames[unit, rank])]
        value = float(book.values[unit, rank])
        y, x = divmod(int(book.places[unit, rank]), layer.map_shape[1])
        seen = layer.receptive_field
        box = (0, 0, *kept.picture.shape[:2]) if seen is None or seen.whole else seen.box(y, x)
        more = {"from": kept.name, "seen": kept.seen, "frame": kept.index, "position": [y, x]}
        facts = PictureFacts(
            activation=value,
            box=in_frame(box, kept.picture.shape[:2], kept.input_box, kept.size),
            label=kept.label,
            more=more | ({"still": True} if kept.still else {}),
        )
        return UnitPicture("session", rank, cut(kept.picture, box), value, facts)


def _visible(model: ModelInfo, request: Request) -> tuple[LayerInfo, ...]:
    """The layer in the grid, or in the overview all that can be shown."""
    if request.overview:
        return tuple(layer for layer in model.layers if layer.units)
    return (model.layer(request.layer),)


def _identity(result: Result) -> Hashable:
    """The same for the same network input: a frame that another request shows once more."""
    return result.frame.index, result.request.crop


def _moment(frame: Frame) -> int:
    """The second of a stream; of a still a number of its own, below zero, also when it comes round again.

    A few thousand pixels tell stills apart: pasted ones have no names, and names come twice.
    """
    if not frame.still:
        return int(frame.captured_at // MOMENT_S)
    step = max(1, min(frame.rgb.shape[:2]) // 64)
    sample = frame.rgb[::step, ::step].tobytes()
    return -1 - (crc32(sample) >> 1 << 32 | crc32(frame.name.encode()))  # fits into 64 bits


def _kept(result: Result, run: Pass) -> KeptFrame:
    frame = result.frame
    size = (frame.rgb.shape[0], frame.rgb.shape[1])
    seen = datetime.now(UTC).isoformat(timespec="milliseconds")
    box = result.input_box or (0, 0, *size)
    return KeptFrame(run.picture, frame.index, frame.name, frame.label, frame.still, seen, size, box)
