"""The items of a `ppgn` run: chains of several units at once, their samples picked, painted and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from deepvis_app.messages import F32, LayerInfo, UnitRecord, UnitRef, UnitStats
from deepvis_app.models import LoadedModel
from precompute.generators.topology import AnyGenerator
from precompute.ppgn.chains import Chains, Sample, Scene, walk
from precompute.ppgn.condition import Condition, condition_for
from precompute.ppgn.painting import KIND, Kept, painted
from precompute.ppgn.picking import picked
from precompute.ppgn.priors import Prior
from precompute.ppgn.settings import Settings
from precompute.runner import Item
from precompute.synthesis.aim import Task
from precompute.synthesis.codes import Codes
from precompute.synthesis.part import Parts

_PIXELS = 1 << 19  # of all pictures of a batch on a CPU
_DEVICE_FACTOR = 8  # what a GPU takes more


@dataclass(frozen=True)
class Wanted:
    """What is to be made of every unit: `chains` of the seeds from `seed` on, and of their samples at most `pictures`,
    no two more `alike` than that (cosine of their codes).

    `start` is a code at which all chains begin (with the settings' noise), `condition` a name or "auto".
    """

    settings: Settings
    generator: AnyGenerator
    prior: Prior
    chains: int
    pictures: int
    alike: float
    seed: int = 0
    condition: str = "auto"
    start: F32 | None = None
    codes: bool = True


@dataclass(frozen=True)
class Way:
    """What became of one chain: its samples, its confidence in every step, and whether there ever was a gradient."""

    samples: tuple[Sample, ...]
    trace: list[float]
    moved: bool


class Making:
    """Makes items, layer by layer. `stats` are by layer name, `stopped` is asked in every step and may wait.

    At most `batch` chains walk at once (None: by the size of their pictures). `told` gets in every step how many units'
    worth is made of those in work, and where. Raises ConditionError.
    """

    def __init__(
        self,
        model: LoadedModel,
        wanted: Wanted,
        stats: Mapping[str, Mapping[int, UnitStats]],
        stopped: Callable[[], bool],
        batch: int | None = None,
    ) -> None:
        self._model, self._wanted, self._stats, self._stopped = model, wanted, stats, stopped
        self._batch, self._parts = batch, Parts(model)
        self.told: Callable[[float, str], None] = lambda _units, _where: None

    def units_at_once(self) -> int:
        """Of an item; the chains of one unit may be more than walk at once."""
        return max(self._chains_at_once() // self._wanted.chains, 1)

    def _chains_at_once(self) -> int:
        height, width = self._model.info.input_size
        pixels = max(height * width, self._wanted.generator.size**2)
        factor = 1 if self._model.device.type == "cpu" else _DEVICE_FACTOR
        return self._batch or max(_PIXELS * factor // pixels, 1)

    def check(self, layers: Iterable[LayerInfo], units: Mapping[str, tuple[int, ...]]) -> None:
        """Raises ConditionError for a layer that cannot have the condition, before anything is made."""
        for layer in layers:
            self._condition(layer, units[layer.name])

    def scene(self, layer: LayerInfo, units: tuple[int, ...]) -> Scene:
        """What chains of these units walk in. Raises ConditionError, and ValueError for a start that does not fit."""
        wanted, settings = self._wanted, self._wanted.settings
        part = self._parts.of(layer)
        codes = Codes(
            wanted.generator,
            self._model.preprocess,
            part.canvas,
            self._model.device,
            settings.start,
            wanted.start,
            settings.bound,
        )
        condition = self._condition(layer, units)
        times = settings.times(classes=layer.is_class_layer)
        return Scene(part, self._model.preprocess, codes, wanted.prior, condition, settings, times)

    def _condition(self, layer: LayerInfo, units: tuple[int, ...]) -> Condition:
        stats, own_only = self._stats.get(layer.name, {}), self._wanted.settings.own_only
        return condition_for(self._wanted.condition, layer, stats, units, own_only=own_only)

    def records(self, item: Item) -> Iterator[UnitRecord]:
        """A record for each unit; nothing when it was stopped on the way."""
        layer = self._model.info.layer(item.layer)
        scene = self.scene(layer, item.units)
        count = self._wanted.chains
        seeds = range(self._wanted.seed, self._wanted.seed + count)
        ways = self._walked(scene, [Task(unit, seed) for unit in item.units for seed in seeds])
        if ways is None:
            return
        for number, unit in enumerate(item.units):
            yield self._record(scene, unit, ways[number * count : (number + 1) * count])

    def _walked(self, scene: Scene, tasks: Sequence[Task]) -> list[Way] | None:
        """What became of the chains of these tasks, as many at a time as walk at once; None when it was stopped."""
        size, ways, steps = self._chains_at_once(), list[Way](), scene.times.steps
        for begin in range(0, len(tasks), size):
            part = tasks[begin : begin + size]

            def go_on(step: int, begin: int = begin, size: int = len(part)) -> bool:
                gone = (begin + size * step / steps) / self._wanted.chains
                self.told(gone, f"step {step + 1} of {steps}")
                return not self._stopped()

            chains = walk(scene, part, go_on)
            if chains is None:
                return None
            ways += [way_of(chains, number) for number in range(len(part))]
        return ways

    def _record(self, scene: Scene, unit: int, ways: Sequence[Way]) -> UnitRecord:
        """`ways` are those of the unit's chains, one for each seed in their order."""
        ref, wanted = UnitRef(scene.part.layer.name, unit), self._wanted
        if not any(way.moved for way in ways):
            return UnitRecord(ref, (KIND,), note="No samples: the unit has no gradient anywhere on the way.")
        samples, due = candidates(
            [replace(one, chain=chain) for chain, way in enumerate(ways) for one in way.samples]
        )
        codes = torch.stack([scene.codes.code(one.codes) for one in samples])
        kept = [
            Kept(one, wanted.seed + one.chain, ways[one.chain].trace[: one.step + 1], len(samples))
            for one in (samples[row] for row in picked(codes, wanted.pictures, wanted.alike))
        ]
        stats = self._stats.get(ref.layer, {}).get(unit)
        pictures = painted(self._model, scene, unit, kept, stats, codes=wanted.codes)
        low = f"No state reached a confidence of {scene.times.threshold:g}: these are where the chains ended."
        return UnitRecord(ref, (KIND,), pictures, note="" if due else low)


def way_of(chains: Chains, number: int) -> Way:
    samples = tuple(one for one in chains.samples if one.chain == number)
    return Way(samples, chains.trace(number), chains.moved[number])


def candidates(samples: Sequence[Sample]) -> tuple[list[Sample], bool]:
    """Those that are due by the rule, the latest first; where none is, the ends of all runs, the surest first."""
    due = [one for one in samples if one.due]
    if due:
        return sorted(due, key=lambda one: (-one.step, one.chain)), True
    return sorted(samples, key=lambda one: -one.confidence), False
