from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter, Shelf, compact, integrity, merge
from deepvis_app.atlas.schema import PAGE_SIZE
from deepvis_app.messages import UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, OTHER_NETWORK, RUN, TITLE, atlas, record, sql


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.atlas"


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    tried = UnitRecord(UnitRef("conv1", 4), ("am",), note="no gradient")
    later = replace(RUN, job="later")
    return [
        atlas(
            tmp_path / "one.atlas",
            record(0, "am", number=1), record(1, "top", number=1), record(2, "top", "deconv", number=1), tried,
        ),
        atlas(
            tmp_path / "two.atlas",
            record(0, "am", number=2, stats=True), record(1, "top", "deconv", number=2),
            record(3, "am", number=2), record(4, "am", number=2), record(5, "am", layer="conv2"),
            run=later,
        ),
    ]  # fmt: skip


def test_a_merged_atlas_holds_what_a_shelf_of_the_same_files_shows(two: list[Path], out: Path) -> None:
    merge(two, out)
    assert integrity(out) == []
    shelf = Shelf(NETWORK, two)
    with AtlasReader(out, NETWORK) as merged:
        assert merged.title == TITLE
        for ref in {one.ref for one in shelf.records()}:
            theirs, ours = shelf.unit(ref), merged.unit(ref)
            assert set(ours.pictures) == set(theirs.pictures), ref
            assert ours.notes == theirs.notes
            assert (ours.stats is None) == (theirs.stats is None)
            for kind, pictures in theirs.pictures.items():
                for mine, other in zip(ours.pictures[kind], pictures, strict=True):
                    assert np.array_equal(mine.rgb, other.rgb)
                    assert (mine.facts, mine.score) == (other.facts, other.score)
                    assert mine.run is not None
                    assert other.run is not None
                    assert mine.run.job == other.run.job
        assert merged.layer("conv1", 5, "am").have == shelf.layer("conv1", 5, "am").have
        assert [run.job for run in merged.runs()] == ["am", "later"]


def test_equal_runs_of_two_files_become_one(tmp_path: Path, out: Path) -> None:
    one = atlas(tmp_path / "one.atlas", record(0, "am"), run=replace(RUN, seed=99))
    with AtlasWriter(one, NETWORK, TITLE) as writer:
        writer.put(record(1, "am"), writer.begin(RUN))
    merge([one, atlas(tmp_path / "two.atlas", record(2, "am"))], out)
    with AtlasWriter(out, NETWORK, TITLE) as writer:
        assert writer.done(writer.begin(RUN), "am", "conv1") == {1, 2}
        assert writer.done(writer.begin(replace(RUN, seed=99)), "am", "conv1") == {0}


def test_a_run_of_which_nothing_was_taken_is_not_listed(tmp_path: Path, out: Path) -> None:
    """It made only what another atlas has already, or what another atlas has something to show for."""
    empty = UnitRecord(UnitRef("conv1", 1), ("am",), note="no gradient")
    tried = atlas(tmp_path / "tried.atlas", empty, run=replace(RUN, job="tried"))
    first = atlas(tmp_path / "first.atlas", record(0, "am"), record(1, "am"), run=replace(RUN, job="first"))
    again = atlas(tmp_path / "again.atlas", record(0, "am"), run=replace(RUN, job="again"))
    stats = atlas(tmp_path / "stats.atlas", record(0, "am", stats=True), run=replace(RUN, job="stats"))
    noted = atlas(
        tmp_path / "noted.atlas",
        UnitRecord(UnitRef("conv1", 2), ("am",), note="grey"),
        run=replace(RUN, job="noted"),
    )
    merge([tried, first, again, stats, noted], out)
    with AtlasReader(out, NETWORK) as merged:
        assert [run.job for run in merged.runs()] == ["first", "stats", "noted"]
        assert merged.unit(UnitRef("conv1", 2)).notes == {"am": "grey"}
    assert integrity(out) == []


def test_atlases_of_two_networks_are_not_merged(tmp_path: Path, two: list[Path], out: Path) -> None:
    stranger = atlas(tmp_path / "stranger.atlas", network=OTHER_NETWORK)
    with pytest.raises(AtlasError, match=r"stranger\.atlas belongs to another network"):
        merge([*two, stranger], out)
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        "one.atlas", "stranger.atlas", "two.atlas",
    ]  # fmt: skip


def test_nothing_is_merged_into_nothing(out: Path) -> None:
    with pytest.raises(AtlasError, match="name at least one"):
        merge([], out)


def test_a_damaged_source_is_named_and_leaves_nothing(two: list[Path], out: Path) -> None:
    data = bytearray(two[1].read_bytes())
    data[PAGE_SIZE:-PAGE_SIZE] = os.urandom(len(data) - 2 * PAGE_SIZE)
    two[1].write_bytes(data)
    with pytest.raises(AtlasError, match=r"two\.atlas is damaged"):
        merge(two, out)
    assert not list(out.parent.glob(".*part*"))
    assert not out.exists()


@pytest.mark.parametrize("whole", [lambda a, out: merge([a], out), compact], ids=["merge", "compact"])
def test_a_file_that_exists_is_not_written_over(
    two: list[Path], out: Path, whole: Callable[[Path, Path], None]
) -> None:
    out.write_bytes(b"precious")
    with pytest.raises(AtlasError, match=r"out\.atlas exists already: name another one"):
        whole(two[0], out)
    assert out.read_bytes() == b"precious"


def test_a_compact_copy_holds_the_same_in_less_room(tmp_path: Path, out: Path) -> None:
    path = atlas(
        tmp_path / "a.atlas", *(record(unit, "am", "top", number=unit, side=250) for unit in range(150))
    )
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        for unit in range(149):
            writer.put(UnitRecord(UnitRef("conv1", unit), ("am", "top"), note="taken back"), run)
        writer.put(record(149, "am"), run)
        compact(path, out)  # also while it is being written
    assert out.stat().st_size < path.stat().st_size / 2
    assert integrity(out) == []
    assert out.read_bytes()[18:20] == b"\x01\x01"
    with AtlasReader(path, NETWORK) as old, AtlasReader(out, NETWORK) as new:
        assert old.made() == new.made()
        assert len(new.unit(UnitRef("conv1", 149)).pictures["am"]) == 2
    assert sql(out, "PRAGMA application_id") == sql(path, "PRAGMA application_id")


def test_only_atlases_are_compacted(tmp_path: Path, out: Path) -> None:
    (tmp_path / "x.atlas").write_bytes(b"text" * 1000)
    with pytest.raises(AtlasError, match="is not a unit atlas"):
        compact(tmp_path / "x.atlas", out)
    assert not out.exists()
