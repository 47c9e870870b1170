"""What is being painted: an ascent that can be looked at, and begun anew with other seeds or another start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from deepvis_app.messages import U8, Box, LayerInfo, UnitStats
from deepvis_app.models import LoadedModel
from precompute.painting.telling import Look
from precompute.synthesis.ascent import Ascent, Task
from precompute.synthesis.display import as_bytes, as_rgb, reached
from precompute.synthesis.maker import Maker, Wish, image_for
from precompute.synthesis.part import Parts
from precompute.synthesis.recording import keeps_whole


class Easel:
    """Pictures of one unit, or of it and a second one, `other` (unit, 1 or -1), one for each of the wish's seeds.

    `stats` are those of the unit, where they are known; `parts` are kept for other units. Raises ValueError, one
    sentence, as `Maker` does.
    """

    def __init__(
        self,
        model: LoadedModel,
        layer: LayerInfo,
        wish: Wish,
        unit: int,
        other: tuple[int, int] | None = None,
        stats: UnitStats | None = None,
        parts: Parts | None = None,
    ) -> None:
        self._model, self._unit, self._other, self._stats = model, unit, other, stats
        maker = Maker(model, layer, wish, parts=parts)
        self._part, self._climb = maker.part, maker.climb
        self._ascent = Ascent(self._climb, self._tasks(wish))
        self.wish = wish

    def begin(self, wish: Wish) -> None:
        """Start again with another start, preset or seeds; all else stays. Raises ValueError."""
        image = image_for(self._model, self._part, wish)
        self._climb = replace(self._climb, image=image, preset=wish.preset)
        self._ascent = Ascent(self._climb, self._tasks(wish))
        self.wish = wish

    @property
    def total(self) -> int:
        return self.wish.preset.steps

    @property
    def over(self) -> bool:
        return self._ascent.over

    def step(self) -> None:
        self._ascent.step()

    def poke(self) -> None:
        """Disturb the pictures: `step` goes on from there."""
        self._ascent.poke()

    def look(self) -> Look:
        """The pictures and values of the last step."""
        at = self._ascent
        others = () if at.others is None else at.others.tolist()
        return self._seen(at.pictures, at.whole, at.values, at.activations.tolist(), others)

    def finished(self) -> tuple[Look, tuple[str, ...]]:
        """What came out, with the values of the very pictures that are shown, and what went wrong, once each."""
        found = self._ascent.result()
        with torch.no_grad():
            pictures, whole = self._climb.painted(found.codes)
        pixels = as_bytes(self._climb.image.displayed(pictures)).float()
        own = self._reached(pixels, self._unit)
        others = () if self._other is None else self._reached(pixels, self._other[0])
        wrong = tuple(dict.fromkeys(reason for reason in found.reasons if reason))
        return self._seen(pictures, whole, found.values, own, others), wrong

    def _seen(
        self,
        pictures: Tensor,
        whole: Tensor | None,
        objective: Tensor,
        values: Sequence[float],
        others: Sequence[float],
    ) -> Look:
        strongest = int((-objective if self.wish.minimise else objective).argmax())
        percentile = None if self._stats is None else self._stats.percentile(values[strongest])
        shown, field = self._shown(pictures, whole)
        return Look(self._ascent.index, self.total, shown, values, strongest, percentile, others, field)

    def _shown(self, pictures: Tensor, whole: Tensor | None) -> tuple[list[U8], Box | None]:
        """The whole pictures (H, W, 3) where an atlas keeps them, and where the unit's field lies in them; or what of
        each the unit sees.
        """
        part, image = self._part, self._climb.image
        if whole is None or not keeps_whole(whole.shape[-2:], part.field):
            return [as_rgb(one) for one in part.shown(as_bytes(image.displayed(pictures)))], None
        return [as_rgb(one) for one in as_bytes(image.displayed(whole))], part.field

    def _reached(self, pixels: Tensor, unit: int) -> list[float]:
        units = torch.full((len(pixels),), unit, device=pixels.device)
        whole_map = self._climb.objective.whole_map
        found: list[float] = reached(self._model, self._part, pixels, units, whole_map)[0].tolist()
        return found

    def _tasks(self, wish: Wish) -> list[Task]:
        return [Task(self._unit, seed, self._other) for seed in wish.seeds]
