"""The window's way to the atlases: a thread that answers the newest question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from deepvis_app.atlas.comparisons import Comparisons
from deepvis_app.atlas.shelf import Shelf
from deepvis_app.mailbox import LatestWorker
from deepvis_app.messages import AtlasAnswer, AtlasQuery


class AtlasDesk:
    """Answers AtlasQuery on its own thread. To ask the same again is cheap: while no file has changed, the very
    same AtlasAnswer object comes back, so a caller that asks once a second sees new units as they are made.
    """

    def __init__(self, shelf_of: Callable[[str], Shelf] = Shelf) -> None:
        self._shelf_of = shelf_of
        self._shelf: Shelf | None = None
        self._version = 0
        self._last: AtlasAnswer | None = None
        self._comparisons = Comparisons()
        self._worker = LatestWorker("deepvis-atlas", self._answer)

    def start(self) -> None:
        self._worker.start()

    def ask(self, query: AtlasQuery) -> None:
        """A question that was not begun yet is forgotten."""
        self._worker.submit(query)

    def take(self, timeout: float = 0) -> AtlasAnswer | None:
        """The newest answer, once; None when there is none within `timeout` seconds."""
        return self._worker.take(timeout)

    def stop(self, timeout: float = 2.0) -> bool:
        return self._worker.stop(timeout)

    def _answer(self, query: AtlasQuery) -> AtlasAnswer:
        if self._shelf is None or self._shelf.fingerprint != query.fingerprint:
            self._shelf, self._last = self._shelf_of(query.fingerprint), None
        version = self._shelf.version()  # before reading: what is committed meanwhile is seen the next time
        last = self._last if version == self._version else None
        methods = self._comparisons.of(query.fingerprint, query.ref) if query.methods else None
        if last is None or last.query != query or last.methods is not methods:
            self._last, self._version = replace(_read(self._shelf, query, last), methods=methods), version
        assert self._last is not None
        return self._last


def _read(shelf: Shelf, query: AtlasQuery, last: AtlasAnswer | None) -> AtlasAnswer:
    """Only what `last`, read from the same files, does not hold already is read."""
    ref, units, pattern = query.ref, query.units, query.pattern
    old = last.query if last else None
    unit = last.unit if last and old and old.ref == ref else shelf.unit(ref)
    if not pattern:
        return AtlasAnswer(query, unit)
    if last and old and (old.ref.layer, old.units, old.pattern) == (ref.layer, units, pattern):
        return AtlasAnswer(query, unit, last.layer)
    return AtlasAnswer(query, unit, shelf.layer(ref.layer, units, pattern))
