"""Which images a unit's facets are made of: all of its class, or those that excite it most (MFV, 2.3 and 3.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from deepvis_app.messages import LayerInfo, ModelInfo
from precompute.datasets import ImageSet
from precompute.facets.grouping import FEWEST
from precompute.options import OptionError, Target
from precompute.studies.networks import first_name
from precompute.top.maxima import columns
from precompute.top.scan import batch_size, scan
from precompute.top.state import ScanState

SHARE = 2.0  # percent of all images that the paper takes for a hidden unit: 1000 of 50,000
MOST = 1300  # images of a unit: as many as ImageNet's classes have, whose t-SNE takes some seconds
_FEW = 100  # taken of a small set, of which the share would be too few


def ranked_images(images: ImageSet, share: float, most: int) -> int:
    """How many of the strongest images are taken for a unit."""
    return min(max(round(len(images) * share / 100), _FEW), most, len(images))


Choose = Callable[[LayerInfo, int], Sequence[int]]  # layer and unit -> the numbers of the images


@dataclass(frozen=True)
class Wanted:
    """Whose images a class unit gets, which share (percent) of all a hidden one, and how many at most."""

    of: Literal["auto", "class", "top"] = "auto"
    share: float = SHARE
    most: int = MOST


class ClassImages:
    """Numbers of the images of each class, by the classes' first names."""

    def __init__(self, images: ImageSet, info: ModelInfo, most: int) -> None:
        self._info, self._most = info, most
        self._of: dict[str, list[int]] = defaultdict(list)
        for number, label in enumerate(images.labels):
            if label:
                self._of[first_name(label)].append(number)

    def of(self, layer: LayerInfo, unit: int) -> list[int]:
        """At most `most` of them, spread over all; empty for a unit that is no class with enough images."""
        if not layer.is_class_layer or not self._info.labels:
            return []
        found = self._of.get(first_name(self._info.label(unit)), [])
        if len(found) < FEWEST:
            return []
        step = max(len(found) / self._most, 1.0)
        return [found[int(at * step)] for at in range(min(len(found), self._most))]


class Strongest:
    """The images with the unit's largest values, of a finished scan of `layers`."""

    def __init__(self, images: ImageSet, state: ScanState, layers: tuple[LayerInfo, ...], count: int) -> None:
        self._images, self._count = images, count
        self._columns = columns(layers)
        self._keys = state.tally.ranking

    def of(self, layer: LayerInfo, unit: int) -> list[int]:
        """Best first, none that repeats a better one, none in which a rectified unit is silent."""
        found: list[int] = []
        for value, image in self._keys.of(self._columns[layer.name].start + unit):
            if value != 0 and not any(self._images.repeats(image, other) for other in found):
                found.append(image)
            if len(found) == self._count:
                break
        return found


def chooser(job: Target, images: ImageSet, wanted: Wanted, workers: int | None = None) -> Choose | None:
    """What gives each unit's images; the data set is scanned where some units need their strongest ones.

    None when the scan was stopped; run again, it goes on. Raises OptionError.
    """
    classes = ClassImages(images, job.model.info, wanted.most)
    own = {
        (layer.name, unit): found
        for layer in job.layers
        for unit in job.units[layer.name]
        if wanted.of != "top" and (found := classes.of(layer, unit))
    }
    others = tuple(
        layer for layer in job.layers if any((layer.name, unit) not in own for unit in job.units[layer.name])
    )
    if wanted.of == "class" and others:
        raise OptionError(
            f"{images.path} has not enough pictures of every unit of {others[0].alias}: give pictures in folders "
            "named as the network's classes, name class units, or leave --of class out."
        )
    if not others:
        return lambda layer, unit: own[layer.name, unit]
    strongest = _strongest(job, images, wanted, others, workers)
    if strongest is None:
        return None
    return lambda layer, unit: own.get((layer.name, unit)) or strongest.of(layer, unit)


def _strongest(
    job: Target, images: ImageSet, wanted: Wanted, layers: tuple[LayerInfo, ...], workers: int | None
) -> Strongest | None:
    count = ranked_images(images, wanted.share, wanted.most)
    ranked = min(count * images.spare, len(images))
    narrow = replace(job.model, info=replace(job.model.info, layers=layers))  # to rank others would take time
    size = batch_size(job.model)
    scanned = scan(narrow, images, ranked, job.progress, job.stop, size, workers)
    return Strongest(images, scanned.state, layers, count) if scanned.finished else None
