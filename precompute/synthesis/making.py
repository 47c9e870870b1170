"""The items of an `am` or `dgn-am` run: how many units fit into one batch, and their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from deepvis_app.messages import LayerInfo, UnitRecord, UnitStats
from deepvis_app.models import LoadedModel
from precompute.runner import Item
from precompute.synthesis.maker import Maker, Wish

_PIXELS = 1 << 19  # of all pictures of a batch on a CPU: 128 of 64x64, 10 of 224x224
_DEVICE_FACTOR = 8  # what a GPU takes more
_FEWEST, _MOST = 9, 256  # pictures at once


class Making:
    """Makes items, layer by layer; `rescued` counts the pictures whose start had no gradient, and `fewer` is how
    many pictures are made at once since the memory did not suffice for all of one unit (None: it did).

    `stats` are by layer name, `stopped` is asked in every step and may wait, `batch` pictures are made at
    once (None: by size). `others` are the second units of pictures of two: see `Maker.records`. `told` gets in
    every step how many units' worth is made of those in work, and where.
    """

    def __init__(
        self,
        model: LoadedModel,
        wish: Wish,
        stats: Mapping[str, Mapping[int, UnitStats]],
        stopped: Callable[[], bool],
        batch: int | None = None,
        others: Mapping[int, Sequence[tuple[int, int]]] | None = None,
    ) -> None:
        self._model, self._wish, self._stats, self._stopped, self._batch = model, wish, stats, stopped, batch
        self._others = others
        self._maker: tuple[str, Maker] | None = None
        # of the item in work: its units, the steps that were begun, and all that it needs
        self._units, self._steps, self._planned = 0, 0, 1
        self.told: Callable[[float, str], None] = lambda _units, _where: None
        self.rescued = 0
        self.fewer: int | None = None

    def records(self, item: Item) -> Iterator[UnitRecord]:
        maker = self.maker(item.layer)
        before = maker.most
        pictures = len(item.units) * len(self._wish.seeds)
        batches = 1 if maker.most is None else -(-pictures // maker.most)
        self._units, self._steps, self._planned = len(item.units), 0, batches * self._wish.preset.steps
        for record in maker.records(item.units, self._stats.get(item.layer, {}), self._others):
            self.rescued += sum(bool(picture.facts.more["rescued"]) for picture in record.pictures)
            yield record
        self.fewer = self.fewer if maker.most == before else maker.most

    def units_at_once(self, layer: LayerInfo) -> int:
        """How many units fit into one batch with all their seeds; at least one."""
        height, width = self.maker(layer.name).part.size
        painted = 0 if self._wish.generator is None else self._wish.generator.size**2
        scale = max((phase.scale for phase in self._wish.preset.phases), default=1.0)
        pixels = max(round(height * width * max(scale, 1.0) ** 2), painted)
        fitting = _PIXELS // pixels * (1 if self._model.device.type == "cpu" else _DEVICE_FACTOR)
        pictures = self._batch or min(max(fitting, _FEWEST), _MOST)
        of_unit = len(self._wish.seeds) * max(
            (len(pairs) for pairs in (self._others or {}).values()), default=1
        )
        return max(pictures // of_unit, 1)

    def maker(self, layer: str) -> Maker:
        """Of the layer; the last one is kept."""
        if self._maker is None or self._maker[0] != layer:
            made = Maker(
                self._model,
                self._model.info.layer(layer),
                self._wish,
                self._step,
                self.fewer or self._batch,
            )
            self._maker = layer, made
        return self._maker[1]

    def _step(self) -> bool:
        """Tells how much of the item is made, as long as no picture of it must be tried again."""
        if self._steps < self._planned:
            steps = self._wish.preset.steps
            self.told(self._units * self._steps / self._planned, f"step {self._steps % steps + 1} of {steps}")
        self._steps += 1
        return self._stopped()
