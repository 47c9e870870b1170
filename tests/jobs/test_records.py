"""A window that ends, and the next one: what still runs is known again, and never mistaken."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deepvis_app.jobs import JobQueue, process
from deepvis_app.jobs import job as job_module
from deepvis_app.jobs.records import Files, Record, load, save
from tests.jobs.children import command, end, ended, job, poll_until, queue_in, spec


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "GLANCE_S", 0.0)


def next_window(queue: JobQueue, tmp_path: Path) -> JobQueue:
    return JobQueue(queue.folder, command(tmp_path), tmp_path)


def test_a_job_outlives_its_window_and_the_next_one_can_stop_it(tmp_path: Path) -> None:
    with queue_in(tmp_path) as first:
        key = first.add(spec("work"))
        poll_until(first, lambda: job(first, key).done > 0)
        first.let_go()
        second = next_window(first, tmp_path)
        done = job(second, key).done
        poll_until(second, lambda: job(second, key).done > done)  # end of file on its stdin means nothing
        assert (job(second, key).state, job(second, key).attached) == ("running", True)
        second.pause(key)
        assert job(second, key).state == "running"
        waiting = second.add(spec("done"))
        assert job(second, waiting).state == "queued"
        second.stop(key)
        poll_until(second, lambda: not second.busy)
        assert job(second, key).state == "stopped"
        assert job(second, waiting).state == "done"


def test_a_job_of_another_window_that_is_ended_at_once_counts_as_stopped(tmp_path: Path) -> None:
    with queue_in(tmp_path) as first:
        key = first.add(spec("deaf"))
        poll_until(first, lambda: job(first, key).total == 1)
        first.let_go()
        second = next_window(first, tmp_path)
        second.stop(key)
        second.stop(key)
        poll_until(second, lambda: not second.busy)
        assert job(second, key).state == "stopped"


def test_a_paused_job_goes_on_when_its_window_ends(tmp_path: Path) -> None:
    with queue_in(tmp_path) as first:
        key = first.add(spec("work"))
        poll_until(first, lambda: job(first, key).done > 0)
        first.pause(key)
        first.let_go()
        second = next_window(first, tmp_path)
        done = job(second, key).done
        poll_until(second, lambda: job(second, key).done > done + 1)
        end(second)


def test_what_waited_is_offered_by_the_next_window_and_not_started(tmp_path: Path) -> None:
    with queue_in(tmp_path) as first:
        first.add(spec("work"))
        waiting = first.add(spec("done"))
        first.let_go()
        second = next_window(first, tmp_path)
        assert job(second, waiting).state == "stopped"
        assert job(second, waiting).sentence.startswith("Not started")
        end(second)
        again = second.again(waiting)
        poll_until(second, lambda: job(second, again).over)
        assert job(second, again).state == "done"


def test_a_job_that_ended_unwatched_tells_how(tmp_path: Path) -> None:
    with queue_in(tmp_path) as first:
        seen = ended(first, "done")
        files = Files(first.folder, seen.key)
        as_running = replace(load(first.folder)[0], state="running", sentence="", ended=0.0)
        save(files, as_running)
        assert job(next_window(first, tmp_path), seen.key).sentence == "2 units made."
        files.out.write_text('{"event": "start", "total": 4, "done": 0}\n')
        save(files, as_running)
        assert job(next_window(first, tmp_path), seen.key).sentence == (
            "It ended without a result while no window watched. Run it again to go on: finished units are kept."
        )


def test_a_process_that_only_has_the_same_number_is_not_taken_for_the_job(tmp_path: Path) -> None:
    """The number of this very process, with another birth: as after a restart of the computer."""
    record = Record(
        "20200101-000000-1-000", "am", ["am"], False, "running", pid=os.getpid(), birth="another:1"
    )
    save(Files(tmp_path / "jobs", record.key), record)
    queue = JobQueue(tmp_path / "jobs", ("true",), tmp_path)
    assert [view.state for view in queue.jobs] == ["failed"]
    queue.stop(record.key)  # must not reach this process


def test_a_process_has_one_birth_and_a_number_without_process_has_none(tmp_path: Path) -> None:
    assert process.birth(os.getpid())
    assert process.birth(os.getpid()) == process.birth(os.getpid())
    child = process.start((*command(tmp_path), "silent"), tmp_path, tmp_path / "out", tmp_path / "err")
    assert child.wait() == 3
    assert process.birth(child.pid) == ""
    assert child.stdin is not None
    child.stdin.close()


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{",
        '{"key": "x"}',
        {"words": "am"},
        {"words": [1]},
        {"state": "asleep"},
        {"key": "../../elsewhere"},
        {"pid": "one"},
        {"more": 1},
        {"host": "another computer"},
    ],
    ids=str,
)
def test_a_record_that_is_damaged_or_of_another_computer_is_left_alone(
    tmp_path: Path, damage: str | dict[str, Any]
) -> None:
    good = {
        "key": "20200101-000000-1-000",
        "title": "am",
        "words": ["am"],
        "gives_way": False,
        "state": "done",
    }
    path = tmp_path / f"{good['key']}.json"
    path.write_text(json.dumps(good))
    assert len(load(tmp_path)) == 1
    path.write_text(damage if isinstance(damage, str) else json.dumps({**good, **damage}))
    assert load(tmp_path) == []
    assert path.exists()
