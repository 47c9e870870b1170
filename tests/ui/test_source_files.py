from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepvis_app.messages import PictureFacts, RunInfo, UnitPicture
from deepvis_app.ui.source_files import SourceGoneError, target_of
from tests.ui.fakes_atlas import colour


def patch(source: str, images: Path | str | None = None) -> UnitPicture:
    run = RunInfo("top", {} if images is None else {"images": str(images)})
    return UnitPicture("top", 0, colour(9), 1.0, PictureFacts(1.0, source=source), run)


def test_an_image_is_found_in_the_folder_of_its_run(tmp_path: Path) -> None:
    (tmp_path / "val").mkdir()
    (tmp_path / "val" / "a.png").write_bytes(b"x")
    assert target_of(patch("val/a.png", tmp_path)) == str(tmp_path / "val" / "a.png")
    absolute = str(tmp_path / "val" / "a.png")
    assert target_of(patch(absolute)) == absolute


def test_an_image_in_a_zip_is_named_through_it(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"x")
    assert target_of(patch("val/a.png", tmp_path / "set.zip")) == str(tmp_path / "set.zip" / "val" / "a.png")


def test_of_a_folder_in_a_zip_names_are_told_from_the_zip_on(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"x")
    found = target_of(patch("val/a.png"), str(tmp_path / "set.zip" / "val"))
    assert found == str(tmp_path / "set.zip" / "val" / "a.png")


def test_where_the_run_does_not_tell_the_images_of_the_last_job_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    for named in (None, "/nowhere"):
        assert target_of(patch("a.png", named), str(tmp_path)) == str(tmp_path / "a.png")


def test_a_photograph_of_the_program_is_opened_by_name() -> None:
    assert target_of(patch("samples:coffee")) == "samples:coffee"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (patch(""), "not cut from an image"),
        (patch("val/a.png", "/nowhere"), r"^val/a\.png was not found: name the folder or zip"),
        (patch("/nowhere/a.png", "/data"), r"^/nowhere/a\.png was not found"),
        (replace(patch("a.png"), run=None), r"^a\.png was not found"),
        (
            replace(patch("a.png"), run=RunInfo("top", {}, data="val, 9 images")),
            r"a\.png \(of val, 9 images\)",
        ),
    ],
)
def test_what_is_gone_is_told_with_where_it_was(picture: UnitPicture, sentence: str) -> None:
    with pytest.raises(SourceGoneError, match=sentence):
        target_of(picture)
