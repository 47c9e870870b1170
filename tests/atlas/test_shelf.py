from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasWriter, Shelf, bundled_path, user_path
from deepvis_app.messages import UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, OTHER_NETWORK, RUN, STATS, TITLE, atlas, photo, record

REF = UnitRef("conv1", 0)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [tmp_path / "upper.atlas", tmp_path / "lower.atlas"]


def numbers(shelf: Shelf, ref: UnitRef = REF) -> dict[str, float | None]:
    return {kind: several[0].facts.activation for kind, several in shelf.unit(ref).pictures.items()}


def test_a_shelf_without_files_is_empty_and_makes_none(paths: list[Path]) -> None:
    shelf = Shelf(NETWORK, paths)
    assert (shelf.unit(REF).pictures, shelf.unit(REF).error, shelf.stats("conv1")) == ({}, "", {})
    assert (shelf.counts(), shelf.runs(), list(shelf.records()), shelf.errors()) == ({}, (), [], "")
    assert shelf.layer("conv1", 3, "am").have == (False,) * 3
    assert not any(path.exists() for path in paths)


def test_the_upper_one_wins_kind_by_kind(paths: list[Path]) -> None:
    atlas(paths[0], record(0, "am", number=1))
    atlas(paths[1], record(0, "am", "top", number=2, stats=True), record(1, "am", number=3))
    shelf = Shelf(NETWORK, paths)
    assert numbers(shelf) == {"am": 1, "top": 2}
    assert numbers(shelf, UnitRef("conv1", 1)) == {"am": 3}
    assert shelf.unit(REF).stats is not None
    assert set(shelf.stats("conv1")) == {0}
    assert shelf.counts() == {("conv1", "am"): 2, ("conv1", "top"): 1, ("conv1", "stats"): 1}
    grid = shelf.layer("conv1", 2, "am")
    assert grid.have == (True, True)
    assert np.abs(grid.tiles[0].astype(int) - photo(1)).mean() < 3


def test_pictures_that_were_made_before_the_statistics_get_their_percentiles(paths: list[Path]) -> None:
    upper, lower = paths
    atlas(upper, record(3, "am"))
    atlas(lower, UnitRecord(UnitRef("conv1", 3), ("stats",), stats=STATS))
    found = Shelf(NETWORK, paths).unit(UnitRef("conv1", 3)).pictures["am"]
    activations = [picture.facts.activation for picture in found]
    assert activations == [0, 1]
    assert [picture.facts.percentile for picture in found] == [STATS.percentile(0), STATS.percentile(1)]


def test_deconv_pictures_come_from_where_their_top_pictures_come(paths: list[Path]) -> None:
    atlas(paths[0], record(0, "top", number=1), record(1, "deconv", number=1))
    atlas(paths[1], record(0, "top", "deconv", number=2), record(1, "top", "deconv", number=2))
    shelf = Shelf(NETWORK, paths)
    assert numbers(shelf) == {"top": 1}
    assert numbers(shelf, UnitRef("conv1", 1)) == {"top": 2, "deconv": 2}


def test_a_failed_attempt_above_does_not_hide_the_pictures_below(paths: list[Path]) -> None:
    atlas(paths[0], UnitRecord(REF, ("am", "dgn"), note="no gradient"))
    atlas(paths[1], record(0, "am", number=2))
    unit = Shelf(NETWORK, paths).unit(REF)
    assert set(unit.pictures) == {"am"}
    assert unit.notes == {"dgn": "no gradient"}


def test_a_file_that_cannot_be_read_leaves_the_others_and_says_why(paths: list[Path]) -> None:
    paths[0].write_bytes(b"some text\n" * 100)
    atlas(paths[1], record(0, "am", number=2))
    shelf = Shelf(NETWORK, paths)
    assert numbers(shelf) == {"am": 2}
    assert shelf.unit(REF).error.startswith("The atlas upper.atlas is not a unit atlas")
    assert shelf.layer("conv1", 1, "am").error == shelf.errors() == shelf.unit(REF).error


def test_a_folder_that_may_not_be_entered_leaves_the_others(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas(paths[1], record(0, "am", number=2))
    real = Path.exists

    def forbidden(path: Path) -> bool:
        if path == paths[0]:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "exists", forbidden)
    unit = Shelf(NETWORK, paths).unit(REF)
    assert set(unit.pictures) == {"am"}
    assert unit.error.startswith("The atlas upper.atlas cannot be opened: give yourself the right to read")


def test_files_that_appear_change_and_vanish_are_noticed(paths: list[Path]) -> None:
    shelf = Shelf(NETWORK, paths)
    versions = [shelf.version()]
    assert shelf.version() == versions[0]
    with AtlasWriter(paths[0], NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        versions.append(shelf.version())
        for unit in range(3):
            writer.put(record(unit, "am"), run)
            versions.append(shelf.version())
            assert len(shelf.unit(UnitRef("conv1", unit)).pictures) == 1
            assert shelf.version() == versions[-1]  # reading is no change
    versions.append(shelf.version())
    paths[0].unlink()
    versions.append(shelf.version())
    assert versions == sorted(set(versions))
    assert shelf.unit(REF).pictures == {}


def test_a_shelf_that_is_read_from_does_not_keep_a_writer_from_closing_its_file(paths: list[Path]) -> None:
    shelf = Shelf(NETWORK, paths)
    with AtlasWriter(paths[0], NETWORK, TITLE) as writer:
        writer.put(record(0, "am"), writer.begin(RUN))
        shelf.unit(REF)
    assert [file.name for file in paths[0].parent.iterdir() if file.is_file()] == ["upper.atlas"]


def test_records_cover_all_files(paths: list[Path]) -> None:
    atlas(paths[0], record(1, "am", number=1), run=replace(RUN, seed=1))
    atlas(paths[1], record(0, "am"), record(1, "am", "top", number=2))
    shelf = Shelf(NETWORK, paths)
    assert [(one.ref.unit, one.kinds) for one in shelf.records()] == [(0, ("am",)), (1, ("am", "top"))]
    assert [one.ref.unit for one in shelf.records(kind="top")] == [1]
    assert [run.seed for run in shelf.runs()] == [1, 7]


def test_without_paths_it_is_the_users_atlas_over_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepvis_app.atlas.places.assets_folder", lambda: tmp_path)
    assert bundled_path(NETWORK) is None
    atlas(tmp_path / "atlas" / "a.atlas", network=OTHER_NETWORK)
    (tmp_path / "atlas" / "b.atlas").write_bytes(b"no atlas")
    bundled = atlas(tmp_path / "atlas" / "c.atlas", record(0, "am"))
    assert bundled_path(NETWORK) == bundled
    assert Shelf(NETWORK).paths == (user_path(NETWORK), bundled)
    assert Shelf("ef" * 32).paths == (user_path("ef" * 32),)


def test_the_users_atlas_lies_in_the_users_folder(home: Path) -> None:
    assert user_path(NETWORK) == home / "data" / "atlas" / f"{NETWORK[:16]}.atlas"
