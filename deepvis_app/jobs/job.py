"""One job: waiting, as a child process, or over."""

from __future__ import annotations

import contextlib
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deepvis_app.jobs import process
from deepvis_app.jobs.records import Files, Record, save
from deepvis_app.jobs.report import Report
from deepvis_app.jobs.spec import ACTIVE, JobSpec, JobView
from deepvis_app.jobs.tail import Tail

LOG_LIMIT = 64 * 1024 * 1024  # bytes; a child that prints more has gone wild
GLANCE_S = 1.0  # between two looks at a process that is not a child of this one


class Job:
    """Follows its child by `poll`, which never waits; nothing here raises but `start`."""

    def __init__(self, folder: Path, record: Record) -> None:
        """A record that says that it is at work is looked after: its process still runs, or it is over."""
        self.record = record
        self.files = Files(folder, record.key)
        self.urgent = False
        self._report = Report()
        self._out, self._errors = Tail(self.files.out), Tail(self.files.errors)
        self._child: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._looked = float("-inf")
        self.poll()

    @property
    def spec(self) -> JobSpec:
        return self.record.spec

    @property
    def active(self) -> bool:
        return self.record.state in ACTIVE

    @property
    def attached(self) -> bool:
        return self.active and self._child is None

    def start(self, command: Sequence[str], cwd: Path) -> None:
        """Run the child. Raises OSError."""
        self.files.folder.mkdir(parents=True, exist_ok=True)
        words = [*command, *self.spec.words, "--progress", "jsonl"]
        self._child = process.start(words, cwd, self.files.out, self.files.errors)
        pid = self._child.pid
        self._set(
            state="running", pid=pid, birth=process.birth(pid), host=platform.node(), started=time.time()
        )

    def poll(self) -> None:
        """Take what the child has said, and whether it is gone."""
        if not self.active:
            return
        self._read()
        code = self._child.poll() if self._child is not None else None
        gone = self._is_gone() if self._child is None else code is not None
        if gone:
            self._read(last=True)
            self._close_pipe()
            broken_off = self.record.state == "stopping" and (code is None or code < 0)
            state, sentence = self._report.ending(code, self._killed or broken_off)
            self._set(state=state, sentence=sentence, ended=time.time())
        elif self._out.size + self._errors.size > LOG_LIMIT:
            self._report.end = "failed", f"It printed more than {LOG_LIMIT >> 20} MB and was ended."
            self.kill()

    def pause(self) -> None:
        if self.record.state == "running" and self._say("pause"):
            self._set(state="paused")

    def go(self) -> None:
        if self.record.state == "paused" and self._say("go"):
            self._set(state="running")

    def stop(self) -> None:
        """Ask the child to finish the piece in work and end."""
        if not self.active:
            return
        if not self._say("stop") and (self._child is None or self._child.poll() is None):
            process.ask_to_stop(self.record.pid)
        self._set(state="stopping")

    def kill(self) -> None:
        """End the child in the middle of its work; an atlas takes no harm from it."""
        if self.active:
            self._killed = True
            self._set(state="stopping")
            if self._child is not None or not self._is_gone():
                process.kill(self.record.pid)

    def fail(self, sentence: str) -> None:
        self._set(state="failed", sentence=sentence, ended=time.time())

    def not_started(self) -> None:
        """Keep it for the next window, which can start it."""
        self._set(state="stopped", sentence="Not started: the window was closed before its turn came.")

    def let_go(self) -> None:
        """Leave the child to itself; a paused one goes on."""
        self.go()
        self._close_pipe()
        if self._child is not None and self._child.returncode is None:
            self._child.returncode = 0  # Popen would warn of a child that lives longer; this one is meant to

    def log(self) -> tuple[str, ...]:
        """The last lines that it printed."""
        if not self.active and not self._report.log:
            self._read(last=True)  # one of an earlier window
        return tuple(self._report.log)

    def view(self) -> JobView:
        report, record = self._report, self.record
        until = record.ended or time.time()
        return JobView(
            record.key,
            self.spec,
            record.state,
            record.sentence,
            what=report.what,
            where=report.where,
            unit=report.unit,
            done=report.done,
            total=report.total,
            rate=report.rate,
            eta_s=report.eta_s,
            elapsed_s=until - record.started if record.started else 0.0,
            attached=self.attached,
        )

    def _is_gone(self) -> bool:
        now = time.monotonic()
        if now - self._looked < GLANCE_S:
            return False
        self._looked = now
        return not self.record.birth or process.birth(self.record.pid) != self.record.birth

    def _read(self, last: bool = False) -> None:
        self._report.take(self._out.lines(last))
        self._report.take_errors(self._errors.lines(last))

    def _say(self, word: str) -> bool:
        pipe = self._child.stdin if self._child is not None else None
        if pipe is None or pipe.closed:
            return False
        try:
            pipe.write(f"{word}\n".encode())
        except OSError:  # it is gone: the next poll sees it
            return False
        return True

    def _close_pipe(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            with contextlib.suppress(OSError):
                self._child.stdin.close()

    def _set(self, **changes: object) -> None:
        self.record = replace(self.record, **changes)  # type: ignore[arg-type]
        with contextlib.suppress(
            OSError
        ):  # a full disk: the job goes on, only the next window will not know it
            save(self.files, self.record)
