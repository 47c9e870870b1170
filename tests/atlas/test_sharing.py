"""An image that several pictures show is stored once, as long as one of them is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter, integrity, merge
from deepvis_app.messages import U8, UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, RUN, TITLE, atlas, old_atlas, record, sql


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.atlas"


def images(path: Path) -> list[tuple[int]]:
    """How many pictures show each."""
    return sorted(sql(path, "SELECT uses FROM images"))


def shown(path: Path, unit: int, kind: str) -> list[U8]:
    with AtlasReader(path, NETWORK) as reader:
        return [picture.rgb for picture in reader.unit(UnitRef("conv1", unit)).pictures.get(kind, ())]


def test_equal_images_are_one(path: Path) -> None:
    atlas(path, record(0, "top"), record(1, "top"), record(2, "top", number=1))
    assert images(path) == [(1,), (2,), (3,)]
    assert integrity(path) == []
    assert np.array_equal(shown(path, 0, "top")[1], shown(path, 2, "top")[0])


def test_an_image_stays_until_the_last_picture_of_it_goes(path: Path) -> None:
    atlas(path, record(0, "am"), record(1, "am"))
    before = shown(path, 1, "am")
    gone = UnitRecord(UnitRef("conv1", 0), ("am",), note="taken back")
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.put(gone, writer.begin(RUN))
    assert images(path) == [(1,), (1,)]
    assert all(np.array_equal(a, b) for a, b in zip(shown(path, 1, "am"), before, strict=True))
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.put(UnitRecord(UnitRef("conv1", 1), ("am",)), writer.begin(RUN))
    assert images(path) == []
    assert integrity(path) == []


def test_made_again_a_unit_has_no_image_more(path: Path) -> None:
    atlas(path, record(0, "am", "top"), record(0, "am", "top"))
    assert images(path) == [(1,)] * 4


def test_images_of_equal_checksums_are_told_apart(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zlib.crc32", lambda data: 7)
    atlas(path, record(0, "am"), record(1, "am", number=5))
    assert images(path) == [(1,)] * 4
    assert not np.array_equal(shown(path, 0, "am")[0], shown(path, 1, "am")[0])


def test_merged_atlases_share_their_images_and_their_facts_stay_whole(tmp_path: Path, path: Path) -> None:
    one = atlas(tmp_path / "one.atlas", record(0, "top", "deconv"))
    two = atlas(tmp_path / "two.atlas", record(1, "top", "deconv"), record(0, "am"))
    merge([one, two], path)
    assert integrity(path) == []
    assert sql(path, "SELECT SUM(uses) FROM images") == sql(path, "SELECT COUNT(*) FROM pictures") == [(10,)]
    assert len(images(path)) == len(sql(path, "SELECT DISTINCT data FROM images"))
    with AtlasReader(path, NETWORK) as reader:
        assert [p.facts.activation for p in reader.unit(UnitRef("conv1", 1)).pictures["deconv"]] == [0, 1]


def test_an_atlas_of_format_1_is_read_as_it_is(tmp_path: Path, path: Path) -> None:
    new = atlas(path, record(0, "am", "top", "deconv", stats=True), record(1, "am", side=80))
    old = old_atlas(tmp_path / "old.atlas", new)
    content = old.read_bytes()
    with AtlasReader(new, NETWORK) as ours, AtlasReader(old, NETWORK) as theirs:
        for unit in (0, 1):
            a, b = ours.unit(UnitRef("conv1", unit)), theirs.unit(UnitRef("conv1", unit))
            assert set(a.pictures) == set(b.pictures)
            for kind, found in a.pictures.items():
                assert [p.facts for p in found] == [p.facts for p in b.pictures[kind]]
                assert all(np.array_equal(p.rgb, q.rgb) for p, q in zip(found, b.pictures[kind], strict=True))
        assert ours.layer("conv1", 2, "am").have == theirs.layer("conv1", 2, "am").have == (True, True)
        assert ours.made() == theirs.made()
    assert integrity(old) == []
    assert old.read_bytes() == content


def test_a_writer_brings_an_atlas_of_format_1_to_the_present_one(tmp_path: Path, path: Path) -> None:
    new = atlas(path, record(0, "am", "top", "deconv", stats=True), record(1, "am", side=80))
    old = old_atlas(tmp_path / "old.atlas", new)
    with AtlasWriter(old, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        assert writer.done(run, "am", "conv1") == {0, 1}
        writer.put(record(2, "am"), run)
    assert integrity(old) == []
    assert sql(old, "PRAGMA user_version") == [(3,)]
    assert sql(old, "SELECT SUM(uses) FROM images") == [(10,)]
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".atlas") == []
    with AtlasReader(old, NETWORK) as reader:
        assert set(reader.unit(UnitRef("conv1", 0)).pictures) == {"am", "top", "deconv"}
        assert reader.stats("conv1")[0].count == 5
        assert reader.layer("conv1", 3, "am").have == (True, True, True)
