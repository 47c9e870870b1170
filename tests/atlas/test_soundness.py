from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.atlas import integrity
from deepvis_app.atlas.schema import PAGE_SIZE
from tests.atlas.makers import atlas, record, sql


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return atlas(tmp_path / "a.atlas", record(0, "am", "top", stats=True), record(1, "am", side=80))


def test_a_sound_atlas_has_no_complaints(path: Path) -> None:
    assert integrity(path) == []


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (
            "UPDATE images SET data = x'00' WHERE id = (SELECT image FROM pictures WHERE rank = 1)",
            "Picture 1 (am) of conv1:0 is damaged",
        ),
        (
            "UPDATE thumbnails SET image = x'00' WHERE unit = 1",
            "The small picture (am) of conv1:1 is damaged",
        ),
        ("UPDATE unit_stats SET quantiles = ''", "The statistics of conv1:0 are damaged"),
        ("UPDATE runs SET parameters = ''", "Run 1 cannot be read"),
        ("DELETE FROM made WHERE unit = 1", "2 rows of pictures belong to units that are not listed"),
        ("DELETE FROM made WHERE kind = 'stats'", "1 rows of unit_stats belong to units that are not listed"),
        ("UPDATE images SET uses = 9", "6 images are not shown by as many pictures as they say"),
        ("DELETE FROM pictures WHERE unit = 1", "2 images are not shown by as many"),
        ("DELETE FROM runs", "11 rows name a run that is not there"),
    ],
)
def test_each_kind_of_damage_is_named(path: Path, statement: str, complaint: str) -> None:
    sql(path, statement)
    assert any(line.startswith(complaint) for line in integrity(path)), integrity(path)


def test_an_index_that_does_not_match_its_table_is_found(path: Path) -> None:
    (page,) = sql(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_made_1'")[0]
    data = bytearray(path.read_bytes())
    at = (page - 1) * PAGE_SIZE
    data[at + 3 : at + 5] = b"\0\0"  # the page's number of cells
    path.write_bytes(data)
    assert any("structure is damaged" in line or "is damaged" in line for line in integrity(path))


def test_complaints_end_at_fifty(tmp_path: Path) -> None:
    path = atlas(tmp_path / "a.atlas", *(record(unit, "am") for unit in range(40)))
    sql(path, "UPDATE pictures SET image = x'00'")
    assert len(integrity(path)) == 50


def test_a_file_that_is_no_atlas_is_one_complaint(tmp_path: Path) -> None:
    assert len(integrity(tmp_path / "none.atlas")) == 1
