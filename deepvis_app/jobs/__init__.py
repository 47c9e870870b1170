"""A queue of `precompute` child processes, which outlive the window: log files, pause, stop, taking up again."""

from deepvis_app.jobs.queue import JobQueue
from deepvis_app.jobs.spec import ACTIVE, JobSpec, JobState, JobView

__all__ = ["ACTIVE", "JobQueue", "JobSpec", "JobState", "JobView"]
