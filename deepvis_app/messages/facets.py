"""Facets: the kinds of images that one unit fires for (Nguyen, Yosinski & Clune 2016, multifaceted visualisation)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deepvis_app.messages.arrays import F32, I32, U8, Box, frozen

# A unit's pictures of these kinds are its facets': the picture with rank k is facet k's.
MEAN_FACET, AM_FACET, DGN_FACET = "facets", "facet-am", "facet-dgn"
FACET_KINDS = (MEAN_FACET, AM_FACET, DGN_FACET)
# Blocks (render.blocks) of the real images nearest to facet k's centre, in the order of its members, and of what
# excites the unit in each of them.
REAL_FACET, DECONV_FACET, LRP_FACET = "facet-real", "facet-deconv", "facet-lrp"
BLOCK_KINDS = (REAL_FACET, DECONV_FACET, LRP_FACET)
_NEIGHBOURS = 5


@dataclass(frozen=True)
class CodeSpace:
    """What stands for an image when images are compared: its code at `layer`, along the main axes of all of them.

    A code is (D,): the values of the layer's units, of a map with more than one position the column at the place
    where the unit is strongest (`column`) or their mean over all places. `mean` (D,) and `axes` (d, D) are those of
    a principal component analysis, `places` (n, d) the images' codes along them.
    """

    layer: str
    column: bool
    mean: F32
    axes: F32
    places: F32

    def code(self, maps: F32, unit: int) -> F32:
        """The code (D,) of one image, of its maps (D, h, w) of `layer`; `unit` is the facet map's own."""
        if not self.column:
            mean: F32 = maps.mean((1, 2), dtype=np.float32)
            return mean
        y, x = np.unravel_index(maps[unit].argmax(), maps.shape[1:])
        column: F32 = maps[:, y, x]
        return column

    def reduced(self, codes: F32) -> F32:
        """Codes (..., D) along the axes, (..., d)."""
        found: F32 = ((codes - self.mean) @ self.axes.T).astype(np.float32)
        return found


@dataclass(frozen=True)
class Facet:
    """One kind of image that excites a unit.

    `members` are the numbers of its points, the nearest to `centre` first; the first `averaged` of them make its
    mean picture. `silhouette` (-1..1) is its points' mean. `purity` is the share (0..1) of its members whose code lies
    nearer to the mean code of this facet than to that of any other. `label` is the commonest class of its members
    and `share` (0..1) how many of them have it; "" and 0 where the images have no classes.
    """

    members: tuple[int, ...]
    centre: tuple[float, float]
    averaged: int
    silhouette: float
    purity: float
    label: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class FacetPoint:
    """One image of a facet map: what `PictureFacts` call source, box and label, and the unit's value in it."""

    source: str
    box: Box | None
    label: str
    value: float


@dataclass(frozen=True)
class FacetMap:
    """The images that excite a unit most, laid out in the plane so that like lies near like, in groups.

    `xy` (n, 2) has no unit; `silhouettes` (n,) are -1..1 (Rousseeuw 1987), taken in the plane. `thumbnails`
    (n, side, side, 3) are the images, or what the unit sees of them. `facets` are ordered by size, the largest
    first. Each point is in exactly one facet. Which run made it is told by the unit's pictures of kind MEAN_FACET.
    """

    xy: F32
    silhouettes: F32
    points: tuple[FacetPoint, ...]
    thumbnails: U8
    facets: tuple[Facet, ...]
    space: CodeSpace

    @cached_property
    def cluster(self) -> I32:
        """(n,): the number of each point's facet."""
        found = np.full(len(self.xy), -1, np.int32)
        for number, facet in enumerate(self.facets):
            found[list(facet.members)] = number
        return frozen(found)

    @property
    def silhouette(self) -> float:
        """The mean over all points: how clearly the facets are apart in the plane."""
        return float(self.silhouettes.mean())

    @property
    def purity(self) -> float:
        """The share of all points whose code lies nearest to their own facet's mean code."""
        return sum(facet.purity * len(facet.members) for facet in self.facets) / len(self.xy)

    @cached_property
    def mean_codes(self) -> F32:
        """(facets, d): the facets' means of their images' codes along the axes."""
        means = [self.space.places[list(facet.members)].mean(0) for facet in self.facets]
        return np.stack(means).astype(np.float32)

    def facet_of(self, code: F32) -> int:
        """The facet whose mean code is nearest to a code (D,)."""
        off = self.mean_codes - self.space.reduced(code)
        return int((off**2).sum(1).argmin())

    def nearest(self, code: F32) -> tuple[int, ...]:
        """The five points whose codes are nearest to a code (D,), the nearest first: those that `place` takes."""
        return tuple(self._distances(code).argsort(kind="stable")[:_NEIGHBOURS].tolist())

    def _distances(self, code: F32) -> F32:
        """Of all points' codes along the axes, squared."""
        found: F32 = ((self.space.places - self.space.reduced(code)) ** 2).sum(1)
        return found

    def place(self, code: F32) -> tuple[float, float]:
        """Where a code (D,) belongs in the plane: the mean place of its five nearest points, near ones first.

        The weights are the squared distances' inverses; t-SNE itself places no new points.
        """
        distances = self._distances(code)
        nearest = list(self.nearest(code))
        weights = 1 / (distances[nearest] + 1e-6 * float(distances.mean()) + 1e-12)
        x, y = (self.xy[nearest] * weights[:, None]).sum(0) / weights.sum()
        return float(x), float(y)
