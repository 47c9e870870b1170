"""The rows of DESIGN 11 that speak of atlases: one sentence with the repair, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter, integrity
from deepvis_app.messages import UnitRef
from tests.atlas.makers import NETWORK, OTHER_NETWORK, TITLE, atlas, record, sql

REF = UnitRef("conv1", 0)
TOO_DEEP = "[" * 100_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Pictures that have thumbnails, each with an image of its own."""
    return atlas(
        tmp_path / "a.atlas", record(0, "am", stats=True, side=80), record(0, "top", number=7, side=80)
    )


def refused(path: Path, network: str = NETWORK) -> str:
    """The sentence with which both reader and writer refuse the file, which stays as it was."""
    before = path.read_bytes()
    with pytest.raises(AtlasError) as by_reader:
        AtlasReader(path, network)
    with pytest.raises(AtlasError) as by_writer:
        AtlasWriter(path, network, TITLE)
    assert str(by_reader.value) == str(by_writer.value)
    assert path.read_bytes() == before
    assert not path.with_name("a.atlas.lock").exists()
    return str(by_reader.value)


def test_an_atlas_of_another_network_is_refused_by_name(path: Path) -> None:
    assert refused(path, OTHER_NETWORK) == (
        "The atlas a.atlas belongs to another network (a small network): load that network, or make an atlas "
        "of this one with deepvis-precompute."
    )


def test_a_strangers_title_stays_short_and_printable(path: Path) -> None:
    sql(path, "UPDATE network SET title = ?", "x\n\x1b[31m" * 100)
    sentence = refused(path, OTHER_NETWORK)
    assert sentence.isprintable()
    assert len(sentence) < 250


def test_a_newer_format_asks_for_an_update(path: Path) -> None:
    sql(path, "PRAGMA user_version = 99")
    assert refused(path) == (
        "The atlas a.atlas has format 99 and this DeepVis reads formats up to 3: update DeepVis, "
        "or name another file."
    )


def test_a_database_of_another_program_is_no_atlas(path: Path) -> None:
    sql(path, "PRAGMA application_id = 1")
    assert "is not a unit atlas: name another file" in refused(path)


@pytest.mark.parametrize("content", [b"", b"some text\n" * 500, bytes(range(256)) * 64], ids=len)
def test_a_file_of_another_kind_is_no_atlas(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.atlas"
    path.write_bytes(content)
    assert "is not a unit atlas: name another file" in refused(path)


def test_a_folder_is_no_atlas(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="There is no atlas"):
        AtlasReader(tmp_path, NETWORK)
    with pytest.raises(AtlasError, match="is not a file"):
        AtlasWriter(tmp_path, NETWORK, TITLE)


def test_a_missing_file_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match=r"There is no atlas .*b\.atlas: make one with deepvis-precompute"):
        AtlasReader(tmp_path / "b.atlas", NETWORK)
    assert not (tmp_path / "b.atlas").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON made BEGIN DELETE FROM pictures; END",
        "CREATE VIEW v AS SELECT 1",
        "ALTER TABLE runs ADD COLUMN more TEXT",
        "DROP TABLE thumbnails",
        "DELETE FROM network",
        "INSERT INTO network SELECT * FROM network",
    ],
)
def test_a_file_with_another_schema_is_refused(path: Path, statement: str) -> None:
    sql(path, statement)
    assert "is not as DeepVis made it: put back a copy" in refused(path)


def test_a_view_in_the_place_of_a_table_is_never_run(path: Path) -> None:
    sql(path, "DROP TABLE pictures")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    sql(path, f"CREATE VIEW pictures AS {endless}")
    assert "is not as DeepVis made it" in refused(path)


def read_all(path: Path) -> None:
    with AtlasReader(path, NETWORK) as reader:
        reader.unit(REF)
        reader.stats("conv1")
        reader.layer("conv1", 4, "am")
        reader.runs()
        list(reader.records())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_called_damaged(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AtlasError, match=r"a\.atlas is damaged \(.*\): put back a copy, or move it away"):
        read_all(path)
    assert integrity(path) != []


def said_of(path: Path) -> str:
    try:
        read_all(path)
    except AtlasError as error:
        return str(error)
    return ""


DAMAGE = 1200  # bytes


