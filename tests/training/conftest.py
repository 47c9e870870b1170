"""A data set of a few made-up pictures in Tiny ImageNet's layout."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precompute.training.data import TinyImageNet, load_tiny_imagenet

WNIDS = ("n02", "n01", "n05", "n03", "n04", "n09")
PER_CLASS = 16


def picture(label: int, index: int, ending: str) -> bytes:
    rng = np.random.default_rng(label * 1000 + index)
    array = rng.integers(0, 90, (64, 64, 3), np.uint8)
    array[..., label % 3] += np.uint8(80 + 60 * (label // 3))
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, ending)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip in Tiny ImageNet's official layout, JPEG for training and PNG for validation pictures."""
    path = tmp_path_factory.mktemp("data") / "tiny.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tiny/wnids.txt", "\n".join(WNIDS))
        made.writestr("tiny/words.txt", "\n".join(f"{w}\tclass {w}, other name" for w in (*WNIDS, "n77")))
        notes = []
        for label, wnid in enumerate(sorted(WNIDS)):
            for i in range(PER_CLASS):
                made.writestr(f"tiny/train/{wnid}/images/{wnid}_{i}.JPEG", picture(label, i, "JPEG"))
            made.writestr(f"tiny/val/images/val_{label}.png", picture(label, 99, "PNG"))
            notes.append(f"val_{label}.JPEG\t{wnid}\t0\t0\t63\t63")
        made.writestr("tiny/val/val_annotations.txt", "\n".join(notes))
    return path


@pytest.fixture
def data(archive: Path, tmp_path: Path) -> TinyImageNet:
    return load_tiny_imagenet(archive, cache=tmp_path / "cache")
