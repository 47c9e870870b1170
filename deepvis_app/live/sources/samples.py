"""The built-in photographs: those of scikit-image that lie in its wheel, so that nothing is downloaded."""

from __future__ import annotations

from functools import partial

import numpy as np

from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.stills import Item, Stills
from deepvis_app.messages import U8
from deepvis_app.render.pictures import PictureError

# Functions of skimage.data that need neither pooch nor a network, most telling pictures first: the bundled network
# knows a cup of coffee when it sees one.
SAMPLES = (
    "coffee", "astronaut", "chelsea", "rocket", "stereo_motorcycle", "camera", "coins", "hubble_deep_field",
    "immunohistochemistry", "retina", "moon", "brick", "gravel", "grass", "cell", "clock", "page",
)  # fmt: skip


class Samples(Stills):
    """Photographs that come with the program; `first` names the one to start with."""

    title = "built-in photographs"

    def __init__(self, first: str = "") -> None:
        super().__init__()
        self._first = first

    def items(self) -> list[Item]:
        return [Item(name, partial(sample, name)) for name in SAMPLES]

    def open(self) -> None:
        super().open()
        if self._first:
            if self._first not in SAMPLES:
                raise SourceError(f"There is no photograph {self._first!r}; there are {', '.join(SAMPLES)}.")
            self._show(SAMPLES.index(self._first), 1)


def sample(name: str) -> U8:
    """The built-in photograph of that name (one of SAMPLES), RGB (H, W, 3). Raises PictureError."""
    from skimage import data  # slow to import

    try:
        loaded = getattr(data, name)()
    except (AttributeError, ImportError, OSError, ValueError) as error:
        raise PictureError(f"The photograph {name} is missing from this scikit-image.") from error
    picture = loaded[0] if isinstance(loaded, tuple) else loaded  # the left picture of a stereo pair
    return np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture[..., :3]
