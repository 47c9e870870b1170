"""The rows of DESIGN 11 that speak of atlases: one sentence with the repair, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter, integrity
from deepvis_app.messages import RunInfo, UnitRef
from tests.atlas.makers import NETWORK, OTHER_NETWORK, RUN, TITLE, atlas, record, sql
from tests.conftest import ROOT

REF = UnitRef("conv1", 0)
TOO_DEEP = "[" * 100_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return atlas(tmp_path / "a.atlas", record(0, "am", "top", stats=True))


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
    sql(path, "PRAGMA user_version = 2")
    assert refused(path) == (
        "The atlas a.atlas has format 2 and this DeepVis reads format 1: update DeepVis, or name another file."
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


def test_any_damage_gives_a_sentence_or_what_is_left(path: Path) -> None:
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    sentences = 0
    for _ in range(60):
        data = bytearray(good)
        start = int(rng.integers(0, len(data) - 300))
        data[start : start + 300] = rng.bytes(300)
        path.write_bytes(data)
        sentence = said_of(path)
        assert sentence.startswith(("The atlas a.atlas ", "The file a.atlas ")) or not sentence
        sentences += bool(sentence)
        assert isinstance(integrity(path), list)
    assert 0 < sentences < 60


HOSTILE = [
    ("UPDATE pictures SET image = zeroblob(900000)", ()),
    ("UPDATE pictures SET image = zeroblob(1900000)", ()),
    ("UPDATE pictures SET image = 'text'", ()),
    ("UPDATE pictures SET facts = '{'", ()),
    ("UPDATE pictures SET facts = '[]'", ()),
    ("UPDATE pictures SET facts = ?", (TOO_DEEP,)),
    ("UPDATE pictures SET facts = '{\"box\":[1,2,3]}'", ()),
    ('UPDATE pictures SET facts = \'{"activation":"high"}\'', ()),
    ("UPDATE pictures SET facts = '{\"activation\":NaN}'", ()),
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
    assert len(integrity(path)) == 1


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
        "INSERT INTO pictures SELECT NULL, layer, unit, kind, n.i, run, score, facts, image "
        "FROM pictures JOIN n WHERE kind = 'am' AND rank = 1",
    )
    with AtlasReader(path, NETWORK) as reader:
        assert sum(map(len, reader.unit(REF).pictures.values())) == 200


def put_until_refused(writer: AtlasWriter, run: RunInfo) -> tuple[str, int]:
    for unit in range(1, 100):
        try:
            writer.put(record(unit, "am", "top"), run)
        except AtlasError as error:
            return str(error), unit
    raise AssertionError("the disk was never full")


def test_a_full_disk_is_said_and_nothing_is_lost(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        (pages,) = writer._connection.execute("PRAGMA page_count").fetchone()
        writer._connection.execute(f"PRAGMA max_page_count = {pages}")
        sentence, written = put_until_refused(writer, run)
        assert sentence == (
            "The atlas a.atlas cannot grow because the disk is full: free some space and run the job again; "
            "every finished unit is kept."
        )
        writer._connection.execute("PRAGMA max_page_count = 100000")  # some space was freed
        writer.put(record(written, "am", "top"), run)
    assert integrity(path) == []
    with AtlasReader(path, NETWORK) as reader:
        assert reader.counts()["conv1", "am"] == written + 1
        assert len(reader.unit(REF).pictures["am"]) == 2


def test_a_full_disk_at_the_start_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(AtlasError, match="the disk is full: free some space"):
        AtlasWriter(tmp_path / "new.atlas", NETWORK, TITLE)
    assert not (tmp_path / "new.atlas").exists()
    assert not (tmp_path / "new.atlas.lock").exists()


BECOME_NOBODY = """
import io, os, sys
from pathlib import Path
from PIL import Image
from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter
from deepvis_app.messages import UnitRef
file = io.BytesIO()
Image.new("RGB", (1, 1)).save(file, "WEBP")  # loads all that is loaded late
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
folder = Path(sys.argv[1])
"""


def unprivileged(folder: Path, code: str) -> str:
    """What `code` prints as a user to whom read-only means something; root may write everything."""
    command = [sys.executable, "-c", BECOME_NOBODY + code, str(folder)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture
def locked(path: Path) -> Callable[[int, int], Path]:
    """Give the atlas's folder, which others can reach, and the atlas in it these rights."""
    folder = path.parent / "shared"
    folder.mkdir()
    moved = path.rename(folder / path.name)
    for parent in moved.parents:
        if os.access(parent, os.W_OK) and parent.stat().st_uid == os.geteuid() and len(parent.parts) > 2:
            parent.chmod(parent.stat().st_mode | 0o011)

    def set_rights(of_folder: int, of_file: int) -> Path:
        moved.chmod(of_file)
        folder.chmod(of_folder)
        return moved

    return set_rights


READ = """
with AtlasReader(folder / "a.atlas", None) as reader:
    print(len(reader.unit(UnitRef("conv1", 0)).pictures["am"]), sorted(p.name for p in folder.iterdir()))
"""
WRITE = """
try:
    AtlasWriter(folder / "a.atlas", "ab" * 32, "")
except AtlasError as error:
    print(error)
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")


@posix
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_read_only_folder_can_be_read_from(locked: Callable[[int, int], Path], journal: str) -> None:
    path = locked(0o755, 0o644)
    sql(path, f"PRAGMA journal_mode = {journal}")  # "wal": somebody's SQLite left it so
    locked(0o555, 0o444)
    assert unprivileged(path.parent, READ).strip() == "2 ['a.atlas']"
    locked(0o755, 0o644)


@posix
def test_a_read_only_file_is_not_written(locked: Callable[[int, int], Path]) -> None:
    path = locked(0o777, 0o444)
    assert unprivileged(path.parent, WRITE).strip() == (
        "The atlas a.atlas cannot be written: give yourself the right to write it, or name another file with --atlas."
    )
    assert [file.name for file in path.parent.iterdir()] == ["a.atlas"]


@posix
def test_a_file_in_a_read_only_folder_is_not_written(locked: Callable[[int, int], Path]) -> None:
    path = locked(0o555, 0o666)
    assert "cannot be written: give yourself the right" in unprivileged(path.parent, WRITE)
    locked(0o755, 0o644)


@posix
def test_a_write_that_was_broken_off_is_said_and_repaired_by_the_next_writer(path: Path) -> None:
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN')\n"
        'c.execute("UPDATE pictures SET facts = hex(zeroblob(20000))"); os._exit(0)\n'
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    with pytest.raises(
        AtlasError, match="was left in the middle of a write: run any job of deepvis-precompute"
    ):
        AtlasReader(path, NETWORK)
    AtlasWriter(path, NETWORK, TITLE).close()
    assert integrity(path) == []
    read_all(path)


def test_a_file_that_another_program_holds_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepvis_app.atlas.connections._WAIT", 0.02)
    monkeypatch.setattr("deepvis_app.atlas.writer._PATIENCE", 0.02)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(AtlasError, match="is locked by another program: close that program and try again"):
        AtlasReader(path, NETWORK)
    with pytest.raises(AtlasError, match="is locked by another program"):
        AtlasWriter(path, NETWORK, TITLE)
    other.close()
