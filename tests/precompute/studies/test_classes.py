"""Real pictures are found by their class's name, and some are held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from precompute.datasets import open_images
from precompute.options import OptionError
from precompute.studies.classes import ClassPictures
from tests.precompute.studies.small import LABELS, data_set, network, picture


def test_every_tenth_picture_is_held_out_where_the_set_has_no_such_part(tmp_path: Path) -> None:
    pictures = ClassPictures(open_images(data_set(tmp_path / "set")), network())
    train, held_out = pictures.of(0), pictures.of(0, held_out=True)
    assert (len(train), len(held_out)) == (10, 2)
    assert np.array_equal(held_out, np.stack([picture(0, 0), picture(0, 10)]))
    assert np.array_equal(train[0], picture(0, 1))


def test_the_parts_train_and_val_are_kept(tmp_path: Path) -> None:
    data_set(tmp_path / "train", 3)
    data_set(tmp_path / "val", 2)
    pictures = ClassPictures(open_images(tmp_path), network())
    assert len(pictures.of(4)) == 3
    assert len(pictures.of(4, held_out=True)) == 2


def test_what_cannot_be_read_is_left_out_and_a_class_without_pictures_is_named(tmp_path: Path) -> None:
    folder = data_set(tmp_path / "set")
    (folder / "bullfrog" / "01.png").write_bytes(b"nothing")
    pictures = ClassPictures(open_images(folder), network())
    assert len(pictures.of(1)) == 9
    for file in (folder / "espresso").iterdir():
        file.unlink()
    pictures, without = ClassPictures(open_images(folder), network()), LABELS.index("espresso")
    pictures.require([1, 0])
    for ask in (pictures.of, lambda unit: pictures.require([1, unit])):
        with pytest.raises(OptionError, match=r"set has no pictures of the class espresso; its folders"):
            ask(without)