def test_any_damage_gives_a_sentence_or_what_is_left(path: Path) -> None:
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    sentences = 0
    for _ in range(60):
        data = bytearray(good)
        start = int(rng.integers(0, len(data) - DAMAGE))
        data[start : start + DAMAGE] = rng.bytes(DAMAGE)
        path.write_bytes(data)
        sentence = said_of(path)
        assert sentence.startswith(("The atlas a.atlas ", "The file a.atlas ")) or not sentence
        sentences += bool(sentence)
        assert isinstance(integrity(path), list)
    assert 0 < sentences < 60


BAD_IMAGES = ["zeroblob(900000)", "zeroblob(1900000)", "'text'", "3", "x''"]


@pytest.mark.parametrize("bad", BAD_IMAGES)
def test_a_damaged_image_is_left_out_with_a_note(path: Path, bad: str) -> None:
    its = "(SELECT image FROM pictures WHERE kind = 'am' AND rank = 1)"
    sql(path, f"UPDATE images SET data = {bad} WHERE id = {its}")
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
    assert [picture.rank for picture in unit.pictures["am"]] == [0]
    assert unit.notes == {"am": "1 damaged picture left out: make them again."}
    assert len(unit.pictures["top"]) == 2
    assert len(integrity(path)) == 1


HOSTILE = [
    ("UPDATE pictures SET image = 99", ()),
    ("UPDATE pictures SET image = 'text'", ()),
    ("UPDATE pictures SET facts = '{'", ()),
    ("UPDATE pictures SET facts = '[]'", ()),
    ("UPDATE pictures SET facts = ?", (TOO_DEEP,)),
    ("UPDATE pictures SET facts = '{\"box\":[1,2,3]}'", ()),
    ('UPDATE pictures SET facts = \'{"activation":"high"}\'', ()),
    ("UPDATE pictures SET facts = '{\"activation\":NaN}'", ()),
    ('UPDATE pictures SET facts = \'{"more":{"x":Infinity}}\'', ()),
    ('UPDATE pictures SET facts = \'{"=":1,"m":[]}\'', ()),
    ("UPDATE pictures SET facts = ?", (f'{{"activation":1{400 * "0"}}}',)),
    ("UPDATE pictures SET facts = x'ff'", ()),
    ("UPDATE pictures SET score = 9e999", ()),
    ("UPDATE pictures SET score = 'high'", ()),
]


@pytest.mark.parametrize(("statement", "values"), HOSTILE, ids=[s[16:60] for s, _ in HOSTILE])
def test_a_damaged_picture_is_left_out_with_a_note(
    path: Path, statement: str, values: tuple[str, ...]
) -> None:
    sql(path, f"{statement} WHERE kind = 'am' AND rank = 1", *values)
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
    assert [picture.rank for picture in unit.pictures["am"]] == [0]
    assert unit.notes == {"am": "1 damaged picture left out: make them again."}
    assert len(unit.pictures["top"]) == 2
    assert integrity(path) != []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET parameters = '{'",
        "UPDATE runs SET versions = 'null'",
        "UPDATE runs SET seed = 'x'",
        "UPDATE unit_stats SET quantiles = '[[1]]'",
        "UPDATE unit_stats SET quantiles = '[[1, 2], [0, 1]]'",
        "UPDATE unit_stats SET quantiles = '3'",
        "UPDATE unit_stats SET mean = 9e999",
        "UPDATE unit_stats SET count = 1.5",
        "UPDATE thumbnails SET image = x'00'",
        "UPDATE thumbnails SET unit = 0.5",
        "UPDATE made SET unit = 'x' WHERE kind = 'top'",
        "UPDATE made SET kind = x'ff' WHERE kind = 'top'",
        "UPDATE pictures SET run = 99",
        "UPDATE images SET uses = 0",
        "UPDATE images SET uses = 'many'",
    ],
)
def test_other_damage_leaves_the_rest_readable_and_is_found(path: Path, statement: str) -> None:
    assert integrity(path) == []
    sql(path, statement)
    read_all(path)
    with AtlasReader(path, NETWORK) as reader:
        assert len(reader.unit(REF).pictures["am"]) == 2
    assert integrity(path) != []


def test_endless_pictures_are_cut_off(path: Path) -> None:
    sql(
        path,
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
        "INSERT INTO pictures SELECT layer, unit, kind, n.i, run, score, facts, image "
        "FROM pictures JOIN n WHERE kind = 'am' AND rank = 1",
    )
    with AtlasReader(path, NETWORK) as reader:
        assert sum(map(len, reader.unit(REF).pictures.values())) == 200
