"""Full disks, files and folders that cannot be written, files that others hold: a sentence, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter, integrity
from deepvis_app.messages import RunInfo, UnitRef
from tests.atlas.makers import NETWORK, RUN, TITLE, atlas, record, sql
from tests.conftest import ROOT

REF = UnitRef("conv1", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return atlas(tmp_path / "a.atlas", record(0, "am", "top", stats=True))


def put_until_refused(writer: AtlasWriter, run: RunInfo) -> tuple[str, int]:
    for unit in range(1, 100):
        try:
            writer.put(record(unit, "am", "top", number=3 * unit, side=90), run)
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


def test_a_disk_so_full_that_the_lock_cannot_be_signed_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(AtlasError, match="the disk is full: free some space"):
            AtlasWriter(path, NETWORK, TITLE)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    AtlasWriter(path, NETWORK, TITLE).close()


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
READ_OR_SAY = """
try:
    AtlasReader(folder / "a.atlas", None)
except AtlasError as error:
    print(error)
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
def test_a_file_that_may_not_be_read_is_said_to_be_so(locked: Callable[[int, int], Path]) -> None:
    path = locked(0o755, 0o000)
    assert "cannot be opened" in unprivileged(path.parent, READ_OR_SAY)
    locked(0o700, 0o644)  # a folder that may not be entered
    assert "cannot be opened: give yourself the right to read it" in unprivileged(path.parent, READ_OR_SAY)
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
    with AtlasReader(path, NETWORK) as reader:
        assert len(reader.unit(REF).pictures["am"]) == 2


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
