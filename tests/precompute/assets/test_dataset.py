from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from precompute.assets.dataset import FOLDER, content, validation
from precompute.datasets import DataError, open_images


def zipped(path: Path, *names: str) -> Path:
    with ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


@pytest.mark.parametrize("root", ["", "tiny-imagenet-200/"])
def test_the_validation_pictures_are_found_in_a_zip(tmp_path: Path, root: str) -> None:
    path = zipped(tmp_path / "t.zip", f"{root}wnids.txt", f"{root}train/a.png", f"{root}val/b.png")
    assert open_images(validation(path)).names == (f"{root}val/b.png",)
    assert len(content(path)) == 64


def test_the_content_of_a_folder_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "val").mkdir()
    (tmp_path / "wnids.txt").touch()
    (tmp_path / "val" / "a.png").write_bytes(b"a")
    before = content(tmp_path)
    assert before.startswith(FOLDER)
    assert validation(tmp_path) == tmp_path / "val"
    (tmp_path / "val" / "a.png").write_bytes(b"ab")
    assert content(tmp_path) != before


def test_other_data_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no wnids\.txt inside, so this is not Tiny ImageNet"):
        validation(tmp_path)
    with pytest.raises(DataError, match="not Tiny ImageNet"):
        validation(zipped(tmp_path / "o.zip", "a.png"))
    (tmp_path / "x.zip").write_bytes(b"text")
    with pytest.raises(DataError, match="neither a folder nor a zip"):
        validation(tmp_path / "x.zip")
