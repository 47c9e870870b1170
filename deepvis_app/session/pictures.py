"""Following the selection through the atlases: what is asked, when again, and which answers count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from deepvis_app.messages import (
    AtlasAnswer,
    AtlasQuery,
    LayerPictures,
    ModelInfo,
    UnitComparison,
    UnitPicture,
    UnitPictures,
    UnitRef,
)
from deepvis_app.session.state import ViewState, methods_shown

REPEAT_S = 1.0  # new units appear while a job runs


class AtlasPort(Protocol):
    """What the session needs of the atlases: a question that replaces the one before, and the newest answer."""

    def ask(self, query: AtlasQuery) -> None: ...
    def take(self) -> AtlasAnswer | None: ...


@dataclass(frozen=True)
class Known:
    """What is known of the selection's pictures; None: not answered yet."""

    unit: UnitPictures | None = None
    layer: LayerPictures | None = None
    methods: UnitComparison | None = None


class PictureFeed:
    """Asks anew when the selection changes and once in a while; late answers to older questions are dropped."""

    def __init__(self, port: AtlasPort | None, clock: Callable[[], float]) -> None:
        self._port, self._clock = port, clock
        self._query: AtlasQuery | None = None
        self._asked_at = float("-inf")
        self.known = Known()

    def ask(self, model: ModelInfo | None, state: ViewState) -> None:
        """Ask for what the state selects, if it is another selection or the last question is long ago."""
        query, last = query_of(model, state), self._query
        if query == last and self._clock() - self._asked_at < REPEAT_S:
            return
        if query != last:
            # Another unit of the layer leaves the layer's pictures as they are.
            keeps = query is not None and last is not None and _layer_key(query) == _layer_key(last)
            self.known = Known(layer=self.known.layer if keeps else None)
        self._query, self._asked_at = query, self._clock()
        if query is not None and self._port is not None:
            self._port.ask(query)

    def take(self) -> None:
        """Bring `known` up to date; what has not changed stays the same object."""
        answer = self._port.take() if self._port is not None else None
        if answer is None or answer.query != self._query:
            return
        unit, layer = self.known.unit, self.known.layer
        if unit is None or not same_unit(unit, answer.unit):
            unit = answer.unit
        if answer.layer is not None and (layer is None or not same_layer(layer, answer.layer)):
            layer = answer.layer
        known = Known(unit, layer, answer.methods)
        if any(
            getattr(known, name) is not getattr(self.known, name) for name in ("unit", "layer", "methods")
        ):
            self.known = known


def pictures_ref(model: ModelInfo | None, state: ViewState) -> UnitRef | None:
    """The unit whose pictures serve the selected one: the same, or that of the layer it is passed on from."""
    if model is None or not state.layer:
        return None
    return UnitRef(model.layer(state.layer).pictures_of or state.layer, state.unit)


def query_of(model: ModelInfo | None, state: ViewState) -> AtlasQuery | None:
    """The question that a state puts to the atlases; None while there is nothing to ask about."""
    ref = pictures_ref(model, state)
    if model is None or ref is None:
        return None
    units = model.layer(state.layer).units
    return AtlasQuery(model.fingerprint, ref, units, state.pattern, methods_shown(state))


def same_unit(a: UnitPictures, b: UnitPictures) -> bool:
    """Whether two answers tell the same of a unit, pixels included."""
    if a is b:
        return True
    if (a.ref, a.notes, a.stats, a.error, a.pictures.keys()) != (
        b.ref,
        b.notes,
        b.stats,
        b.error,
        b.pictures.keys(),
    ):
        return False
    pairs = [(a.pictures[kind], b.pictures[kind]) for kind in a.pictures]
    return all(len(x) == len(y) and all(map(_same_picture, x, y)) for x, y in pairs)


def same_layer(a: LayerPictures, b: LayerPictures) -> bool:
    """Whether two answers show the same of a layer, pixels included."""
    if a is b:
        return True
    if (a.layer, a.kind, a.have, a.error) != (b.layer, b.kind, b.have, b.error):
        return False
    return a.tiles is b.tiles or np.array_equal(a.tiles, b.tiles)


def _same_picture(a: UnitPicture, b: UnitPicture) -> bool:
    same = (a.kind, a.rank, a.score, a.facts, a.run) == (b.kind, b.rank, b.score, b.facts, b.run)
    return same and (a.rgb is b.rgb or np.array_equal(a.rgb, b.rgb))


def _layer_key(query: AtlasQuery) -> tuple[str, str, str]:
    return query.fingerprint, query.ref.layer, query.pattern
