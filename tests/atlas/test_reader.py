from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter
from deepvis_app.atlas.reader import MAX_PICTURES
from deepvis_app.messages import PictureFacts, UnitPicture, UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, RUN, TITLE, atlas, photo, record
from tests.conftest import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.atlas"


def test_a_unit_without_anything_is_empty(path: Path) -> None:
    atlas(path, record(0, "am"))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(UnitRef("conv9", 0))
    assert (unit.pictures, unit.notes, unit.stats, unit.error) == ({}, {}, None, "")


def test_pictures_come_by_kind_in_rank_order(path: Path) -> None:
    shuffled = tuple(UnitPicture("am", rank, photo(rank), rank) for rank in (2, 0, 10, 1))
    atlas(path, UnitRecord(UnitRef("conv1", 0), ("am",), shuffled))
    with AtlasReader(path, NETWORK) as reader:
        assert [p.rank for p in reader.unit(UnitRef("conv1", 0)).pictures["am"]] == [0, 1, 2, 10]


def test_where_a_unit_has_too_many_pictures_of_a_kind_the_first_of_all_others_are_there(path: Path) -> None:
    """Twenty pairs of nine seeds must not hide the patches of real images."""
    tiny = np.zeros((4, 4, 3), np.uint8)
    many = tuple(UnitPicture("pair", rank, tiny) for rank in range(MAX_PICTURES + 10))
    unit = record(0, "am", "deconv", "top")
    atlas(path, UnitRecord(unit.ref, (*unit.kinds, "pair"), (*unit.pictures, *many)))
    with AtlasReader(path, NETWORK) as reader:
        found = reader.unit(unit.ref).pictures
    assert {kind: len(shown) for kind, shown in found.items()} == {
        "am": 2, "deconv": 2, "top": 2, "pair": MAX_PICTURES - 6,
    }  # fmt: skip
    assert [one.facts.activation for one in found["deconv"]] == [0, 1]


def test_a_layer_has_a_tile_for_each_unit(path: Path) -> None:
    atlas(
        path,
        record(1, "am", number=1),
        record(3, "am", number=3),
        record(2, "top"),
        record(0, "am", layer="x"),
    )
    with AtlasReader(path, NETWORK) as reader:
        grid = reader.layer("conv1", 5, "am")
    assert grid.have == (False, True, False, True, False)
    assert grid.tiles.shape == (5, 40, 40, 3)
    assert not grid.tiles.flags.writeable
    assert not grid.tiles[[0, 2, 4]].any()
    assert np.abs(grid.tiles[3].astype(int) - photo(3)).mean() < 3


def test_tiles_of_unequal_size_lie_in_the_middle_of_squares(path: Path) -> None:
    wide = UnitPicture("am", 0, np.full((6, 12, 3), 200, np.uint8))
    small = UnitPicture("am", 0, np.full((4, 4, 3), 104, np.uint8))
    atlas(path, UnitRecord(UnitRef("c", 0), ("am",), (wide,)), UnitRecord(UnitRef("c", 1), ("am",), (small,)))
    with AtlasReader(path, NETWORK) as reader:
        tiles = reader.layer("c", 2, "am").tiles
    expected = np.zeros((2, 12, 12, 3), np.uint8)
    expected[0, 3:9] = 200
    expected[1, 4:8, 4:8] = 104
    assert np.array_equal(tiles, expected)


@pytest.mark.parametrize("side", [60, 200], ids=["its own thumbnail", "with a thumbnail"])
def test_the_tile_of_a_picture_with_surroundings_is_the_part_that_the_unit_sees(
    path: Path, side: int
) -> None:
    whole = photo(0, side, side).copy()
    whole[8:40, 10:50] = [208, 16, 16]
    facts = PictureFacts(more={"field": [8, 10, 40, 50]})
    made = UnitPicture("dgn-am", 0, whole[8:40, 10:50], facts=facts, whole=whole)
    atlas(path, UnitRecord(UnitRef("c", 0), ("dgn-am",), (made,)))
    with AtlasReader(path, NETWORK) as reader:
        tile = reader.thumbnails("c", 1, "dgn-am")[0]
        (back,) = reader.unit(UnitRef("c", 0)).pictures["dgn-am"]
    assert tile.shape == (32, 40, 3)
    assert np.abs(tile[2:-2, 2:-2].astype(int) - [208, 16, 16]).mean() < 12
    assert back.whole is not None
    assert (back.rgb.shape, back.whole.shape) == ((32, 40, 3), (side, side, 3))


