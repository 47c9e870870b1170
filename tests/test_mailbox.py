from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from deepvis_app.mailbox import LatestSlot, LatestWorker, Worker


def test_an_empty_slot_gives_nothing_at_once() -> None:
    started = time.perf_counter()
    assert LatestSlot[int]().take() is None
    assert time.perf_counter() - started < 0.1


def test_the_newest_value_is_taken_once() -> None:
    slot: LatestSlot[int] = LatestSlot()
    for value in range(10):
        slot.put(value)
    assert slot.take() == 9
    assert slot.take() is None


@pytest.mark.parametrize("value", [0, "", False, ()])
def test_values_that_count_as_false_are_values(value: object) -> None:
    slot: LatestSlot[object] = LatestSlot()
    slot.put(value)
    assert slot.take() == value


def test_waiting_ends_after_its_time() -> None:
    started = time.perf_counter()
    assert LatestSlot[int]().take(timeout=0.05) is None
    assert 0.04 < time.perf_counter() - started < 1


@pytest.mark.parametrize(("closed", "expected"), [(False, 7), (True, None)])
def test_waiting_ends_with_a_value_or_with_closing(closed: bool, expected: int | None) -> None:
    slot: LatestSlot[int] = LatestSlot()
    timer = threading.Timer(0.05, slot.close if closed else lambda: slot.put(7))
    timer.start()
    started = time.perf_counter()
    assert slot.take(timeout=5) == expected
    assert time.perf_counter() - started < 2
    timer.join()


def test_nobody_waits_at_a_closed_slot_whose_value_can_still_be_taken() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(7)
    slot.close()
    assert slot.take(timeout=60) == 7
    assert slot.take(timeout=60) is None


def test_a_slow_consumer_of_a_fast_producer_sees_rising_values_and_the_last_one() -> None:
    slot: LatestSlot[int] = LatestSlot()
    last = 20_000

    def produce() -> None:
        for value in range(1, last + 1):
            slot.put(value)

    producer = threading.Thread(target=produce)
    producer.start()
    seen: list[int] = []
    while not seen or seen[-1] != last:
        value = slot.take(timeout=1)
        assert value is not None, "the last value was lost"
        seen.append(value)
        time.sleep(0.001)
    producer.join()
    assert all(a < b for a, b in pairwise(seen))
    assert len(seen) < last


def test_a_worker_answers_the_newest_job_and_drops_those_between() -> None:
    entered, release = threading.Event(), threading.Event()
    done: list[int] = []

    def work(job: int) -> int:
        entered.set()
        assert release.wait(5)
        done.append(job)
        return job * 10

    worker = LatestWorker("deepvis-test", work)
    worker.start()
    try:
        worker.submit(0)
        assert entered.wait(5)
        for job in range(1, 100):
            worker.submit(job)
        release.set()
        answers: list[int] = []
        while not answers or answers[-1] != 990:
            answer = worker.take(timeout=2)
            assert answer is not None
            answers.append(answer)
    finally:
        assert worker.stop()
    assert done == [0, 99]
    assert worker.take() is None


def test_an_unread_answer_gives_way_to_a_newer_one() -> None:
    answered = threading.Semaphore(0)

    def work(job: int) -> int:
        answered.release()
        return job

    worker = LatestWorker("deepvis-test", work)
    worker.start()
    try:
        for job in (1, 2):
            worker.submit(job)
            assert answered.acquire(timeout=5)
    finally:
        assert worker.stop()  # joined, so the second answer has been put
    assert worker.take() == 2
    assert worker.take() is None


def test_an_idle_worker_stops_at_once() -> None:
    worker: LatestWorker[int, int] = LatestWorker("deepvis-test", lambda job: job)
    worker.start()
    time.sleep(0.05)  # it waits for a job now
    started = time.perf_counter()
    assert worker.stop()
    assert time.perf_counter() - started < 0.3, "woken, not timed out"


def test_a_worker_that_never_started_stops() -> None:
    worker: LatestWorker[int, int] = LatestWorker("deepvis-test", lambda job: job)
    assert worker.stop()


def test_a_worker_whose_thread_was_told_to_stop_early_never_turns() -> None:
    turns: list[int] = []
    worker = Worker("deepvis-test", lambda: turns.append(1), lambda: None)
    assert worker.stop()
    worker.start()
    assert worker.stop()
    assert turns == []


def test_a_busy_worker_reports_that_it_did_not_stop_in_time() -> None:
    entered, release = threading.Event(), threading.Event()

    def turn() -> None:
        entered.set()
        release.wait(5)

    worker = Worker("deepvis-test", turn, lambda: None)
    worker.start()
    assert entered.wait(5)
    assert not worker.stop(timeout=0.05)
    release.set()
    assert worker.stop()


def test_a_worker_runs_in_one_daemon_thread_of_its_name() -> None:
    seen: list[threading.Thread] = []
    enough = threading.Event()

    def turn() -> None:
        seen.append(threading.current_thread())
        if len(seen) > 3:
            enough.set()
        time.sleep(0.001)

    worker = Worker("deepvis-test", turn, lambda: None)
    worker.start()
    assert enough.wait(5)
    assert worker.stop()
    assert {thread.name for thread in seen} == {"deepvis-test"}
    assert len({thread.ident for thread in seen}) == 1
    assert seen[0].daemon


def test_stopping_can_be_seen_by_the_turn() -> None:
    seen: list[bool] = []
    wakened = threading.Event()
    entered = threading.Event()

    def turn() -> None:
        entered.set()
        assert wakened.wait(5)
        seen.append(worker.stopping)

    worker = Worker("deepvis-test", turn, wakened.set)
    worker.start()
    assert entered.wait(5)
    assert worker.stop()
    assert seen == [True]
