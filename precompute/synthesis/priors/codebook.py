"""What small patches of photographs look like: a few hundred mean patches, learned once and kept beside this file.

They were learned with `write(PATH_OF_TINY_IMAGENET/val)`, from pictures of all its classes; a person with other
pictures may do the same. A mean of some hundred patches is no part of any picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from deepvis_app.messages import F32, U8
from deepvis_app.render.pictures import decode_picture
from precompute.datasets import open_images

CELLS = 4  # a patch's side, in cells
PICTURE = 64  # a photograph's side, in cells
WORDS = 256
_FILE = Path(__file__).with_name(
    "patches.npy"
)  # uint8 (WORDS, 3, CELLS, CELLS): 255 times deviations + 1 / 2
_PICTURES, _EACH = 8000, 16  # at most, and patches of each
_SEED = 0


@lru_cache(maxsize=1)
def natural() -> Tensor:
    """(WORDS, 3, CELLS, CELLS): natural patches as deviations from the photographs' mean colour, in -0.5..0.5."""
    return torch.from_numpy(np.load(_FILE, allow_pickle=False)).float() / 255 - 0.5


def learned(pictures: Iterator[U8], words: int = WORDS, each: int = _EACH) -> F32:
    """(words, 3, CELLS, CELLS): the means of alike patches, by k-means over `each` patches of each picture.

    Pictures (PICTURE, PICTURE, 3) are cut at random places; means are deviations from their mean colour, in 0..1.
    """
    from sklearn.cluster import MiniBatchKMeans

    dice, found = np.random.default_rng(_SEED), []
    for picture in pictures:
        for top, left in dice.integers(0, PICTURE - CELLS + 1, (each, 2)):
            found.append(picture[top : top + CELLS, left : left + CELLS])
    patches = np.stack(found).astype(np.float32).transpose(0, 3, 1, 2) / 255
    patches -= patches.mean((0, 2, 3), keepdims=True)
    means = MiniBatchKMeans(words, random_state=_SEED, n_init=1, batch_size=8192).fit(
        patches.reshape(len(patches), -1)
    )
    centres: F32 = means.cluster_centers_.reshape(words, 3, CELLS, CELLS).astype(np.float32)
    return centres


def write(folder: Path, target: Path = _FILE, words: int = WORDS) -> None:
    """Learn the patches of a set of pictures of PICTURE pixels a side, and keep them. Raises DataError and OSError."""
    images = open_images(folder, _PICTURES)
    pictures = (decode_picture(images.read(index), name) for index, name in enumerate(images.names))
    centres = learned((picture for picture in pictures if picture.shape == (PICTURE, PICTURE, 3)), words)
    np.save(target, np.round((centres + 0.5) * 255).clip(0, 255).astype(np.uint8))
