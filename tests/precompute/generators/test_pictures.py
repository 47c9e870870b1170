"""Reading, dividing and moving the pictures that a generator learns from."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from precompute.datasets import DataError
from precompute.generators.pictures import Pictures, centre_square, load_pictures, shifted
from tests.precompute.generators.small import pictures, write_pictures
from tests.precompute.helpers import Told


def load(path: Path, tmp_path: Path) -> tuple[Pictures, Told]:
    told = Told()
    return load_pictures(path, 16, told, cache=tmp_path / "cache"), told


def greys(stack: torch.Tensor) -> list[int]:
    return sorted(stack[:, 0, 8, 8].tolist())


def test_a_set_with_train_and_val_keeps_that_division(tmp_path: Path) -> None:
    names = ["s/train/a/1.png", "s/train/a/2.png", "s/val/images/1.png", "s/test/1.png"]
    found, _ = load(write_pictures(tmp_path / "s.zip", names), tmp_path)
    assert greys(found.train) == [10, 11]
    assert greys(found.held_out) == [12]
    assert found.train.shape == (2, 3, 16, 16)


def test_the_built_in_photographs_are_a_set_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("precompute.photographs.SCALES", (1.0,))
    found, _ = load(Path("photographs"), tmp_path)
    assert found.name == "photographs"
    assert len(found.train) > len(found.held_out) > 0


def test_a_folder_in_a_zip_is_a_set(tmp_path: Path) -> None:
    write_pictures(tmp_path / "s.zip", ["s/val/1.png", "s/val/2.png", "s/val/3.png", "s/other/1.png"])
    found, _ = load(tmp_path / "s.zip" / "s" / "val", tmp_path)
    assert len(found.train) + len(found.held_out) == 3


def test_of_any_other_set_one_picture_in_twenty_is_held_out(tmp_path: Path) -> None:
    found, _ = load(write_pictures(tmp_path / "s.zip", [f"{i}.png" for i in range(40)]), tmp_path)
    assert len(found.held_out) == 2
    assert sorted(greys(found.train) + greys(found.held_out)) == list(range(10, 50))


def test_the_second_time_nothing_is_decoded_and_all_is_the_same(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "s.zip", [f"{i}.png" for i in range(5)])
    first, told = load(path, tmp_path)
    second, told_again = load(path, tmp_path)
    assert told.done == 5
    assert told_again.started == []
    assert torch.equal(first.train, second.train)
    assert first.content_sha256 == second.content_sha256


def test_pictures_that_cannot_be_read_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "s.zip", [f"train/{i}.png" for i in range(4)] + ["val/5.png"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("train/broken.png", b"no picture")
    found, told = load(path, tmp_path)
    assert greys(found.train) == [10, 11, 12, 13]
    assert greys(found.held_out) == [14]
    assert told.notes == ["1 of 6 pictures cannot be read and are left out."]


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has 2 readable pictures; a generator needs more"):
        load(write_pictures(tmp_path / "s.zip", ["1.png", "2.png"]), tmp_path)


def test_the_largest_centred_square_is_kept() -> None:
    ramp = np.repeat(np.arange(30, dtype=np.uint8)[None, :, None], 20, 0).repeat(3, 2)
    assert centre_square(ramp, 20)[0, :, 0].tolist() == list(range(5, 25))
    assert centre_square(ramp, 10).shape == (10, 10, 3)


def test_moved_pictures_are_windows_of_the_mirrored_picture_some_of_them_flipped() -> None:
    one = pictures(1, side=16)
    moved = shifted(one.repeat(40, 1, 1, 1), 2, torch.Generator().manual_seed(0))
    wide = np.pad(one[0].numpy(), ((0, 0), (2, 2), (2, 2)), mode="reflect")
    windows = {
        (flip, y, x): wide[:, y : y + 16, x : x + 16][:, :, :: -1 if flip else 1]
        for flip in (False, True)
        for y in range(5)
        for x in range(5)
    }
    seen = set()
    for picture in moved:
        matches = [k for k, w in windows.items() if np.allclose(w / 255, picture.numpy(), atol=1e-6)]
        assert matches
        seen.add(matches[0])
    assert len(seen) > 15
    assert {flip for flip, _, _ in seen} == {False, True}
