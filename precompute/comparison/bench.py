"""What all methods work with: the desk of the studies, the unit's statistics, and its real pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from deepvis_app.messages import F32, U8, Box, UnitStats
from precompute.datasets import ImageSet
from precompute.facets.choosing import Wanted, chooser
from precompute.facets.frames import part
from precompute.facets.grouping import NoFacetsError
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.options import Target
from precompute.studies.base import Desk, StudyStoppedError
from precompute.studies.command import spread
from precompute.studies.painting import Drawing

_BYTES = 1 << 29  # of all units' real pictures together


@dataclass(frozen=True)
class Real:
    """A unit's real pictures: those of its class, or those that excite it most.

    `pixels` (n, h, w, 3) are what the unit sees of each, with their files' names `sources` and the unit's `values`
    (n,). `means` are its facets' mean pictures, of the network's input size, the largest facet's first.
    """

    sources: tuple[str, ...]
    pixels: U8
    values: F32
    means: tuple[U8, ...]


@dataclass(frozen=True)
class Bench:
    """`box` is the part of the network's input that the units see, `drawing` the generator of methods with one.

    `stats` and `reals` have the units that are known: without statistics, or without images, none.
    """

    desk: Desk
    box: Box
    drawing: Drawing | None = None
    stats: Mapping[int, UnitStats] = field(default_factory=dict)
    reals: Mapping[int, Real] = field(default_factory=dict)

    def seen(self, rgb: U8) -> U8:
        """What the units see of a picture of the network's input size; any other is that already."""
        return part(rgb, self.box) if rgb.shape[:2] == self.desk.model.preprocess.input_size else rgb


def real_pictures(job: Target, images: ImageSet, facets: int, seed: int) -> dict[int, Real]:
    """The real pictures of the units of the job's one layer, in so many facets; units without any are told and left
    out. Raises StudyStoppedError and OptionError.
    """
    layer = job.layers[0]
    units = job.units[layer.name]
    choose = chooser(job, images, Wanted())
    if choose is None:
        raise StudyStoppedError
    mapper = Mapper(job.model, images, layer, Rules(facets, seed=seed), job.stop.wait)
    found = {}
    job.progress.start(len(units), "units", "real pictures")
    for unit in units:
        try:
            mapped = mapper.map(unit, choose(layer, unit))
        except NoFacetsError as error:
            job.progress.note(f"{layer.alias}:{unit} is compared without real pictures: {error}.")
            continue
        if mapped is None:
            raise StudyStoppedError
        found[unit] = _real(mapped, _BYTES // len(units))
        job.progress.advance(1, f"{layer.alias}:{unit}")
    return found


def _real(mapped: Mapped, most: int) -> Real:
    """As many as fit into so many bytes, evenly spread."""
    each = part(mapped.frames[0].rgb, mapped.field).nbytes
    rows = spread(len(mapped.frames), max(most // each, 2))
    points = [mapped.facets.points[row] for row in rows]
    return Real(
        tuple(point.source for point in points),
        np.stack([part(mapped.frames[row].rgb, mapped.field) for row in rows]),
        np.array([point.value for point in points], np.float32),
        mapped.means,
    )
