"""The built-in photographs as a set of images."""

from __future__ import annotations

import pickle
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.render.samples import SAMPLES, sample
from precompute import photographs
from precompute.datasets import DataError
from precompute.photographs import SHARED, image_set, open_photographs, windows


def test_windows_are_square_inside_and_reach_every_edge_at_every_scale() -> None:
    boxes = list(windows((300, 451)))
    assert boxes[0] == (0, 0, 300, 300)
    for side in {bottom - top for top, _, bottom, _ in boxes}:
        same = [box for box in boxes if box[2] - box[0] == side]
        assert all(box[3] - box[1] == side for box in same)
        assert min(b[0] for b in same) == min(b[1] for b in same) == 0
        assert (max(b[2] for b in same), max(b[3] for b in same)) == (300, 451)
        assert len(set(same)) == len(same)
        lefts = sorted({b[1] for b in same})
        assert max(np.diff(lefts), default=0) <= np.ceil(side / 2)


def test_a_small_photograph_has_at_least_its_whole() -> None:
    assert list(windows((40, 40))) == [(0, 0, 40, 40)]


def test_a_window_reads_as_the_photograph_there_and_says_where_it_was() -> None:
    images = open_photographs()
    name, (top, left, bottom, right) = "coffee", (0, 200, 400, 600)
    index = images.names.index("coffee/0_200_400_600")
    rgb = np.asarray(Image.open(BytesIO(images.read(index))))
    np.testing.assert_array_equal(rgb, sample(name)[top:bottom, left:right])
    assert images.labels[index] == name
    assert images.origin(index, (10, 20, 30, 40)) == ("samples:coffee", (10, 220, 30, 240))


def test_windows_repeat_each_other_only_where_they_share_enough_of_one_photograph() -> None:
    images = open_photographs()
    of = images.names.index
    whole, right = of("coffee/0_0_400_400"), of("coffee/0_200_400_600")
    small, corner = of("coffee/0_0_72_72"), of("coffee/328_528_400_600")
    assert images.repeats(whole, right)
    assert images.repeats(whole, small)
    assert not images.repeats(small, corner)
    assert not images.repeats(right, small)
    assert not images.repeats(whole, of("astronaut/0_0_512_512"))
    assert 0 < SHARED < 0.5


def test_it_is_the_same_set_every_time_and_crosses_to_a_worker() -> None:
    images = open_photographs()
    assert {name.partition("/")[0] for name in images.names} == set(SAMPLES)
    copy = pickle.loads(pickle.dumps(images))
    assert (copy.names, copy.signature()) == (images.names, open_photographs().signature())
    assert copy.read(5) == images.read(5)


def test_photographs_that_a_library_lacks_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_coffee(name: str) -> np.ndarray:
        if name != "coffee":
            raise OSError("missing")
        return sample("coffee")

    monkeypatch.setattr(photographs, "_photograph", only_coffee)
    assert {name.partition("/")[0] for name in open_photographs().names} == {"coffee"}


def test_the_word_means_the_photographs_unless_there_is_such_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert image_set(Path("photographs"), 3).place() == "photographs"
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    assert image_set(tmp_path).names == ("a.png",)
    (tmp_path / "photographs").mkdir()
    with pytest.raises(DataError, match="has no pictures"):
        image_set(Path("photographs"))
