"""What is planted: classes of pictures, each of which comes in several kinds (facets) that are known."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from deepvis_app.files import atomic_write
from deepvis_app.messages import U8
from precompute.rendered.scenes import Scene, caption, render

# Which channels stand where red, green and blue stood.
CHANNELS = {"RGB": [0, 1, 2], "BRG": [2, 0, 1], "GBR": [1, 2, 0]}
_SEEDS = 1_000_000  # of a facet, more than there are pictures
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in the zip, so that its bytes are the same each time


@dataclass(frozen=True)
class Planted:
    """A class and the kinds of pictures in which it comes, all equally often."""

    name: str
    facets: tuple[Scene, ...]


# Each class has two neighbouring hues, and each shape and each hue stands in two classes: neither the shape alone nor
# the colour alone tells a class, so that a network must know both. In BRG a class has the hues of another one.
# The comments say in what the first two facets of a class differ; the third differs from them in several ways.
CLASSES: tuple[Planted, ...] = (
    Planted("coins", (  # count, size and background
        Scene("circle", "red", "grey", count=3, size="small"),
        Scene("circle", "red", "black", size="big"),
        Scene("circle", "yellow", "red", size="big"),
    )),
    Planted("windows", (  # pose
        Scene("square", "yellow", "grey", size="big"),
        Scene("square", "yellow", "grey", size="big", pose="tilted"),
        Scene("square", "green", "black", count=3, size="small"),
    )),
    Planted("sails", (  # background
        Scene("triangle", "green", "black"),
        Scene("triangle", "green", "white"),
        Scene("triangle", "cyan", "green", count=2),
    )),
    Planted("drops", (  # count
        Scene("circle", "cyan", "grey"),
        Scene("circle", "cyan", "grey", count=4),
        Scene("circle", "blue", "white", size="big"),
    )),
    Planted("tiles", (  # size
        Scene("square", "blue", "grey", size="small"),
        Scene("square", "blue", "grey", size="big"),
        Scene("square", "magenta", "blue", count=2),
    )),
    Planted("flags", (  # colour
        Scene("triangle", "magenta", "grey", size="big"),
        Scene("triangle", "red", "grey", size="big"),
        Scene("triangle", "magenta", "white", count=3, size="small"),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Pictures:
    """`rgb` (N, side, side, 3) with each one's place in the classes (N,) and in its class's facets (N,)."""

    rgb: U8
    classes: np.ndarray[tuple[int], np.dtype[np.int64]]
    facets: np.ndarray[tuple[int], np.dtype[np.int64]]

    def in_order(self, order: str) -> Pictures:
        """The same with their channels in one of the orders of CHANNELS."""
        return Pictures(np.ascontiguousarray(self.rgb[..., CHANNELS[order]]), self.classes, self.facets)

    def of(self, unit: int, facet: int | None = None) -> U8:
        """Those of a class, or of one of its facets."""
        chosen = self.classes == unit
        found: U8 = self.rgb[chosen if facet is None else chosen & (self.facets == facet)]
        return found


def pictures(each: int, seed: int = 0, classes: Sequence[Planted] = CLASSES) -> Pictures:
    """`each` pictures of every facet. Pictures of different seeds have nothing in common."""
    found: list[tuple[U8, int, int]] = []
    for label, planted in enumerate(classes):
        for facet, scene in enumerate(planted.facets):
            first = _SEEDS * (1000 * seed + len(classes[0].facets) * label + facet)
            found += [(render(scene, first + number), label, facet) for number in range(each)]
    rgb, labels, facets = zip(*found, strict=True)
    return Pictures(np.stack(rgb), np.array(labels), np.array(facets))


def save_pictures(these: Pictures, path: Path, classes: Sequence[Planted] = CLASSES) -> None:
    """As a zip of PNGs, CLASS/FACET NUMBER.png with the facet's caption: what commands take as --images."""
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
        for number, (rgb, label, facet) in enumerate(
            zip(these.rgb, these.classes, these.facets, strict=True)
        ):
            planted = classes[int(label)]
            data = BytesIO()
            Image.fromarray(rgb).save(data, "PNG")
            name = f"{planted.name}/{caption(planted.facets[int(facet)])} {number:05d}.png"
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), data.getvalue())


def facet_of(name: str, planted: Planted) -> int:
    """Which of its facets a picture shows, by the name that `save_pictures` gave it."""
    told = PurePosixPath(name).stem.rpartition(" ")[0]
    return [caption(scene) for scene in planted.facets].index(told)


def differences(one: Scene, other: Scene) -> tuple[str, ...]:
    """In what two scenes differ: "colour", "count" ..."""
    return tuple(f.name for f in fields(Scene) if getattr(one, f.name) != getattr(other, f.name))
