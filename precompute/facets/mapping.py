"""From a unit's images to its facet map: steps 1 to 5 of Algorithm 1 (Nguyen, Yosinski & Clune 2016, MFV)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepvis_app.messages import U8, Box, FacetMap, FacetPoint, LayerInfo, frozen
from deepvis_app.models import LoadedModel
from deepvis_app.render.pictures import PictureError, decode_picture
from precompute.datasets import ImageSet, digest_of
from precompute.facets.frames import Frame, mean_frame, moved, part, shift_of, thumbnail
from precompute.facets.grouping import AVERAGED, FEWEST, NoFacetsError, facets_of, grouped, laid_out, space_of
from precompute.facets.looking import Looker, Looks
from precompute.synthesis.part import field_box
from precompute.top.patches import sight
from precompute.top.tally import rounded

Grouped = Literal["plane", "codes"]


@dataclass(frozen=True)
class Rules:
    """How groups are made: `count` of them (None: by silhouette), of places in the plane or of the codes."""

    count: int | None = None
    by: Grouped = "plane"
    averaged: int = AVERAGED
    seed: int = 0


@dataclass(frozen=True)
class Mapped:
    """A unit's facet map; each facet's mean picture, of the network's input size; each point's image, moved so
    that what the unit saw is in the middle; the part (top, left, bottom, right) of these that it sees; and each
    point's number in the set of images.
    """

    facets: FacetMap
    means: tuple[U8, ...]
    frames: tuple[Frame, ...]
    field: Box
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class _Image:
    number: int
    size: tuple[int, int]
    pixels: U8


class Mapper:
    """Makes the maps of one layer's units. `stopped` is asked between images."""

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet,
        layer: LayerInfo,
        rules: Rules,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._model, self._images, self._rules, self._stopped = model, images, rules, stopped
        self.looker = Looker(model, layer)
        height, width = model.info.input_size
        self.field = field_box(model, layer) if self.looker.column else (0, 0, height, width)

    def map(self, unit: int, numbers: Sequence[int]) -> Mapped | None:
        """Of the images with these numbers; what cannot be read or repeats another one's content is left out.

        None when it was stopped. Raises NoFacetsError where there are too few images, or all alike.
        """
        found = []
        for image in self._read(numbers):
            found.append(image)
            if self._stopped():
                return None
        if len(found) < FEWEST:
            raise NoFacetsError(f"{len(found)} images are too few for facets, which need {FEWEST}")
        looks = self.looker.look(np.stack([image.pixels for image in found]), unit)
        good = np.flatnonzero(np.isfinite(looks.codes).all(1) & np.isfinite(looks.values)).tolist()
        return self._mapped([found[at] for at in good], looks.of(good))

    def _mapped(self, images: Sequence[_Image], looks: Looks) -> Mapped:
        rules = self._rules
        space = space_of(looks.codes, self.looker.code.name, rules.seed, column=self.looker.column)
        xy = laid_out(space.places, rules.seed)
        rows = xy if rules.by == "plane" else space.places
        groups = grouped(rows, rules.count, rules.seed)
        labels = [self._images.labels[image.number] for image in images]
        facets = facets_of(groups, xy, rows, space.places, labels, rules.averaged)
        frames = tuple(self._frame(image, place) for image, place in zip(images, looks.places, strict=True))
        points = tuple(
            self._point(image, (int(place[0]), int(place[1])), float(value))
            for image, place, value in zip(images, looks.places, looks.values, strict=True)
        )
        thumbnails = np.stack([thumbnail(part(frame.rgb, self.field)) for frame in frames])
        found = FacetMap(frozen(xy), frozen(groups.silhouettes), points, frozen(thumbnails), facets, space)
        means = tuple(mean_frame([frames[at] for at in one.members[: one.averaged]]) for one in facets)
        return Mapped(found, means, frames, self.field, tuple(image.number for image in images))

    def _frame(self, image: _Image, place: Sequence[int]) -> Frame:
        return moved(image.pixels, shift_of(self.looker.layer, place) if self.looker.column else (0, 0))

    def _point(self, image: _Image, place: tuple[int, int], value: float) -> FacetPoint:
        seen = sight(self.looker.layer, place, self._model.preprocess, image.size)
        source, box = self._images.origin(image.number, seen.source)
        return FacetPoint(source, box, self._images.labels[image.number], rounded(value))

    def _read(self, numbers: Sequence[int]) -> Iterator[_Image]:
        seen: set[bytes] = set()
        for number in numbers:
            try:
                data = self._images.read(number)
                digest = digest_of(data)
                if digest in seen:
                    continue
                rgb = decode_picture(data, self._images.names[number])
            except (OSError, PictureError):
                continue
            seen.add(digest)
            yield _Image(number, (rgb.shape[0], rgb.shape[1]), self._model.preprocess.pixels(rgb))
