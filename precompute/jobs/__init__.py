"""Jobs: what fills an atlas. One file a job, one line here; importing this is quick (no torch)."""

from precompute.job import Job
from precompute.jobs import (
    dgn_am,
    export,
    facets,
    gallery,
    import_2015,
    montage,
    ppgn,
    sweep,
    synthesis,
    top_images,
)

JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        top_images.JOB,
        synthesis.JOB,
        dgn_am.JOB,
        ppgn.JOB,
        sweep.JOB,
        facets.JOB,
        export.JOB,
        gallery.JOB,
        montage.JOB,
        import_2015.JOB,
    )
}

__all__ = ["JOBS", "Job"]
