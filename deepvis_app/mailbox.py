"""Newest wins, nobody queues: the one concurrency primitive of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Job = TypeVar("Job")
Answer = TypeVar("Answer")


class LatestSlot(Generic[T]):
    """A mailbox with one place: `put` overwrites and never waits, `take` gives the newest, once."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._value: T | None = None
        self._closed = False

    def put(self, value: T) -> None:
        with self._condition:
            self._value = value
            self._condition.notify()

    def take(self, timeout: float = 0) -> T | None:
        """The newest value, or None when nothing came within `timeout` seconds."""
        with self._condition:
            if timeout > 0:
                self._condition.wait_for(lambda: self._closed or self._value is not None, timeout)
            value, self._value = self._value, None
            return value

    @property
    def waiting(self) -> bool:
        """Whether there is something to take."""
        return self._value is not None

    def close(self) -> None:
        """From now on no `take` waits, nor one that waits already: the reader is to end."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class Worker:
    """A thread that calls `turn` again and again until told to stop.

    `turn` must return within about a second and must not raise: it turns a failure into an answer. `wake` lets
    a turn that waits, or is about to, return at once.
    """

    def __init__(self, name: str, turn: Callable[[], None], wake: Callable[[], None]) -> None:
        self._stopping = threading.Event()
        self._turn, self._wake = turn, wake
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """Ask the thread to end and wait for it; False when it was still busy after `timeout` seconds."""
        self._stopping.set()
        if not self._thread.is_alive():
            return True
        self._wake()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._turn()


class LatestWorker(Generic[Job, Answer]):
    """A thread that runs one function on the newest job; older unstarted jobs and unread answers are dropped."""

    def __init__(self, name: str, work: Callable[[Job], Answer]) -> None:
        self._work = work
        self._jobs: LatestSlot[Job] = LatestSlot()
        self._answers: LatestSlot[Answer] = LatestSlot()
        self._worker = Worker(name, self._turn, self._jobs.close)

    def start(self) -> None:
        self._worker.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def take(self, timeout: float = 0) -> Answer | None:
        return self._answers.take(timeout)

    def stop(self, timeout: float = 2.0) -> bool:
        return self._worker.stop(timeout)

    def _turn(self) -> None:
        job = self._jobs.take(timeout=0.5)
        if job is not None:
            self._answers.put(self._work(job))
