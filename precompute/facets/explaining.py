"""The real pictures nearest to each facet's centre, and what in them excites the unit (MFV, Fig. S10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from deepvis_app.attribution.batched import trace_maxima
from deepvis_app.messages import (
    DECONV_FACET,
    F32,
    LRP_FACET,
    REAL_FACET,
    U8,
    LayerInfo,
    PictureFacts,
    UnitPicture,
)
from deepvis_app.models import LoadedModel
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.render.blocks import CELL, block
from deepvis_app.render.pictures import PictureError, decode_picture
from precompute.datasets import DataError, ImageSet
from precompute.facets.mapping import Mapped
from precompute.top.patches import Sight, drawn_relevance, drawn_signal, shrunk, sight, true_patch
from precompute.top.pictures import Seen
from precompute.top.tally import rounded
from precompute.top.winners import pairs_at_once

NEAREST = 4  # pictures of a facet
KINDS = {"deconv": DECONV_FACET, "lrp": LRP_FACET}  # method -> the kind of what it shows
_AT_ONCE = 16  # pictures between two questions whether to stop: LRP of a large network takes a second each


@dataclass(frozen=True)
class Shown:
    """One real picture and what each method makes of it: by kind, none with a side over CELL pixels."""

    pictures: dict[str, U8]
    value: float
    dark: tuple[str, ...]  # kinds of which nothing but zeros came through


class Explainer:
    """Of one layer's units: `count` pictures a facet, and of each what `methods` (of KINDS) show.

    `stopped` is asked on the way.
    """

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet,
        layer: LayerInfo,
        count: int = NEAREST,
        methods: Sequence[str] = tuple(KINDS),
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._model, self._images, self._layer, self._stopped = model, images, layer, stopped
        self._count, self._methods = count, tuple(methods)
        self._size = min(pairs_at_once(model, layer), _AT_ONCE)
        self._labels: dict[str, str] = {}

    def pictures(self, unit: int, mapped: Mapped) -> list[UnitPicture] | None:
        """A block of each kind for every facet; None when stopped. Raises CommandError for an image that is gone."""
        nearest = [facet.members[: self._count] for facet in mapped.facets.facets]
        numbers = [mapped.numbers[at] for members in nearest for at in members]
        shown: list[Shown] = []
        for start in range(0, len(numbers), self._size):
            if self._stopped():
                return None
            shown += self._explained(unit, [self._seen(one) for one in numbers[start : start + self._size]])
        found: list[UnitPicture] = []
        rest = iter(shown)
        for number, (facet, members) in enumerate(zip(mapped.facets.facets, nearest, strict=True)):
            found += self._blocks(number, len(facet.members), [next(rest) for _ in members])
        return sorted(found, key=lambda picture: picture.kind)

    def _seen(self, number: int) -> Seen:
        name = self._images.names[number]
        try:
            rgb = decode_picture(self._images.read(number), name)
        except (OSError, PictureError) as error:
            raise DataError(f"{name} changed since it was read; run the same command again.") from error
        return Seen(rgb, self._model.preprocess.pixels(rgb))

    def _explained(self, unit: int, seen: Sequence[Seen]) -> Iterator[Shown]:
        """What the unit saw at its largest value, cut out as the patches of `top` are."""
        preprocess = self._model.preprocess
        pixels = torch.stack([torch.from_numpy(one.pixels.copy()) for one in seen]).to(self._model.device)
        x = preprocess.normalise(pixels.permute(0, 3, 1, 2).float())
        traced = trace_maxima(self._model, x, self._layer, [unit] * len(seen), self._methods)
        self._labels = {KINDS[method]: label for method, label in traced.labels.items()}
        heats = {KINDS[method]: heat.float().cpu().numpy() for method, heat in traced.heats.items()}
        for row, one in enumerate(seen):
            place = int(traced.places[row, 0]), int(traced.places[row, 1])
            looked = sight(self._layer, place, preprocess, (one.rgb.shape[0], one.rgb.shape[1]))
            drawn = {REAL_FACET: true_patch(one.rgb, looked, preprocess, CELL)}
            for kind, heat in heats.items():
                drawn[kind] = shrunk(_drawn(kind, heat[row], looked, preprocess), CELL)
            dark = tuple(kind for kind, heat in heats.items() if not heat[row].any())
            yield Shown(drawn, rounded(float(traced.values[row])), dark)

    def _blocks(self, number: int, images: int, shown: Sequence[Shown]) -> Iterator[UnitPicture]:
        """The facets' pictures are ordered by how many images they have, as those that these stand beside."""
        for kind in (REAL_FACET, *(KINDS[method] for method in self._methods)):
            more = {"images": images, "pictures": len(shown), "values": [one.value for one in shown]}
            if kind in self._labels:
                more["method"] = self._labels[kind]
            if dark := sum(kind in one.dark for one in shown):
                more["note"] = f"nothing of the signal comes through in {dark} of these {len(shown)}"
            rgb = block([one.pictures[kind] for one in shown])
            yield UnitPicture(kind, number, rgb, float(images), PictureFacts(more=more))


def _drawn(kind: str, heat: F32, looked: Sight, preprocess: Preprocess) -> U8:
    """Relevance is a pixel's, whatever its colours; the other signals are colours themselves."""
    return drawn_relevance(heat, looked) if kind == LRP_FACET else drawn_signal(heat, looked, preprocess)
