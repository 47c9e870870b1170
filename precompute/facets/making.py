"""The items of a `facets` run: each unit's map, pictures and record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from deepvis_app.messages import (
    MEAN_FACET,
    REAL_FACET,
    LayerInfo,
    UnitPicture,
    UnitRecord,
    UnitRef,
    UnitStats,
)
from deepvis_app.models import LoadedModel
from precompute.datasets import ImageSet
from precompute.facets.choosing import Choose
from precompute.facets.explaining import KINDS, Explainer
from precompute.facets.grouping import NoFacetsError
from precompute.facets.looking import Looker
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.facets.painting import Brush, Painter, mean_pictures
from precompute.runner import Item


class Making:
    """Makes items, one layer after the other. `told` gets how much of a unit is made, and what comes next.

    `stopped` is asked in every step and may wait. `stats` are by layer name; `most` pictures are painted at once
    (None: all of a unit). Of each facet `nearest` real pictures are kept, and what the methods `why` show of them.
    """

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet,
        choose: Choose,
        rules: Rules,
        brushes: Sequence[Brush],
        stopped: Callable[[], bool],
    ) -> None:
        self._model, self._images, self._choose, self._rules = model, images, choose, rules
        self._brushes, self._stopped = brushes, stopped
        self._kept: tuple[str, Mapper, Painter] | None = None
        self.stats: Mapping[str, Mapping[int, UnitStats]] = {}
        self.most: int | None = None
        self.nearest: int = 0
        self.why: tuple[str, ...] = ()
        self.told: Callable[[float, str], None] = lambda _units, _what: None

    def records(self, item: Item) -> Iterator[UnitRecord]:
        """A record for each unit; none for the one in which it was stopped."""
        layer = self._model.info.layer(item.layer)
        for unit in item.units:
            record = self._record(layer, unit)
            if record is None:
                return
            yield record

    def map(self, layer: LayerInfo, unit: int) -> Mapped | None:
        """None when stopped; raises NoFacetsError."""
        self.told(0.05, "reading")
        return self._tools(layer)[0].map(unit, self._choose(layer, unit))

    @property
    def seed(self) -> int:
        return self._rules.seed

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of the pictures that a unit gets: the facets' mean pictures first."""
        real = (REAL_FACET, *(KINDS[method] for method in self.why)) if self.nearest else ()
        return (MEAN_FACET, *self.painted_kinds, *real)

    @property
    def painted_kinds(self) -> tuple[str, ...]:
        return tuple(brush.kind for brush in self._brushes)

    def looker(self, layer: LayerInfo) -> Looker:
        return self._tools(layer)[0].looker

    def painter(self, layer: LayerInfo) -> Painter:
        return self._tools(layer)[1]

    def _record(self, layer: LayerInfo, unit: int) -> UnitRecord | None:
        ref, kinds = UnitRef(layer.name, unit), self.kinds
        try:
            mapped = self.map(layer, unit)
        except NoFacetsError as error:
            return UnitRecord(ref, kinds, note=f"No facets: {error}.")
        if mapped is None:
            return None
        self.told(0.2, "explaining")
        real = self._real(layer, unit, mapped)
        if real is None:
            return None
        self.told(0.3, "painting")
        mapper, painter = self._tools(layer)
        rows = painter.painted(unit, self._rules.seed, mapped.means, mapped.facets)
        if rows is None:
            return None
        stats = self.stats.get(layer.name, {}).get(unit)
        pictures = (
            *mean_pictures(mapped, unit, mapper.looker, stats),
            *painter.pictures(mapped, rows, stats, mapper.looker),
            *real,
        )
        failed = sum(bool(one.reason) for made in rows for one in made)
        note = f"{failed} pictures of facets could not be painted." if failed else ""
        return UnitRecord(ref, kinds, pictures, note=note, facets=mapped.facets)

    def _real(self, layer: LayerInfo, unit: int, mapped: Mapped) -> Sequence[UnitPicture] | None:
        """None when stopped."""
        if not self.nearest:
            return ()
        explainer = Explainer(self._model, self._images, layer, self.nearest, self.why, self._stopped)
        return explainer.pictures(unit, mapped)

    def _tools(self, layer: LayerInfo) -> tuple[Mapper, Painter]:
        """Of the layer; the last ones are kept."""
        if self._kept is None or self._kept[0] != layer.name:
            mapper = Mapper(self._model, self._images, layer, self._rules, self._stopped)
            painter = Painter(self._model, layer, self._brushes, self._stopped, self.most)
            self._kept = layer.name, mapper, painter
        return self._kept[1], self._kept[2]
