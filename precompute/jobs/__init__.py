"""Jobs: what fills an atlas. One file a job, one line here; importing this is quick (no torch)."""

from precompute.jobs import export, gallery, import_2015, montage, sweep, synthesis, top_images
from precompute.jobs.base import Job

JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        top_images.JOB,
        synthesis.JOB,
        sweep.JOB,
        export.JOB,
        gallery.JOB,
        montage.JOB,
        import_2015.JOB,
    )
}

__all__ = ["JOBS", "Job"]
