"""Pictures that lie in a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from deepvis_app.live.sources import spec_for
from deepvis_app.live.sources.base import Reading, Source, SourceError
from deepvis_app.live.sources.files import Picture
from deepvis_app.messages import SourceSpec
from tests.live.helpers import write_picture


def opened(source: Source) -> Reading:
    """The first picture, as the capture thread would find it."""
    source.open()
    while source.due() is not None:
        reading = source.read()
        if reading is not None:
            return reading
    raise AssertionError("nothing to show")


def test_a_picture_inside_a_zip_is_opened_by_its_path(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", (10, 200, 30))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(tmp_path / "a.png", "val/a.png")
        archive.writestr("val/b.png", b"not a picture")
    inside = tmp_path / "set.zip" / "val"
    assert spec_for(str(inside / "a.png")) == SourceSpec("picture", str(inside / "a.png"))
    assert (opened(Picture(inside / "a.png")).rgb == (10, 200, 30)).all()
    for name, sentence in (("b.png", "not a picture"), ("c.png", "no val/c.png in set.zip")):
        with pytest.raises(SourceError, match=sentence):
            opened(Picture(inside / name))


def test_a_damaged_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SourceError, match=r"a\.png cannot be read from set\.zip"):
        opened(Picture(tmp_path / "set.zip" / "a.png"))
