"""Where results go: unfit places are told with a sentence, before anything is made."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from precompute.options import OptionError
from precompute.places import check_folder, plain_name


def test_a_folder_is_made_and_stays_empty(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "\N{LATIN SMALL LETTER U WITH DIAERESIS}"
    check_folder(folder)
    check_folder(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_is_no_folder(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OptionError, match="is a file, or lies below one: name a folder"):
        check_folder(tmp_path / "file" / below)
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_what_cannot_be_written_to_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(dir: Path) -> None:  # noqa: A002 (as tempfile calls it)
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr("precompute.places.TemporaryFile", refused)
    expected = re.escape(f"Nothing can be written to {tmp_path} (Permission denied): name another folder.")
    with pytest.raises(OptionError, match=expected):
        check_folder(tmp_path)


@pytest.mark.parametrize("text", ["dgn64-fc6", "mein Generator", "dgn64-layer4.1", ""])
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert plain_name(text) == text


@pytest.mark.parametrize("text", ["a/b", "../x", "..", "/x", "a\\b", "."])
def test_names_with_folders_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a plain name"):
        plain_name(text)
