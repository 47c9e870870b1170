from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.mean import read_mean
from tests.models.caffe.written import blob

PICTURE = np.random.default_rng(0).uniform(80, 150, (3, 10, 12)).astype(np.float32)
CENTRE = tuple(PICTURE[:, 2:8, 4:8].mean((1, 2)))


def test_numbers_are_taken_as_they_are_and_one_serves_all_channels() -> None:
    assert read_mean("104,117, 123.5", 3, (6, 4)) == (104, 117, 123.5)
    assert read_mean("127.5", 3, (6, 4)) == (127.5, 127.5, 127.5)
    assert read_mean("33", 1, (28, 28)) == (33,)


@pytest.mark.parametrize("form", ["npy", "batch.npy", "binaryproto"])
def test_a_mean_picture_gives_the_average_of_its_centre(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"mean.{form}"
    if form == "binaryproto":
        path.write_bytes(blob(PICTURE, "old"))
    else:
        np.save(path, PICTURE if form == "npy" else PICTURE[None])
    assert read_mean(str(path), 3, (6, 4)) == pytest.approx(CENTRE, rel=1e-5)


def test_a_mean_picture_smaller_than_the_input_is_taken_whole(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", PICTURE)
    assert read_mean(str(tmp_path / "m.npy"), 3, (227, 227)) == pytest.approx(
        tuple(PICTURE.mean((1, 2))), rel=1e-5
    )


def test_a_mean_colour_may_stand_in_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([1, 2, 3]))
    assert read_mean(str(tmp_path / "m.npy"), 3, (6, 4)) == (1, 2, 3)


def test_what_is_no_mean_is_one_sentence(tmp_path: Path) -> None:
    def saved(name: str, array: Any) -> str:
        np.save(tmp_path / name, array, allow_pickle=True)
        return str(tmp_path / name)

    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'shape': (99999999999,)")
    (tmp_path / "bad.binaryproto").write_text("<html>")
    with (tmp_path / "several.npy").open("wb") as file:
        np.savez(file, mean=np.ones(3))
    for text, sentence in [
        ("104,117", "has 2 channels, but the network's input has 3"),
        ("1,2,1e", "neither numbers such as"),
        ("1e999", "1e999 has values that are no finite numbers"),
        (saved("nan.npy", np.array([np.nan, 1, 2])), "nan.npy has values that are no finite numbers"),
        (str(tmp_path / "several.npy"), "holds several arrays; save the mean alone"),
        (str(tmp_path / "none.npy"), "no mean file .*none.npy"),
        (saved("flat.npy", np.ones((5, 5))), r"is no mean: it has the shape \(5, 5\)"),
        (saved("one.npy", np.ones((1, 5, 5, 5))), "has 5 channels"),
        (saved("object.npy", np.array([{}])), "damaged or no NumPy array"),
        (saved("text.npy", np.array(["a"])), "holds <U1, not numbers"),
        (str(tmp_path / "bad.npy"), "damaged or no NumPy array"),
        (str(tmp_path / "bad.binaryproto"), "damaged or not a binaryproto"),
    ]:
        with pytest.raises(CaffeError, match=sentence):
            read_mean(text, 3, (6, 4))
