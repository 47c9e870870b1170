"""The queue: one job runs, the others wait; all of it is driven by `poll`, without a thread."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from deepvis_app.files import data_folder
from deepvis_app.jobs.job import Job
from deepvis_app.jobs.records import KEPT, Record, load, prune
from deepvis_app.jobs.spec import JobSpec, JobView

PACKAGE = "precompute"
COMMAND = (sys.executable, "-m", PACKAGE)
_number = count()


class JobQueue:
    """Jobs by their keys. A job of an earlier window that still runs is taken up, and holds the queue."""

    def __init__(
        self, folder: Path | None = None, command: Sequence[str] = COMMAND, cwd: Path | None = None
    ) -> None:
        self.folder = folder or data_folder() / "jobs"
        self._command = tuple(command)
        self._cwd = cwd or package_folder() or Path.cwd()
        self._known = [Job(self.folder, record) for record in load(self.folder)]  # all but the waiting ones
        self._waiting: list[Job] = []
        self._giving_way: set[str] = set()
        self._told = {job.record.key for job in self._known if not job.active}
        prune(self.folder, {job.record.key for job in self._known if job.active})

    @property
    def jobs(self) -> tuple[JobView, ...]:
        """At work first, then what waits in its order, then what is over, the newest first."""
        active = [job for job in self._known if job.active]
        over = [job for job in reversed(self._known) if not job.active]
        return tuple(job.view() for job in (*active, *self._waiting, *over))

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or any(job.active for job in self._known)

    def problem(self) -> str:
        """One sentence: why no job can run at all; "" if nothing is in the way."""
        if PACKAGE in self._command and package_folder() is None:
            return f"The package {PACKAGE} is not installed: install DeepVis again (pip install deepvis)."
        return ""

    def add(self, spec: JobSpec, urgent: bool = False) -> str:
        """Put a job at the end of the queue and return its key; the same job is not queued twice.

        An urgent one comes first. A job at work that gives way is stopped for it, and goes on after it.
        """
        running = [job for job in self._known if job.active]
        for job in running:
            if job.spec.words == spec.words and job.record.state != "stopping":
                return job.record.key
        job = next((job for job in self._waiting if job.spec.words == spec.words), self._new(spec))
        if urgent and job in self._waiting:
            self._waiting.remove(job)
        if job not in self._waiting:
            job.urgent = urgent
            self._waiting.insert(0 if urgent else len(self._waiting), job)
        for other in running if urgent else ():
            if other.spec.gives_way and other.record.state != "stopping":
                self._giving_way.add(other.record.key)
                other.stop()
        self._next()
        return job.record.key

    def poll(self) -> tuple[JobView, ...]:
        """Follow the children and start what is next; the jobs that have ended since the last call."""
        for job in self._known:
            job.poll()
        for job in [job for job in self._known if not job.active and job.record.key in self._giving_way]:
            self._take_up(job)
        self._next()
        ended = [job for job in self._known if not job.active and job.record.key not in self._told]
        self._told |= {job.record.key for job in ended}
        self._forget_old()
        return tuple(job.view() for job in ended)

    def pause(self, key: str) -> None:
        self._find(key).pause()

    def go(self, key: str) -> None:
        self._find(key).go()

    def stop(self, key: str) -> None:
        """Ask a job to end after the piece in work; asked once more, it is ended at once."""
        job = self._find(key)
        self._giving_way.discard(key)
        if job.record.state == "stopping":
            job.kill()
        else:
            job.stop()

    def remove(self, key: str) -> None:
        """Forget a job that waits or is over, with its log."""
        job = self._find(key)
        if not job.active:
            self._known = [other for other in self._known if other is not job]
            self._waiting = [other for other in self._waiting if other is not job]
            job.files.remove()

    def again(self, key: str) -> str:
        """Run a job that is over once more: it goes on where it stopped. Its old entry goes."""
        spec = self._find(key).spec
        self.remove(key)
        return self.add(spec)

    def log(self, key: str) -> tuple[str, ...]:
        """The last lines that a job printed."""
        return self._find(key).log()

    def stop_all(self) -> None:
        """Ask what is at work to end, and forget what waits."""
        self._waiting.clear()
        self._giving_way.clear()
        for job in self._known:
            job.stop()

    def let_go(self) -> None:
        """The window ends: what is at work goes on by itself, what waits is kept for the next window."""
        for job in self._waiting:
            job.not_started()
        self._known += self._waiting
        self._waiting = []
        for job in self._known:
            job.let_go()

    def _new(self, spec: JobSpec) -> Job:
        key = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{next(_number):03d}"
        return Job(self.folder, Record(key, spec.title, list(spec.words), spec.gives_way, "queued"))

    def _next(self) -> None:
        """Start the first that waits, if nothing is at work."""
        if not self._waiting or any(job.active for job in self._known):
            return
        job = self._waiting.pop(0)
        self._known.append(job)
        try:
            job.start(self._command, self._cwd)
        except OSError as error:
            reason = error.strerror or str(error)
            job.fail(f"It could not be started: {reason} ({error.filename or self._command[0]}).")

    def _forget_old(self) -> None:
        """Of what is over only the newest are kept, as from one window to the next."""
        over = [job for job in self._known if not job.active and job.record.key in self._told]
        for job in over[:-KEPT]:
            self.remove(job.record.key)
            self._told.discard(job.record.key)

    def _take_up(self, job: Job) -> None:
        """Queue a job that gave way once more, behind what it made room for."""
        self._giving_way.discard(job.record.key)
        if job.record.state == "stopped" and all(job.spec != other.spec for other in self._waiting):
            self._known.remove(job)
            job.files.remove()
            place = sum(1 for other in self._waiting if other.urgent)
            self._waiting.insert(place, self._new(job.spec))

    def _find(self, key: str) -> Job:
        """Raises KeyError."""
        for job in (*self._known, *self._waiting):
            if job.record.key == key:
                return job
        raise KeyError(key)


def package_folder() -> Path | None:
    """The folder that holds the package `precompute`, or None when there is none."""
    spec = importlib.util.find_spec(PACKAGE)
    return Path(spec.origin).parent.parent if spec is not None and spec.origin else None
