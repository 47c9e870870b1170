"""A stand-in for precompute: a script whose first word says how it behaves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deepvis_app.jobs import JobQueue, JobSpec, JobView

SCRIPT = r'''
import json, os, signal, sys, time

def tell(**event):
    print(json.dumps(event), flush=True)

def work():
    """Counts up until it is told to stop; "pause" holds it."""
    os.set_blocking(0, False)
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append("stop"))
    tell(event="start", job="am", what="counting", total=1000, unit="units", done=0)
    done, held = 0, False
    while "stop" not in asked:
        try:
            words = os.read(0, 4096).decode().split()
        except BlockingIOError:
            words = []
        asked += words
        held = words[-1] == "pause" if words and words[-1] in ("pause", "go") else held
        if not held:
            done += 1
            tell(event="progress", done=done, total=1000, rate=50.0, eta_s=(1000 - done) / 50, where=f"conv1:{done}")
        time.sleep(0.02)
    tell(event="end", status="stopped", text=f"Stopped: {done} units made.")
    sys.exit(130)

def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    tell(event="start", job="am", what="sleeping", total=1, unit="units", done=0)
    time.sleep(60)

def done():
    tell(event="start", job="am", what="two", total=2, unit="units", done=0)
    tell(event="note", text="One file was skipped.")
    tell(event="end", status="done", text="2 units made.")

def failed():
    sys.stderr.write("deepvis-precompute am: There is no layer conv9.\n")
    tell(event="end", status="failed", text="There is no layer conv9.")
    sys.exit(1)

def usage():
    sys.stderr.write("deepvis-precompute: there is no option --nine\n")
    sys.exit(2)

def silent():
    sys.exit(3)

def killed():
    os.kill(os.getpid(), signal.SIGKILL)

def rubbish():
    os.write(1, b"\xff\x00 not utf-8 {\n{broken json\n[1]\n" + b"x" * 3_000_000 + b"\n")
    for event in ('{"event": 7}', '{"event": "progress", "done": "many", "total": null, "rate": NaN, "eta_s": -1}',
                  '{"event": "end", "status": "perhaps"}', "{" * 50_000, '["event"]'):
        print(event, flush=True)

def endless():
    while True:
        os.write(1, b"spam " * 20_000 + b"\n")

def words():
    tell(event="end", status="done", text=" ".join(sys.argv[1:]))

am, top = work, done
globals()[sys.argv[1]]()
'''


def spec(*words: str, gives_way: bool = False) -> JobSpec:
    return JobSpec(" ".join(words), words, gives_way)


def command(folder: Path) -> tuple[str, str]:
    """The words that start the stand-in."""
    script = folder / "child.py"
    script.write_text(SCRIPT)
    return sys.executable, str(script)


@contextmanager
def queue_in(folder: Path) -> Iterator[JobQueue]:
    """A queue with the stand-in; whatever it has started is ended at last."""
    queue = JobQueue(folder / "jobs", command(folder), folder)
    try:
        yield queue
    finally:
        end(queue)


def end(queue: JobQueue) -> None:
    """Kill what still runs, and wait for it."""
    queue.stop_all()
    for job in queue.jobs:
        if job.active:
            queue.stop(job.key)
    poll_until(queue, lambda: not queue.busy)


def poll_until(queue: JobQueue, reached: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, [f"{job.state}: {job.sentence}" for job in queue.jobs]
        time.sleep(0.01)
        queue.poll()


def job(queue: JobQueue, key: str) -> JobView:
    return next(job for job in queue.jobs if job.key == key)


def ended(queue: JobQueue, *words: str) -> JobView:
    """Run one job to its end."""
    key = queue.add(spec(*words))
    poll_until(queue, lambda: job(queue, key).over)
    return job(queue, key)
