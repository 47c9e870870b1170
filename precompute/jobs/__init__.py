"""Jobs: what fills an atlas. One file a job, one line here; importing this is quick (no torch)."""

from precompute.jobs.base import Job

JOBS: dict[str, Job] = {}

__all__ = ["JOBS", "Job"]
