from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.live.sources import SourceError, make_source, spec_for
from deepvis_app.messages import SourceSpec


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("samples", "samples", ""),
        ("samples:coffee", "samples", "coffee"),
        ("pattern", "pattern", ""),
        ("camera", "camera", ""),
        (" camera:1 ", "camera", "1"),
        ("rtsp://cam/live", "stream", "rtsp://cam/live"),
        ("HTTP://cam/live.mjpg", "stream", "HTTP://cam/live.mjpg"),
    ],
)
def test_names_and_addresses_are_told_by_their_look(text: str, kind: str, target: str) -> None:
    assert spec_for(text) == SourceSpec(kind, target)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.JPG", "picture"), ("a b.webp", "picture"), ("c.mp4", "video"), ("d.txt", "list"), ("e", "folder")],
)
def test_files_are_told_by_their_endings(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.mkdir() if kind == "folder" else path.touch()
    assert spec_for(str(path)) == SourceSpec(kind, str(path.resolve()))
    assert spec_for(path.as_uri()) == SourceSpec(kind, str(path.resolve()))


def test_a_folder_may_be_asked_for_recursively(tmp_path: Path) -> None:
    assert spec_for(str(tmp_path), recursive=True).recursive


def test_a_file_named_like_a_source_is_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pattern").mkdir()
    assert spec_for("pattern").kind == "folder"


def test_a_missing_file_is_answered_with_near_names(tmp_path: Path) -> None:
    (tmp_path / "goldfish.jpg").touch()
    with pytest.raises(SourceError, match=r"There is no file.*Near: goldfish\.jpg"):
        spec_for(str(tmp_path / "goldfsh.jpg"))
    with pytest.raises(SourceError, match="Near: samples"):
        spec_for("sample")
    with pytest.raises(SourceError, match="There is no folder"):
        spec_for(str(tmp_path / "no" / "a.jpg"))


def test_what_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").touch()
    for text in (str(tmp_path / "a.xyz"), "gopher://a", "", "\0"):
        with pytest.raises(SourceError, match=r"\.$"):
            spec_for(text)


def test_specs_that_make_no_sense_are_sentences() -> None:
    for spec in (
        SourceSpec("smell"),
        SourceSpec("video"),
        SourceSpec("camera", "front"),
        SourceSpec("camera", "-1"),
    ):
        with pytest.raises(SourceError, match=r"\.$"):
            make_source(spec)
