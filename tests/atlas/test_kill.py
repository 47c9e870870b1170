"""`kill -9` at any moment: the file stays sound, no unit is half there, the next run makes only what is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasReader, Shelf, integrity
from deepvis_app.messages import UnitRef
from tests.atlas.makers import NETWORK, RUN, atlas
from tests.conftest import ROOT

PICTURES = {"am": 4, "deconv": 3, "top": 3}  # of each unit, beside its statistics
LEFT = (
    "The atlas a.atlas was left in the middle of a write: run any job of deepvis-precompute on it, "
    "which repairs it."
)

JOB = """
import sys
from itertools import count
from pathlib import Path
from deepvis_app.atlas import AtlasWriter
from deepvis_app.messages import UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, RUN, STATS, TITLE, pictures
from tests.atlas.test_kill import PICTURES
shown = tuple(picture for kind, number in PICTURES.items() for picture in pictures(kind, number))
with AtlasWriter(Path(sys.argv[1]), NETWORK, TITLE) as writer:
    run = writer.begin(RUN)
    done = writer.done(run, "am", "conv1")
    print("begun", len(done), flush=True)
    for unit in range(int(sys.argv[2])):
        if unit not in done:
            writer.put(UnitRecord(UnitRef("conv1", unit), tuple(PICTURES), shown, STATS), run)
            print(unit, flush=True)
    writer.finish(run)
"""


def start(path: Path, units: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", JOB, str(path), str(units)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def check_units(reader: AtlasReader, known: Collection[int] = ()) -> set[int]:
    """The units that are there, each of them whole; those that are `known` to be are not read again."""
    units = {unit for _, unit, _ in reader.made()}
    for unit in units.difference(known):
        one = reader.unit(UnitRef("conv1", unit))
        assert {kind: len(several) for kind, several in one.pictures.items()} == PICTURES
        assert (one.notes, one.stats is not None) == ({}, True)
    return units


def kill_again_and_again(path: Path, kills: int, seed: int) -> None:
    """Run one job, killed at random moments, to its end, with a reader attached all the time.

    The moment does not wait for the reader: if it did, each run would make more units than the one before, since
    there would be more to read, and the whole would never end on a slow machine.
    """
    rng = random.Random(seed)
    printed: list[int] = []
    atlas(path, run=RUN)
    with AtlasReader(path, NETWORK) as attached:
        now = check_units(attached)
        for _ in range(kills):
            known = now
            with start(path, 100_000) as job:
                assert job.stdout is not None
                begun = job.stdout.readline().split()
                assert int(begun[1]) == len(known)  # what an earlier run made is not made again
                killer = threading.Timer(rng.uniform(0, 0.05), job.kill)
                killer.start()
                while killer.is_alive():
                    check_units(attached, known)
                killer.join()
                printed += map(int, job.stdout.read().split())
            now = check_units(attached)
            assert now >= set(printed)  # every finished unit is kept
            assert now >= known
            assert len(now - set(printed)) <= kills  # committed, killed before it could say so
            assert integrity(path) == []
    last = len(now) + 4
    with start(path, last) as job:
        assert job.stdout is not None
        kept, *made = map(int, job.stdout.read().split()[1:])
    assert kept - len(now) in (0, 1)  # written whole, killed before it could be shown: it is found afterwards
    assert made == list(range(kept, last))
    assert [file.name for file in path.parent.iterdir() if file.is_file()] == [path.name]
    with AtlasReader(path, NETWORK) as reader:
        assert len(check_units(reader)) == last
        assert reader.runs()[0].finished
    assert len(printed) == len(set(printed))


def test_a_job_killed_three_times_ends_well(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "a.atlas", 3, seed=0)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_job_killed_fifty_times_ends_well(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "a.atlas", 50, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_job_killed_while_it_opens_or_closes_its_file_ends_well(tmp_path: Path) -> None:
    path = atlas(tmp_path / "a.atlas", run=RUN)
    shelf, rng, whole = Shelf(NETWORK, [path]), random.Random(2), 0
    for _ in range(40):
        with start(path, whole + 2) as job:
            assert job.stdout is not None
            if rng.random() < 0.5:
                time.sleep(rng.uniform(0.1, 0.4))  # it is about to open the file
            else:
                job.stdout.readline()
                time.sleep(rng.uniform(0, 0.04))  # two units, and it closes the file
            job.kill()
        assert shelf.errors() in ("", LEFT), shelf.errors()
        if not shelf.errors():
            now = shelf.counts().get(("conv1", "am"), 0)
            assert now >= whole
            whole = now
            assert integrity(path) == []
    with start(path, whole + 2) as job:
        job.wait()
    assert [file.name for file in path.parent.iterdir() if file.is_file()] == [path.name]
    with AtlasReader(path, NETWORK) as reader:
        assert check_units(reader) == set(range(whole + 2))
