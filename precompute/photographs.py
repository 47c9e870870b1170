"""The built-in photographs, cut at many places and scales, as a set of images: `--images photographs`.

Few photographs must serve every unit of a network: an early unit finds its edge or colour in a small window, a
late one its object in a large one. They may be passed on, so that the bundled atlas can show patches of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from deepvis_app.messages import U8, Box
from deepvis_app.render.pictures import PictureError
from deepvis_app.render.samples import SAMPLES, sample
from precompute.datasets import ImageSet, open_images

WORD = "photographs"
SCALES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18)  # a window's side, in shorter sides of the photograph
STEP = 0.5  # from window to window, in sides
SMALLEST = 64  # pixels of a window's side
SHARED = 0.1  # two windows that share more of their area than this show the same thing


class Photographs(ImageSet):
    """Windows of the photographs that the installed libraries have, as images NAME/TOP_LEFT_BOTTOM_RIGHT."""

    def read(self, index: int) -> bytes:
        """The window as an uncompressed bitmap. Raises OSError."""
        name, (top, left, bottom, right) = _window(self.names[index])
        window = np.ascontiguousarray(_photograph(name)[top:bottom, left:right])
        with BytesIO() as file:
            Image.fromarray(window).save(file, "BMP")
            return file.getvalue()

    def origin(self, index: int, box: Box) -> tuple[str, Box]:
        """The photograph, as the live view opens it, and where in it the box of the window lies."""
        name, (top, left, _, _) = _window(self.names[index])
        return f"samples:{name}", (box[0] + top, box[1] + left, box[2] + top, box[3] + left)

    @property
    def spare(self) -> int:
        return 24

    def repeats(self, index: int, other: int) -> bool:
        """Windows of one photograph that share more than SHARED of the smaller one."""
        (name, box), (other_name, other_box) = _window(self.names[index]), _window(self.names[other])
        if name != other_name:
            return False
        shared = _area(
            (
                max(box[0], other_box[0]), max(box[1], other_box[1]),
                min(box[2], other_box[2]), min(box[3], other_box[3]),
            )
        )  # fmt: skip
        return shared > SHARED * min(_area(box), _area(other_box))

    def place(self) -> str:
        return WORD

    def signature(self) -> str:
        return sha256("\n".join(self.names).encode()).hexdigest()

    def title(self) -> str:
        return WORD

    def in_words(self) -> str:
        return f"built-in photographs, {len(self)} windows"


def image_set(path: Path, limit: int | None = None) -> ImageSet:
    """What `--images` names: a folder, a zip, or the built-in photographs. Raises DataError."""
    if str(path) == WORD and not path.exists():
        return open_photographs(limit)
    return open_images(path, limit)


def open_photographs(limit: int | None = None) -> Photographs:
    """All windows, at most the first `limit`; photographs that an installed library lacks are left out."""
    names = tuple(
        f"{name}/{'_'.join(map(str, box))}"
        for name in SAMPLES
        if _is_there(name)
        for box in windows(_photograph(name).shape[:2])
    )[:limit]
    return Photographs(Path(WORD), names, tuple(name.partition("/")[0] for name in names))


def windows(size: tuple[int, int]) -> Iterator[Box]:
    """Square boxes over a photograph of (height, width), large ones first; the last in a row reaches its edge."""
    shorter = min(size)
    for scale in SCALES:
        side = round(shorter * scale)
        if side < min(SMALLEST, shorter):
            return
        for top in _places(size[0], side):
            for left in _places(size[1], side):
                yield top, left, top + side, left + side


def _places(length: int, side: int) -> list[int]:
    """Where windows of that side begin: evenly, STEP sides or a little less apart, the first and last at the edges."""
    count = int(np.ceil((length - side) / (side * STEP))) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def _area(box: Box) -> int:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _window(name: str) -> tuple[str, Box]:
    photograph, _, numbers = name.partition("/")
    top, left, bottom, right = (int(number) for number in numbers.split("_"))
    return photograph, (top, left, bottom, right)


@lru_cache(maxsize=len(SAMPLES))
def _photograph(name: str) -> U8:
    try:
        return sample(name)
    except PictureError as error:
        raise OSError(str(error)) from error


def _is_there(name: str) -> bool:
    try:
        _photograph(name)
    except OSError:
        return False
    return True
