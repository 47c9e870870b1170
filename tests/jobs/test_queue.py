"""Jobs as child processes: progress, order, pausing, stopping, and every way to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from deepvis_app.jobs import JobQueue
from deepvis_app.jobs import job as job_module
from deepvis_app.jobs.records import KEPT
from deepvis_app.jobs.report import LOG_LINES
from tests.jobs.children import ended, job, poll_until, queue_in, spec


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    with queue_in(tmp_path) as queue:
        yield queue


def states(queue: JobQueue) -> dict[str, str]:
    return {job.spec.title: job.state for job in queue.jobs}


def test_a_child_is_asked_for_json_lines(queue: JobQueue) -> None:
    assert ended(queue, "words", "--n", "9").sentence == "words --n 9 --progress jsonl"


def test_progress_is_followed_while_it_runs(queue: JobQueue) -> None:
    key = queue.add(spec("work"))
    poll_until(queue, lambda: job(queue, key).done > 2)
    seen = job(queue, key)
    assert (seen.state, seen.total, seen.unit, seen.what, seen.rate) == (
        "running",
        1000,
        "units",
        "counting",
        50.0,
    )
    assert seen.where == f"conv1:{seen.done}"
    assert seen.eta_s == pytest.approx((1000 - seen.done) / 50)
    assert seen.elapsed_s > 0


def test_a_job_that_is_done_says_so_and_keeps_its_notes(queue: JobQueue) -> None:
    seen = ended(queue, "done")
    assert (seen.state, seen.sentence) == ("done", "2 units made.")
    assert "One file was skipped." in queue.log(seen.key)


def test_an_end_is_told_once(queue: JobQueue) -> None:
    key = queue.add(spec("done"))
    told: list[str] = []
    while job(queue, key).active or not told:
        sleep(0.01)
        told += [view.key for view in queue.poll()]
    assert told == [key]
    assert queue.poll() == ()


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("failed", "There is no layer conv9."),
        ("usage", "deepvis-precompute: there is no option --nine"),
        ("silent", "It ended with exit status 3 and said nothing."),
        ("killed", "It was ended by SIGKILL"),
        ("rubbish", "It ended without saying that it is done; its last line"),
    ],
)
def test_every_bad_end_is_one_sentence(queue: JobQueue, behaviour: str, sentence: str) -> None:
    seen = ended(queue, behaviour)
    assert seen.state == "failed"
    assert seen.sentence.startswith(sentence)
    assert len(seen.sentence) < 700
    assert "\n" not in seen.sentence


def test_numbers_that_are_none_are_not_believed(queue: JobQueue) -> None:
    seen = ended(queue, "rubbish")
    assert (seen.done, seen.total, seen.rate, seen.eta_s) == (0, 0, 0.0, None)
    log = queue.log(seen.key)
    assert len(log) <= LOG_LINES
    assert max(len(line) for line in log) < 600


def test_a_child_that_never_stops_printing_is_ended(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "LOG_LIMIT", 2 << 20)
    seen = ended(queue, "endless")
    assert (seen.state, seen.sentence) == ("failed", "It printed more than 2 MB and was ended.")


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs", ("/no/such/python",), tmp_path)
    key = queue.add(spec("work"))
    assert job(queue, key).state == "failed"
    assert job(queue, key).sentence == "It could not be started: No such file or directory (/no/such/python)."


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file")
    queue = JobQueue(tmp_path / "jobs", ("true",), tmp_path)
    key = queue.add(spec("work"))
    assert job(queue, key).state == "failed"
    assert str(tmp_path / "jobs") in job(queue, key).sentence


def test_one_runs_and_the_others_wait_in_their_order(queue: JobQueue) -> None:
    first = queue.add(spec("work", "1"))
    queue.add(spec("work", "2"))
    queue.add(spec("done"))
    assert states(queue) == {"work 1": "running", "work 2": "queued", "done": "queued"}
    queue.stop(first)
    poll_until(queue, lambda: states(queue)["work 2"] == "running")
    assert states(queue) == {"work 1": "stopped", "work 2": "running", "done": "queued"}


def test_a_paused_job_makes_no_progress_until_it_goes_on(queue: JobQueue) -> None:
    key = queue.add(spec("work"))
    poll_until(queue, lambda: job(queue, key).done > 0)
    queue.pause(key)
    assert job(queue, key).state == "paused"
    same = 0

    def still() -> bool:
        nonlocal same
        before = job(queue, key).done
        queue.poll()
        same = same + 1 if job(queue, key).done == before else 0
        return same > 30

    poll_until(queue, still)
    queue.go(key)
    held_at = job(queue, key).done
    poll_until(queue, lambda: job(queue, key).done > held_at)
    assert job(queue, key).state == "running"


def test_stop_lets_it_finish_and_a_second_stop_ends_it_at_once(queue: JobQueue) -> None:
    key = queue.add(spec("work"))
    poll_until(queue, lambda: job(queue, key).done > 0)
    queue.stop(key)
    assert job(queue, key).state == "stopping"
    poll_until(queue, lambda: job(queue, key).over)
    assert job(queue, key).sentence.endswith("units made.")
    deaf = queue.add(spec("deaf"))
    poll_until(queue, lambda: job(queue, deaf).total == 1)
    queue.stop(deaf)
    queue.stop(deaf)
    poll_until(queue, lambda: job(queue, deaf).over)
    assert job(queue, deaf).state == "stopped"


def test_the_same_job_is_not_queued_twice(queue: JobQueue) -> None:
    running, waiting = queue.add(spec("work", "1")), queue.add(spec("work", "2"))
    assert (queue.add(spec("work", "1")), queue.add(spec("work", "2"))) == (running, waiting)
    assert len(queue.jobs) == 2


def test_an_urgent_job_comes_first_and_what_gave_way_goes_on_after_it(queue: JobQueue) -> None:
    queue.add(spec("work", "long", gives_way=True))
    queue.add(spec("done"))
    poll_until(queue, lambda: queue.jobs[0].done > 0)
    urgent = queue.add(spec("words"), urgent=True)
    assert [view.spec.title for view in queue.jobs] == ["work long", "words", "done"]
    poll_until(queue, lambda: job(queue, urgent).over)
    poll_until(queue, lambda: states(queue)["work long"] == "running")
    assert states(queue) == {"work long": "running", "done": "queued", "words": "done"}


def test_a_job_that_gives_way_and_is_asked_for_again_meanwhile_is_queued_once(queue: JobQueue) -> None:
    queue.add(spec("work", gives_way=True))
    poll_until(queue, lambda: queue.jobs[0].done > 0)
    urgent = queue.add(spec("words"), urgent=True)
    queue.add(spec("work", gives_way=True))
    poll_until(queue, lambda: job(queue, urgent).over)
    poll_until(queue, lambda: queue.jobs[0].done > 0)
    assert [view.state for view in queue.jobs if view.spec.words == ("work",)].count("running") == 1
    assert all(view.state != "queued" for view in queue.jobs)


def test_a_job_that_does_not_give_way_is_left_to_finish(queue: JobQueue) -> None:
    running = queue.add(spec("work"))
    queue.add(spec("done"))
    queue.add(spec("words"), urgent=True)
    assert job(queue, running).state == "running"
    assert [view.spec.title for view in queue.jobs] == ["work", "words", "done"]


def test_a_waiting_job_that_becomes_urgent_moves_to_the_front(queue: JobQueue) -> None:
    for words in (("work",), ("done",), ("words",)):
        queue.add(spec(*words))
    queue.add(spec("words"), urgent=True)
    assert [view.spec.title for view in queue.jobs] == ["work", "words", "done"]


def test_a_job_can_be_forgotten_but_not_while_it_runs(queue: JobQueue) -> None:
    over = ended(queue, "done")
    running, waiting = queue.add(spec("work", "1")), queue.add(spec("work", "2"))
    for key in (over.key, running, waiting):
        queue.remove(key)
    assert [view.key for view in queue.jobs] == [running]
    assert not list(queue.folder.glob(f"{over.key}.*"))


def test_a_stopped_job_can_be_run_again(queue: JobQueue) -> None:
    over = ended(queue, "done")
    again = queue.again(over.key)
    poll_until(queue, lambda: job(queue, again).over)
    assert [view.key for view in queue.jobs] == [again]
    assert again != over.key


def test_only_the_newest_logs_are_kept(queue: JobQueue, tmp_path: Path) -> None:
    queue.folder.mkdir()
    for number in range(KEPT + 5):
        for ending in ("json", "jsonl", "err.log"):
            (queue.folder / f"20200101-0000{number:02d}-1-000.{ending}").write_text("{}")
    JobQueue(queue.folder, ("true",), tmp_path)
    left = sorted(path.name for path in queue.folder.glob("*.json"))
    assert len(left) == KEPT
    assert left[0].startswith("20200101-000005")
    assert len(list(queue.folder.iterdir())) == 3 * KEPT


def test_a_long_session_keeps_only_the_newest_jobs_that_are_over(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs", ("/no/such/program",), tmp_path)
    for number in range(KEPT + 5):
        queue.add(spec("work", str(number)))
        queue.poll()
    titles = [job.spec.title for job in queue.jobs]
    assert titles == [f"work {number}" for number in range(KEPT + 4, 4, -1)]
    assert len(list(queue.folder.glob("*.json"))) == KEPT