def test_units_beyond_the_layer_are_not_shown(path: Path) -> None:
    atlas(path, record(1, "am"), record(7, "am"))
    with AtlasReader(path, NETWORK) as reader:
        assert reader.layer("conv1", 2, "am").have == (False, True)
        assert reader.layer("conv1", 0, "am").tiles.shape[0] == 0


def test_counts_and_statistics_cover_a_layer(path: Path) -> None:
    tried = UnitRecord(UnitRef("conv1", 9), ("am",), note="never active")
    atlas(path, record(1, "am", "top", stats=True), record(2, "am"), tried)
    with AtlasReader(path, NETWORK) as reader:
        assert reader.counts() == {("conv1", "am"): 3, ("conv1", "top"): 1, ("conv1", "stats"): 1}
        assert set(reader.stats("conv1")) == {1}
        assert reader.stats("conv2") == {}


def test_records_list_every_unit_and_make_it_anew(path: Path, tmp_path: Path) -> None:
    tried = UnitRecord(UnitRef("b", 9), ("am",), note="never active")
    atlas(path, record(1, "top", layer="b"), tried, record(2, "am", "top", layer="a", stats=True))
    with AtlasReader(path, NETWORK) as reader:
        records = list(reader.records())
        assert [str(one.ref) for one in records] == ["a:2", "b:1", "b:9"]
        assert records[2].note == "never active"
        assert [str(one.ref) for one in reader.records(layer="b", kind="am")] == ["b:9"]
        only = next(reader.records(kind="top"))
        assert (only.kinds, len(only.pictures), only.stats) == (("top",), 2, None)
        copy = atlas(tmp_path / "b.atlas", *records)
        with AtlasReader(copy, NETWORK) as other:
            assert other.made() == reader.made()


def test_a_reader_sees_what_is_committed_while_it_is_open(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer, AtlasReader(path, NETWORK) as reader:
        run = writer.begin(RUN)
        version = reader.version()
        assert reader.version() == version
        writer.put(record(0, "am"), run)
        assert reader.version() != version
        assert len(reader.unit(UnitRef("conv1", 0)).pictures["am"]) == 2


def test_a_reader_in_another_process_sees_new_units(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from deepvis_app.atlas import AtlasReader\n"
        "with AtlasReader(Path(sys.argv[1]), None) as reader:\n"
        "    for line in sys.stdin: print(sorted(reader.counts().items()), flush=True)\n"
    )
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with child:
            assert child.stdin is not None
            assert child.stdout is not None
            for unit in range(3):
                writer.put(record(unit, "am"), run)
                child.stdin.write("\n")
                child.stdin.flush()
                assert child.stdout.readline().strip() == f"[(('conv1', 'am'), {unit + 1})]"


def test_reading_leaves_no_trace(path: Path) -> None:
    before = (atlas(path, record(0, "am", stats=True)).read_bytes(), path.stat().st_mtime_ns)
    with AtlasReader(path, NETWORK) as reader:
        reader.unit(UnitRef("conv1", 0))
        reader.layer("conv1", 1, "am")
        assert [file.name for file in path.parent.iterdir() if file.name.startswith("a.")] == ["a.atlas"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file.name for file in path.parent.iterdir() if file.name.startswith("a.")] == ["a.atlas"]


def test_a_name_with_signs_that_mean_something_in_an_address_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a ?mode=rwc#%41 ä.atlas"
    atlas(path, record(0, "am"))
    with AtlasReader(path, NETWORK) as reader:
        assert reader.counts() == {("conv1", "am"): 1}
