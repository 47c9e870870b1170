"""Pictures whose pixels are labels: reading them, drawing them, and how far two of them agree."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from deepvis_app.messages import U8
from deepvis_app.render.pictures import PictureError, read_picture

ANYTHING = 255  # of a pixel that may be of any class, as in the label pictures of PASCAL VOC
Colour = tuple[int, int, int]


def read_labels(path: Path, legend: Mapping[Colour, int] | None = None) -> U8:
    """The class (H, W) of each pixel of a PNG: a palette's index or a grey value, or with a legend by its colour.

    Raises PictureError, one sentence, for what is no picture, has no classes, or a colour that the legend lacks.
    """
    rgb = read_picture(path)  # which says what is wrong with a file
    if legend is not None:
        return _by_colour(rgb, legend, path.name)
    with Image.open(path) as image:
        if image.mode not in ("P", "L", "1"):
            raise PictureError(
                f"{path.name} is neither a grey nor a palette picture, so its colours need a --legend such as "
                "#000000=0,#ff0000=1."
            )
        values = np.asarray(image)
    found: U8 = values.astype(np.uint8)
    return found


def _by_colour(rgb: U8, legend: Mapping[Colour, int], name: str) -> U8:
    labels = np.zeros(rgb.shape[:2], np.uint8)
    known = np.zeros(rgb.shape[:2], bool)
    for colour, label in legend.items():
        here = (rgb == np.array(colour, np.uint8)).all(2)
        labels[here], known = label, known | here
    if not known.all():
        y, x = np.argwhere(~known)[0]
        red, green, blue = rgb[y, x]
        raise PictureError(
            f"{name} has the colour #{red:02x}{green:02x}{blue:02x}, which the --legend does not name."
        )
    return labels


def fitted_labels(labels: U8, size: tuple[int, int]) -> U8:
    """In another size (height, width), each pixel that of the nearest place."""
    return np.asarray(Image.fromarray(labels).resize((size[1], size[0]), Image.Resampling.NEAREST))


def drawn(labels: U8) -> U8:
    """RGB (H, W, 3) in which every class has a colour of its own, 0 dark grey and ANYTHING white."""
    palette = np.full((256, 3), 255, np.uint8)
    palette[0] = 40
    for label in range(1, ANYTHING):  # hues by the golden ratio: neighbours differ, however many there are
        value = colorsys.hsv_to_rgb(label * 0.618 % 1, 0.75, 0.95 if label % 2 else 0.75)
        palette[label] = [round(255 * part) for part in value]
    return palette[labels]


def agreement(found: U8, wanted: U8) -> tuple[float, float]:
    """The share of pixels that are as wanted, and the mean intersection over union of the wanted classes.

    Pixels that are wanted as ANYTHING do not count. Both have the same shape (..., H, W).
    """
    counts = wanted != ANYTHING
    one, other = found[counts], wanted[counts]
    overlaps = [
        ((one == label) & (other == label)).sum() / ((one == label) | (other == label)).sum()
        for label in np.unique(other)
    ]
    return float((one == other).mean()), float(np.mean(overlaps))


def classes_of(labels: U8) -> Sequence[int]:
    """Those that are wanted somewhere."""
    return [int(label) for label in np.unique(labels) if label != ANYTHING]
