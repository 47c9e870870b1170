"""From units of a layer to their records: the batch is made, what failed is tried once more, pictures are ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import torch

from deepvis_app.messages import F32, U8, LayerInfo, UnitRecord, UnitRef, UnitStats
from deepvis_app.models import LoadedModel
from precompute.generators.topology import AnyGenerator
from precompute.runner import out_of_memory
from precompute.synthesis.aim import Task
from precompute.synthesis.ascent import Ascended, Climb, ascend
from precompute.synthesis.code_recipe import GAMMA
from precompute.synthesis.codes import Codes
from precompute.synthesis.display import as_bytes, as_rgb, reached
from precompute.synthesis.diversity import diversity_for
from precompute.synthesis.image import Image, Pixels
from precompute.synthesis.objectives import Objective, check_objective
from precompute.synthesis.part import AnyParts, Part, Parts
from precompute.synthesis.preset import Preset
from precompute.synthesis.recording import (
    CODE_KIND,
    PAIR_KIND,
    PIXEL_KIND,
    Made,
    in_order,
    note_on,
    picture_of,
)
from precompute.synthesis.schedule import check_phases

__all__ = ["CODE_KIND", "PAIR_KIND", "PIXEL_KIND", "RESEEDED", "Made", "Maker", "Wish", "image_for"]

RESEEDED = 1_000_000  # added to the seed of a picture that is tried once more
_TRACE = 9  # values of the way that are kept


@dataclass(frozen=True)
class Wish:
    """What is to be made of every unit, with a generator (DGN-AM) or of pixels.

    `first` is where to start: input-sized RGB instead of the mean colour; with a generator a code in its shape
    instead of noise. `gamma` and `scales` are for two units (see `Aim`); `codes`: records keep them. `diversity` is how
    strongly the pictures of a unit that are made at once are kept from looking alike (see `Diversity`).
    """

    preset: Preset
    seeds: tuple[int, ...]
    objective: str = "centre"
    minimise: bool = False
    first: U8 | F32 | None = None
    half: bool = False
    generator: AnyGenerator | None = None
    gamma: float = GAMMA
    scales: Mapping[int, float] = field(default_factory=dict)
    codes: bool = True
    diversity: float = 0.0


def image_for(model: LoadedModel, part: Part, wish: Wish) -> Image:
    """What the wish optimises. Raises ValueError, one sentence, for a preset or a start that does not fit."""
    preset, generator, first = wish.preset, wish.generator, wish.first
    if (preset.bound is None) != (generator is None):
        raise ValueError(
            "This preset is for codes and needs a generator."
            if generator is None
            else "This preset is for pixels: take one for codes, such as dgn."
        )
    scaled = any(phase.scale != 1 for phase in preset.phases)
    if generator is not None and (scaled or preset.image != "pixels"):
        raise ValueError("A generator's codes have neither another image nor canvases of other sizes.")
    if first is not None and (first.dtype == np.uint8) != (generator is None):
        raise ValueError("A picture starts at pixels, and one of a generator at its code.")
    if generator is None:
        start = cast(U8 | None, first)
        return Pixels(model.preprocess, part.canvas, model.device, preset.noise, start, preset.natural)
    code, bound = cast(F32 | None, first), cast(float, preset.bound)
    return Codes(generator, model.preprocess, part.canvas, model.device, preset.noise, code, bound)


class Maker:
    """Makes pictures of one layer's units, at most `most` of them at once (None: all that it is given).

    Where the memory does not suffice for the pictures of one unit, `most` becomes smaller. `parts` are kept for
    other makers of the network. `objective` is climbed in place of the wish's. Raises ValueError, one sentence, for
    an objective, a preset or a start that does not fit. `most` and tasks are in whole videos, where the objective has
    frames.
    """

    def __init__(
        self,
        model: LoadedModel,
        layer: LayerInfo,
        wish: Wish,
        stopped: Callable[[], bool] = lambda: False,
        most: int | None = None,
        parts: AnyParts | None = None,
        objective: Objective | None = None,
    ) -> None:
        self._model, self._layer, self._wish, self._stopped = model, layer, wish, stopped
        self.most = most
        parts = parts or Parts(model)
        objective = objective or check_objective(wish.objective, layer)
        check_phases(wish.preset, layer)
        self.part = parts.of(layer, whole_map=objective.whole_map or wish.diversity > 0)
        if objective.whole_map and not objective.of_unit:  # all units everywhere: there is no field of one
            self.part = replace(self.part, field=self.part.canvas)
        self._image = image_for(model, self.part, wish)
        self.climb = Climb(
            self.part,
            model.preprocess,
            self._image,
            objective,
            wish.preset,
            wish.minimise,
            wish.half,
            wish.gamma,
            wish.scales,
            diversity_for(model, layer, parts, wish.diversity),
        )

    def records(
        self,
        units: Sequence[int],
        stats: Mapping[int, UnitStats],
        others: Mapping[int, Sequence[tuple[int, int]]] | None = None,
    ) -> Iterator[UnitRecord]:
        """A record for each unit; nothing when it was stopped on the way.

        With `others` (unit -> its second units and 1 or -1) they are of the kind for two units.
        """
        tasks = [
            Task(unit, seed, other)
            for unit in units
            for other in (others[unit] if others else [None])
            for seed in self._wish.seeds
        ]
        made, wish = self.make(tasks), self._wish
        kind = PAIR_KIND if others else PIXEL_KIND if wish.generator is None else CODE_KIND
        for unit in units:
            of_unit = [one for one in made if one.task.unit == unit]
            ordered = in_order(of_unit, weakest_first=wish.minimise)
            pictures = tuple(
                picture_of(kind, rank, one, self.part.field, stats.get(unit), codes=wish.codes)
                for rank, one in enumerate(ordered)
            )
            if of_unit:
                ref = UnitRef(self._layer.name, unit)
                yield UnitRecord(ref, (kind,), pictures, note=note_on(of_unit))

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
                frames = self.climb.objective.frames
                if several or len(batch) < 2 * frames or not out_of_memory(error):
                    raise
                self.most = len(batch) // frames // 2 * frames
        return made

    @torch.no_grad()
    def _finished(self, tasks: Sequence[Task], found: Ascended) -> list[Made]:
        pictures, whole = self.climb.painted(found.codes)
        shown = as_bytes(self._image.displayed(pictures))
        activations, others, _ = self._reached(pictures * 255, tasks)
        values, _, better = self._reached(shown.float(), tasks)
        kept = torch.linspace(0, len(found.trace) - 1, min(_TRACE, len(found.trace))).round().long()
        traces = found.trace.cpu()[kept].T.tolist()
        cut, wholes = self.part.shown(shown), None if whole is None else as_bytes(whole)
        codes = self._image.code(found.codes)
        rows = zip(activations, values, better, strict=True)
        return [
            Made(
                task,
                found.reasons[k],
                as_rgb(cut[k]),
                *row,
                found.rescued[k],
                trace=tuple(traces[k]),
                value=float(found.values[k]),
                other=others[k] if task.other else None,
                code=None if codes is None else codes[k].cpu().numpy(),
                whole=None if wholes is None else as_rgb(wholes[k]),
            )
            for k, (task, row) in enumerate(zip(tasks, rows, strict=True))
        ]

    def _reached(
        self, pixels: torch.Tensor, tasks: Sequence[Task]
    ) -> tuple[list[float], list[float], list[int]]:
        """Of each task's unit and of its second one (or again its own) the value at pictures in 0..255, and how
        many units are stronger than the first.
        """
        firsts = torch.tensor([task.unit for task in tasks], device=pixels.device)
        seconds = torch.tensor([(task.other or (task.unit, 0))[0] for task in tasks], device=pixels.device)
        whole_map = self.climb.objective.whole_map
        own, better = reached(self._model, self.part, pixels, firsts, whole_map)
        if not any(task.other for task in tasks):
            return own.tolist(), own.tolist(), better.tolist()
        other, _ = reached(self._model, self.part, pixels, seconds, whole_map)
        return own.tolist(), other.tolist(), better.tolist()
