"""What MFV finds in pictures whose facets are known: every class's groups against those that were planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.datasets import ImageSet
from precompute.facets.choosing import MOST, ClassImages
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.rendered.planted import Planted, differences, facet_of
from precompute.rendered.recovery import Match, by_chance, match
from precompute.rendered.scenes import caption


@dataclass(frozen=True)
class Found:
    """A class's map, how well its groups are the planted facets, and the share recovered by chance."""

    planted: Planted
    mapped: Mapped
    match: Match
    chance: float

    def told(self) -> dict[str, Any]:
        """As JSON values."""
        first, second = self.planted.facets[:2]
        facets = [
            {"facet": caption(scene), "f1": round(float(f1), 4), "recovered": good}
            for scene, f1, good in zip(self.planted.facets, self.match.f1, self.match.recovered, strict=True)
        ]
        return {
            "groups": len(self.mapped.facets.facets),
            "first two differ in": list(differences(first, second)),
            "first two told apart": all(self.match.recovered[:2]),
            "facets": facets,
            "chance": round(self.chance, 4),
        }


def found_facets(
    model: LoadedModel,
    layer: LayerInfo,
    images: ImageSet,
    units: Sequence[int],
    classes: Sequence[Planted],
    rules: Callable[[Planted], Rules],
) -> list[Found]:
    """For each class unit what MFV's grouping (Algorithm 1, steps 1 to 5) makes of its class's pictures.

    `images` have the names that `save_pictures` gives. Raises NoFacetsError.
    """
    choose = ClassImages(images, model.info, MOST)
    found = []
    for unit in units:
        planted = classes[unit]
        mapped = Mapper(model, images, layer, rules(planted)).map(unit, choose.of(layer, unit))
        assert mapped is not None  # nothing stops it
        known = [facet_of(point.source, planted) for point in mapped.facets.points]
        group = np.zeros(len(known), np.int64)
        for number, facet in enumerate(mapped.facets.facets):
            group[list(facet.members)] = number
        groups = group.tolist()
        found.append(Found(planted, mapped, match(known, groups), by_chance(known, groups)))
    return found


def share(found: Sequence[Found]) -> float:
    """Of all planted facets those that are recovered."""
    return float(np.mean([good for one in found for good in one.match.recovered]))
