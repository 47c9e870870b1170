"""A facet's pictures: activation maximisation that begins at its mean picture (Algorithm 1, step 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepvis_app.messages import (
    F32,
    MEAN_FACET,
    U8,
    Box,
    FacetMap,
    LayerInfo,
    PictureFacts,
    UnitPicture,
    UnitStats,
)
from deepvis_app.models import LoadedModel
from deepvis_app.render.patches import OUTSIDE
from precompute.facets.frames import part
from precompute.facets.keeping import Keeping
from precompute.facets.looking import Looker
from precompute.facets.mapping import Mapped
from precompute.synthesis.aim import Shares, Task
from precompute.synthesis.maker import Maker, Wish
from precompute.synthesis.part import Parts
from precompute.synthesis.recording import Made, picture_of
from precompute.top.tally import rounded


@dataclass(frozen=True)
class Brush:
    """A way to paint: the kind of its pictures, what is wished of each, and where one begins for a mean picture.

    `hold` is how strongly a picture is kept in its facets (the weight of `Keeping`); 0: it climbs the value alone.
    """

    kind: str
    wish: Wish
    first: Callable[[U8], U8 | F32]
    hold: float = 0.0


class Painter:
    """Paints the facets of one layer's units with each brush; `most` pictures at once."""

    def __init__(
        self,
        model: LoadedModel,
        layer: LayerInfo,
        brushes: Sequence[Brush],
        stopped: Callable[[], bool],
        most: int | None = None,
    ) -> None:
        parts = Parts(model)
        self._model, self._layer = model, layer
        self._size = model.info.input_size
        self._brushes = tuple(brushes)
        self._makers = [Maker(model, layer, brush.wish, stopped, most, parts) for brush in brushes]

    def painted(
        self,
        unit: int,
        seed: int,
        firsts: Sequence[U8],
        facets: FacetMap,
        kept_in: Sequence[Shares] | None = None,
    ) -> list[list[Made]] | None:
        """With each brush a picture from each of `firsts` (RGB of the input's size); None when stopped.

        Brushes that hold pictures keep each in the facets `kept_in` with their shares; by default picture k in facet k.
        """
        kept_in = [((k, 1.0),) for k in range(len(firsts))] if kept_in is None else kept_in
        rows = []
        for brush, maker in zip(self._brushes, self._makers, strict=True):
            keeper = Keeping(self._model, self._layer, facets, brush.hold) if brush.hold else None
            maker.climb = replace(maker.climb, keeper=keeper)
            starts = zip(firsts, kept_in, strict=True)
            made = maker.make([Task(unit, seed, first=brush.first(one), facets=own) for one, own in starts])
            if not made:
                return None
            rows.append(made)
        return rows

    def pictures(
        self, mapped: Mapped, rows: Sequence[Sequence[Made]], stats: UnitStats | None, looker: Looker
    ) -> list[UnitPicture]:
        """What was painted from the facets' mean pictures as an atlas keeps it; what failed is left out."""
        found = []
        for brush, maker, made in zip(self._brushes, self._makers, rows, strict=True):
            for number, one in enumerate(made):
                if one.reason:
                    continue
                picture = picture_of(brush.kind, number, one, maker.part.field, stats, codes=False)
                code = self._code(one, maker.part.field, looker)
                found.append(_of_facet(picture, mapped.facets, number, code))
        return found

    def landings(
        self, facets: FacetMap, rows: Sequence[Sequence[Made]], looker: Looker
    ) -> dict[str, list[int]]:
        """By kind the facet into which the code of each picture falls; -1 for one that failed."""
        return {
            brush.kind: [
                -1 if one.reason else facets.facet_of(self._code(one, maker.part.field, looker))
                for one in made
            ]
            for brush, maker, made in zip(self._brushes, self._makers, rows, strict=True)
        }

    def _code(self, made: Made, field: Box, looker: Looker) -> F32:
        whole = self._on_input(made, field)
        code: F32 = looker.look(whole[None], made.task.unit, centre=True).codes[0]
        return code

    def _on_input(self, made: Made, field: Box) -> U8:
        """The picture as the network sees it: grey around what was painted."""
        if made.whole is not None:
            return made.whole
        assert made.rgb is not None
        rgb = np.full((*self._size, 3), OUTSIDE, np.uint8)
        top, left, bottom, right = field
        rgb[top:bottom, left:right] = made.rgb
        return rgb


def mean_pictures(mapped: Mapped, unit: int, looker: Looker, stats: UnitStats | None) -> list[UnitPicture]:
    """The facets' mean pictures with what is known of the facets."""
    looks = looker.look(np.stack(mapped.means), unit, centre=looker.column)
    found = []
    for number, (facet, mean) in enumerate(zip(mapped.facets.facets, mapped.means, strict=True)):
        value = rounded(float(looks.values[number]))
        facts = PictureFacts(
            value,
            None if stats is None else round(stats.percentile(value), 3),
            label=facet.label,
            more={
                "averaged": facet.averaged,
                "silhouette": facet.silhouette,
                "purity": facet.purity,
                **({"share": facet.share} if facet.label else {}),
            },
        )
        picture = UnitPicture(MEAN_FACET, number, part(mean, mapped.field), facts=facts)
        found.append(_of_facet(picture, mapped.facets, number, looks.codes[number]))
    return found


def _of_facet(picture: UnitPicture, facets: FacetMap, number: int, code: F32) -> UnitPicture:
    """With the facet's size, by which facets are ordered, and the facet into which the picture's own code falls."""
    images = len(facets.facets[number].members)
    more = {**picture.facts.more, "images": images, "lands_in": facets.facet_of(code)}
    return replace(picture, score=float(images), facts=replace(picture.facts, more=more))
