from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from deepvis_app.atlas import AtlasError, AtlasReader, AtlasWriter, integrity
from deepvis_app.atlas.lock import WriterLock
from tests.atlas.makers import NETWORK, RUN, TITLE, record
from tests.conftest import ROOT

HOLD = """
import sys
from pathlib import Path
from deepvis_app.atlas import AtlasWriter
writer = AtlasWriter(Path(sys.argv[1]), "ab" * 32, "")
print("open", flush=True)
sys.stdin.read()
writer.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.atlas"


def holder(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    return child


def test_a_second_writer_is_refused_with_the_owners_process_id(path: Path) -> None:
    with holder(path) as child:
        with pytest.raises(AtlasError) as error:
            AtlasWriter(path, NETWORK, TITLE)
        child.communicate("")
    assert str(error.value) == (
        f"The atlas a.atlas is being written by process {child.pid}: wait until that job is done, stop it, "
        "or name another file with --atlas."
    )
    AtlasWriter(path, NETWORK, TITLE).close()


def test_with_patience_the_second_writer_waits_until_the_first_is_done(path: Path) -> None:
    with holder(path) as child, ThreadPoolExecutor(1) as pool:
        second = pool.submit(WriterLock, path, 20.0)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        child.communicate("")
        second.result(10).release()


def test_patience_ends(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE):
        begun = monotonic()
        with pytest.raises(AtlasError, match="is being written by process"):
            AtlasWriter(path, NETWORK, TITLE, 0.3)
        assert monotonic() - begun >= 0.3


def test_a_second_writer_in_the_same_process_is_refused_and_the_first_goes_on(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        with pytest.raises(AtlasError, match=f"process {os.getpid()}:"):
            AtlasWriter(path, NETWORK, TITLE)
        writer.put(record(0, "am"), writer.begin(RUN))
        code = HOLD.replace('print("open"', 'print("both"')
        second = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            input="",
        )
        assert f"process {os.getpid()}:" in second.stderr
    assert integrity(path) == []


def test_the_lock_of_a_killed_process_is_taken_over(path: Path) -> None:
    with holder(path) as child:
        child.kill()
    assert path.with_name("a.atlas.lock").exists()
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        assert path.with_name("a.atlas.lock").read_text() == f"{os.getpid()}\n"
        writer.begin(RUN)
    assert [file.name for file in path.parent.iterdir() if file.is_file()] == ["a.atlas"]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_worker_that_outlives_its_killed_job_does_not_hold_the_lock(path: Path) -> None:
    code = HOLD.replace(
        'print("open", flush=True)',
        "import os, time\nif os.fork() == 0:\n    print(os.getpid(), flush=True); time.sleep(60); os._exit(0)\n",
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    worker = int(child.stdout.readline())
    try:
        with child:
            child.kill()
        AtlasWriter(path, NETWORK, TITLE).close()
    finally:
        os.kill(worker, 9)


def test_one_process_after_another_may_write_however_closely_they_follow(path: Path) -> None:
    with closing(AtlasReader(written(path), NETWORK)) as reader:
        for _ in range(20):
            AtlasWriter(path, NETWORK, TITLE).close()
            assert reader.runs()[0].job == RUN.job


def test_a_lock_file_that_was_removed_meanwhile_is_not_mistaken_for_the_new_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner lets go between our opening its file and our locking it."""
    real, calls = os.open, []

    def open_and_lose(name: Path, *options: int) -> int:
        file = real(name, *options)
        calls.append(file)
        if len(calls) == 1:
            Path(name).unlink()
        return file

    monkeypatch.setattr(os, "open", open_and_lose)
    lock = WriterLock(path)
    assert len(calls) == 2
    assert path.with_name("a.atlas.lock").read_text() == f"{os.getpid()}\n"
    lock.release()
    lock.release()  # once more does no harm


def written(path: Path) -> Path:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        writer.begin(RUN)
    return path
