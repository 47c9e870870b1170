"""From units of a layer to their records: the batch is made, what failed is tried once more, pictures are ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from deepvis_app.messages import U8, LayerInfo, PictureFacts, UnitPicture, UnitRecord, UnitRef, UnitStats
from deepvis_app.models import LoadedModel
from precompute.runner import out_of_memory
from precompute.synthesis.ascent import Ascended, Climb, Task, ascend
from precompute.synthesis.display import as_bytes, as_rgb, reached, stretched
from precompute.synthesis.image import Pixels
from precompute.synthesis.objectives import check_objective
from precompute.synthesis.part import part_for
from precompute.synthesis.presets import Preset

KIND = "am"
RESEEDED = 1_000_000  # added to the seed of a picture that is tried once more
_TRACE = 9  # values of the way that are kept


@dataclass(frozen=True)
class Wish:
    """What is to be made of every unit; `first` (input-sized RGB) is where to start instead of the mean colour."""

    preset: Preset
    seeds: tuple[int, ...]
    objective: str = "centre"
    minimise: bool = False
    first: U8 | None = None
    half: bool = False


@dataclass(frozen=True)
class Made:
    """One finished picture of a task, or why there is none."""

    task: Task
    reason: str = ""
    rgb: U8 | None = None
    activation: float = 0.0  # at the picture as it was optimised
    shown: float = 0.0  # at the stretched 8-bit picture
    better: int = 0  # units of the layer that are stronger there
    rescued: bool = False
    reseeded: bool = False
    trace: tuple[float, ...] = field(default=())


class Maker:
    """Makes pictures of one layer's units, at most `most` of them at once (None: all that it is given).

    Where the memory does not suffice for the pictures of one unit, `most` becomes smaller. Raises ValueError, one
    sentence, for an objective that does not fit.
    """

    def __init__(
        self,
        model: LoadedModel,
        layer: LayerInfo,
        wish: Wish,
        stopped: Callable[[], bool] = lambda: False,
        most: int | None = None,
    ) -> None:
        self._model, self._layer, self._wish, self._stopped = model, layer, wish, stopped
        self.most = most
        objective = check_objective(wish.objective, layer)
        self.part = part_for(model, layer, whole_map=objective.whole_map)
        self._image = Pixels(
            model.preprocess,
            self.part.canvas,
            model.device,
            wish.preset.noise,
            wish.first,
            wish.preset.natural,
        )
        self.climb = Climb(
            self.part, model.preprocess, self._image, objective, wish.preset, wish.minimise, wish.half
        )

    def records(self, units: Sequence[int], stats: Mapping[int, UnitStats]) -> Iterator[UnitRecord]:
        """A record for each unit; nothing when it was stopped on the way."""
        tasks = [Task(unit, seed) for unit in units for seed in self._wish.seeds]
        made = self.make(tasks)
        for unit in units:
            of_unit = [one for one in made if one.task.unit == unit]
            if of_unit:
                yield self._record(unit, of_unit, stats.get(unit))

    def make(self, tasks: Sequence[Task]) -> list[Made]:
        """One for each task, in their order; what failed is tried once with another seed. Empty when stopped."""
        made = self._made(tasks)
        again = [k for k, one in enumerate(made) if one.reason]
        seconds = (
            self._made([replace(tasks[k], seed=tasks[k].seed + RESEEDED) for k in again]) if again else []
        )
        for k, second in zip(again, seconds, strict=False):
            made[k] = replace(second, reseeded=True)
        return made if len(seconds) == len(again) else []

    def _made(self, tasks: Sequence[Task]) -> list[Made]:
        """Batch by batch; empty when stopped."""
        made: list[Made] = []
        while len(made) < len(tasks):
            end = len(tasks) if self.most is None else len(made) + self.most
            batch = tasks[len(made) : end]
            try:
                found = ascend(self.climb, batch, self._stopped)
                if found is None:
                    return []
                made += self._finished(batch, found)
            except (RuntimeError, MemoryError) as error:
                several = len({task.unit for task in batch}) > 1  # then the runner makes fewer units at once
                if several or len(batch) < 2 or not out_of_memory(error):
                    raise
                self.most = len(batch) // 2
        return made

    def _finished(self, tasks: Sequence[Task], found: Ascended) -> list[Made]:
        pictures = self._image.pictures(found.codes)
        units = torch.tensor([task.unit for task in tasks], device=pictures.device)
        shown = as_bytes(stretched(pictures, self._image.mean))
        activations, _ = reached(
            self._model, self.part, pictures * 255, units, self.climb.objective.whole_map
        )
        values, better = reached(self._model, self.part, shown.float(), units, self.climb.objective.whole_map)
        kept = torch.linspace(0, len(found.trace) - 1, min(_TRACE, len(found.trace))).round().long()
        traces = found.trace.cpu()[kept].T.tolist()
        cut = self.part.shown(shown)
        rows = zip(activations.tolist(), values.tolist(), better.tolist(), strict=True)
        return [
            Made(task, found.reasons[k], as_rgb(cut[k]), *row, found.rescued[k], trace=tuple(traces[k]))
            for k, (task, row) in enumerate(zip(tasks, rows, strict=True))
        ]

    def _record(self, unit: int, made: Sequence[Made], stats: UnitStats | None) -> UnitRecord:
        """The pictures that came out, the strongest first, as they are shown (the weakest when minimising)."""
        sign = 1 if self._wish.minimise else -1
        good = sorted((one for one in made if not one.reason), key=lambda one: sign * one.shown)
        failed = [one.reason for one in made if one.reason]
        note = f"{len(failed)} of {len(made)} seeds gave no picture ({failed[0]})." if failed else ""
        pictures = tuple(_picture(rank, one, stats) for rank, one in enumerate(good))
        return UnitRecord(UnitRef(self._layer.name, unit), (KIND,), pictures, note=note)


def _picture(rank: int, made: Made, stats: UnitStats | None) -> UnitPicture:
    assert made.rgb is not None
    more = {
        "shown": round(made.shown, 4),
        "stronger_units": made.better,
        "rescued": made.rescued,
        "reseeded": made.reseeded,
        "trace": [round(value, 3) for value in made.trace],
    }
    percentile = None if stats is None else stats.percentile(made.activation)
    facts = PictureFacts(made.activation, percentile, made.task.seed, more=more)
    return UnitPicture(KIND, rank, made.rgb, made.shown, facts)
