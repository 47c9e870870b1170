from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter, Shelf, compact, integrity, merge
from deepvis_app.atlas.facet_rows import MAX_POINTS
from deepvis_app.messages import BLOCK_KINDS, FacetMap, UnitRecord, UnitRef
from tests.atlas.makers import (
    NETWORK,
    RUN,
    TITLE,
    atlas,
    facet_map,
    facet_record,
    pictures,
    record,
    second_atlas,
    sql,
)

ONE = UnitRef("conv1", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return atlas(tmp_path / "a.atlas", facet_record(0), record(1, "am"))


def read(path: Path, ref: UnitRef = ONE) -> FacetMap:
    with AtlasReader(path, NETWORK) as reader:
        found = reader.unit(ref).facets
    assert found is not None
    return found


def same(found: FacetMap, made: FacetMap) -> None:
    assert (found.facets, found.space.layer, found.space.column) == (
        made.facets,
        made.space.layer,
        made.space.column,
    )
    assert np.array_equal(found.xy, made.xy)
    assert np.array_equal(found.silhouettes, made.silhouettes)
    assert np.abs(found.thumbnails.astype(int) - made.thumbnails).max() < 12
    for at, point in enumerate(found.points):
        assert replace(point, value=made.points[at].value) == made.points[at]
        assert point.value == pytest.approx(made.points[at].value, rel=1e-5)


@pytest.mark.parametrize("count", [12, 256, 300])
def test_a_facet_map_comes_back_as_it_was_put(tmp_path: Path, count: int) -> None:
    path = atlas(tmp_path / "a.atlas", facet_record(0, count=count))
    made, found = facet_map(count), read(path)
    same(found, made)
    assert found.thumbnails.shape == (count, 32, 32, 3)
    assert integrity(path) == []


def test_places_and_axes_lose_less_than_a_hundredth() -> None:
    from deepvis_app.atlas.facet_rows import facet_map_of, facet_row, sheets_of

    made = facet_map(40, 9, 200)
    found = facet_map_of(facet_row(made), list[object](sheets_of(made.thumbnails)))
    assert np.allclose(found.space.places, made.space.places, atol=1e-4 * np.abs(made.space.places).max())
    code = made.space.mean + 2 * made.space.axes[0]
    exact, close = made.space.reduced(code), found.space.reduced(code)
    assert np.linalg.norm(exact - close) < 0.01 * np.linalg.norm(exact)


def test_pictures_of_a_unit_without_facets_come_without_a_map(path: Path) -> None:
    with AtlasReader(path, NETWORK) as reader:
        assert reader.unit(UnitRef("conv1", 1)).facets is None


def test_a_new_map_replaces_the_old_one_and_its_pictures(path: Path) -> None:
    other = UnitRecord(ONE, ("facets",), pictures("facets", count=1), facets=facet_map(30, seed=4))
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.put(other, writer.begin(RUN))
    same(read(path), facet_map(30, seed=4))
    with AtlasReader(path, NETWORK) as reader:
        assert set(reader.unit(ONE).pictures) == {"facets"}
    assert integrity(path) == []


def test_real_pictures_of_facets_go_with_the_map(tmp_path: Path) -> None:
    kinds = ("facets", *BLOCK_KINDS)
    shown = tuple(picture for kind in kinds for picture in pictures(kind, count=2))
    own = atlas(tmp_path / "own.atlas", UnitRecord(ONE, kinds, shown, facets=facet_map()))
    lower = atlas(tmp_path / "lower.atlas", UnitRecord(ONE, kinds, shown, facets=facet_map(20, seed=9)))
    plain = UnitRecord(ONE, ("facets",), pictures("facets", count=1), facets=facet_map(30, seed=4))
    other = atlas(tmp_path / "other.atlas", plain)
    assert set(Shelf(NETWORK, [own, other]).unit(ONE).pictures) == set(kinds)
    assert set(Shelf(NETWORK, [other, lower]).unit(ONE).pictures) == {"facets"}
    merge([other, lower], tmp_path / "both.atlas")
    compact(tmp_path / "both.atlas", tmp_path / "small.atlas")
    for path in (tmp_path / "both.atlas", tmp_path / "small.atlas"):
        with AtlasReader(path, NETWORK) as reader:
            assert set(reader.unit(ONE).pictures) == {"facets"}
    with AtlasWriter(own, NETWORK, TITLE) as writer:
        writer.put(plain, writer.begin(RUN))
    with AtlasReader(own, NETWORK) as reader:
        assert set(reader.unit(ONE).pictures) == {"facets"}
    assert integrity(own) == []


def test_a_map_stays_when_other_kinds_of_the_unit_are_made_anew(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.put(record(0, "am"), writer.begin(RUN))
    same(read(path), facet_map())


def test_a_unit_that_gave_no_facets_says_why_and_loses_its_old_map(path: Path) -> None:
    tried = UnitRecord(ONE, ("facets", "facet-am", "facet-dgn"), note="only 3 pictures")
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.put(tried, writer.begin(RUN))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(ONE)
    assert unit.facets is None
    assert unit.notes["facets"] == "only 3 pictures"
    assert sql(path, "SELECT COUNT(*) FROM facet_sheets") == [(0,)]


def test_an_atlas_of_format_2_opens_and_is_brought_to_the_present_by_a_writer(
    tmp_path: Path, path: Path
) -> None:
    old = second_atlas(tmp_path / "old.atlas", path)
    content = old.read_bytes()
    with AtlasReader(old, NETWORK) as reader:
        unit = reader.unit(ONE)
        assert unit.facets is None
        assert set(unit.pictures) == {"facets", "facet-am"}
    assert integrity(old) == []
    assert old.read_bytes() == content
    with AtlasWriter(old, NETWORK, TITLE) as writer:
        writer.put(facet_record(7), writer.begin(RUN))
    same(read(old, UnitRef("conv1", 7)), facet_map())
    assert integrity(old) == []


def test_merging_and_compacting_keep_maps_whole(tmp_path: Path, path: Path) -> None:
    second = UnitRecord(ONE, ("facets",), pictures("facets"), facets=facet_map(20, seed=9))
    other = atlas(tmp_path / "b.atlas", second, facet_record(3))
    old = second_atlas(tmp_path / "old.atlas", path)
    merge([path, other, old], tmp_path / "both.atlas")
    compact(tmp_path / "both.atlas", tmp_path / "small.atlas")
    for made in ("both.atlas", "small.atlas"):
        same(read(tmp_path / made), facet_map())
        same(read(tmp_path / made, UnitRef("conv1", 3)), facet_map())
        assert integrity(tmp_path / made) == []


def test_a_shelf_takes_map_and_pictures_from_the_same_file(tmp_path: Path, path: Path) -> None:
    own = UnitRecord(ONE, ("facets",), pictures("facets", count=1), facets=facet_map(20, seed=9))
    unit = Shelf(NETWORK, [atlas(tmp_path / "own.atlas", own), path]).unit(ONE)
    assert unit.facets is not None
    same(unit.facets, facet_map(20, seed=9))
    assert set(unit.pictures) == {"facets"}


def test_records_hold_the_map_only_with_its_kind(path: Path) -> None:
    with AtlasReader(path, NETWORK) as reader:
        with_map = [one.ref.unit for one in reader.records() if one.facets]
        without = [one for one in reader.records(kind="facet-am") if one.facets]
    assert (with_map, without) == ([0], [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facet_maps SET facts = '{}'",
        "UPDATE facet_maps SET facts = replace(facts, '[0,3,', '[1,3,')",
        "UPDATE facet_maps SET facts = replace(facts, '\"size\":[12', '\"size\":[999999999')",
        "UPDATE facet_maps SET points = zeroblob(7)",
        "UPDATE facet_maps SET points = replace(hex(points), '3', 'F')",
        "UPDATE facet_maps SET places = x''",
        "UPDATE facet_maps SET axes = 'text'",
        "DELETE FROM facet_sheets",
        "UPDATE facet_sheets SET image = x'00'",
    ],
)
def test_a_damaged_map_is_left_out_and_told(path: Path, statement: str) -> None:
    sql(path, statement)
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(ONE)
    assert unit.facets is None
    assert "damaged" in unit.notes["facets"]
    assert len(unit.pictures["facets"]) == 2
    assert any(line.startswith("The facet map of conv1:0 is damaged") for line in integrity(path))


def test_rows_of_a_map_that_is_not_listed_are_found(path: Path) -> None:
    sql(path, "DELETE FROM made WHERE kind = 'facets'")
    assert any("1 rows of facet_maps belong to units" in line for line in integrity(path))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(facet_map(), xy=facet_map(13).xy),
        replace(facet_map(), xy=facet_map().xy * np.float32(np.nan)),
        replace(facet_map(), facets=facet_map().facets[:1]),
        replace(facet_map(), thumbnails=np.zeros((12, 8, 8, 3), np.uint8)),
        facet_map(MAX_POINTS + 1),
    ],
    ids=["sizes", "nan", "no facet", "thumbnails", "many"],
)
def test_a_map_that_makes_no_sense_is_not_written(path: Path, wrong: FacetMap) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer, pytest.raises(ValueError, match="facet map"):
        writer.put(replace(facet_record(0), facets=wrong), writer.begin(RUN))
    same(read(path), facet_map())


def test_a_map_needs_its_kind_in_the_record(path: Path) -> None:
    stray = UnitRecord(ONE, ("am",), (), facets=facet_map())
    with AtlasWriter(path, NETWORK, TITLE) as writer, pytest.raises(ValueError, match="name its kind"):
        writer.put(stray, writer.begin(RUN))
