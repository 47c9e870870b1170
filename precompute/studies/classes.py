"""The real pictures of a network's classes, out of a set of images, as the network sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from deepvis_app.messages import U8
from deepvis_app.models import LoadedModel
from deepvis_app.render.pictures import PictureError, decode_picture
from precompute.datasets import ImageSet
from precompute.options import OptionError
from precompute.studies.networks import first_name

HELD_OUT = 10  # one picture of a class in so many, where the set has no validation pictures of its own


class ClassPictures:
    """Pictures by class. A set's classes (its folders' names, or what its words.txt calls them) are the network's by
    their first names. A part "train" is trained on and a part "val" held out, where the set has them.
    """

    def __init__(self, images: ImageSet, model: LoadedModel) -> None:
        self._images, self._model = images, model
        self._parts = [PurePosixPath(name).parts for name in images.names]
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for index, label in enumerate(images.labels):
            self._by_name[first_name(label)].append(index)

    def require(self, units: Sequence[int]) -> None:
        """For before the work: raises OptionError for a class that has no pictures, as far as their names tell."""
        for unit in units:
            if not self._chosen(unit, held_out=False):
                raise self._none_of(unit)

    def of(self, unit: int, *, held_out: bool = False) -> U8:
        """(N, h, w, 3) at the network's input size, N > 0; what cannot be read is left out. Raises OptionError."""
        return self.named(unit, held_out=held_out)[1]

    def named(self, unit: int, *, held_out: bool = False) -> tuple[list[str], U8]:
        """The same with the N pictures' files before them, as the set names them."""
        names, found = [], []
        for index in self._chosen(unit, held_out):
            try:
                rgb = decode_picture(self._images.read(index), self._images.names[index])
            except (PictureError, OSError):
                continue
            names.append(self._images.names[index])
            found.append(self._model.preprocess.pixels(rgb))
        if not found:
            raise self._none_of(unit)
        return names, np.stack(found)

    def _none_of(self, unit: int) -> OptionError:
        name = first_name(self._model.info.label(unit))
        return OptionError(
            f"{self._images.path} has no pictures of the class {name}; "
            "its folders (or its words.txt) must name the network's classes."
        )

    def _chosen(self, unit: int, held_out: bool) -> list[int]:
        own = self._by_name.get(first_name(self._model.info.label(unit)), [])
        kept_out = [index for index in own if "val" in self._parts[index]]
        train = [index for index in own if "train" in self._parts[index]]
        if kept_out and train:
            return kept_out if held_out else train
        return [index for at, index in enumerate(own) if (at % HELD_OUT == 0) is held_out]
