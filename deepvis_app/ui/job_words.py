"""How a job is told: how far it is, how long it takes, how it ended."""

from __future__ import annotations

from itertools import pairwise

from deepvis_app.jobs import JobView

STATES = {
    "queued": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "stopping": "Stopping after the piece in work",
    "done": "Done",
    "stopped": "Stopped",
    "failed": "Failed",
}
_SIZES = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
ATTACHED = "started by another window"


def status(job: JobView) -> str:
    """All that is known, for the list of jobs."""
    if job.over:
        took = f" ({duration(job.elapsed_s)})" if job.elapsed_s >= 1 else ""
        return f"{STATES[job.state]}{took}: {job.sentence}"
    if job.state == "queued":
        return f"{STATES['queued']}."
    parts = [STATES[job.state], *_progress(job), ATTACHED if job.attached else ""]
    return ", ".join(part for part in parts if part)


def short(job: JobView) -> str:
    """For the status line."""
    name = job.spec.title.partition(":")[0]
    if job.state == "queued":
        return f"{name}: waiting"
    if job.state == "stopping":
        return f"{name}: stopping"
    if not job.total:
        return f"{name}: starting"
    share = f"{name}: {job.done} of {job.total}"
    if job.state == "paused":
        return f"{share}, paused"
    return f"{share}, {duration(job.eta_s)} left" if job.eta_s is not None else share


def share(job: JobView) -> float:
    """How much is done, 0..1."""
    return min(job.done / job.total, 1.0) if job.total else 0.0


def duration(seconds: float) -> str:
    """Rounded as a person would: "45 s", "4 min 30 s", "2 h 10 min", "3 d 4 h"."""
    whole = round(seconds)
    for (size, name), (part_size, part_name) in pairwise(_SIZES):
        if whole >= size:
            part = whole % size // part_size
            return f"{whole // size} {name} {part} {part_name}" if part else f"{whole // size} {name}"
    return f"{whole} s"


def rate(per_second: float) -> str:
    """In the unit of time that gives a number a person can think of."""
    if per_second >= 1:
        return f"{per_second:.3g} a second"
    return f"{60 * per_second:.3g} a minute" if per_second * 60 >= 1 else f"{3600 * per_second:.3g} an hour"


def _progress(job: JobView) -> list[str]:
    if not job.total:
        return [] if job.state == "stopping" else ["loading the network"]
    phase = "" if job.what == job.spec.words[0] else job.what
    parts = [phase, f"{job.done} of {job.total} {job.unit}", job.where]
    if job.state == "running":
        parts += [rate(job.rate)] if job.rate else []
        parts += [f"{duration(job.eta_s)} left"] if job.eta_s is not None else []
    return parts
