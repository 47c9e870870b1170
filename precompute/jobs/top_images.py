"""`top`: which real images excite each unit most, why, and how its values are spread."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.job import Job
from precompute.options import Target, batch_size, positive, target
from precompute.runner import STOPPED, Outcome, chunks, conclude, run

if TYPE_CHECKING:
    from deepvis_app.atlas import AtlasWriter
    from deepvis_app.messages import RunInfo
    from precompute.datasets import ImageSet
    from precompute.top.scan import Scanned
    from precompute.top.state import ScanState
    from precompute.top.winners import Known

_STATS = {"stats_only": "only", "keep_stats": "kept", "replace_stats": "replaced"}  # option -> its record
_PAIRS = 144  # of image and unit, in one batch: sixteen units with nine images each


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--images",
        type=Path,
        required=True,
        metavar="DIR|ZIP",
        help='pictures, in folders or a zip; or "photographs": the built-in ones',
    )
    parser.add_argument("-n", type=positive, default=9, metavar="N", help="images for each unit (default 9)")
    parser.add_argument(
        "--patch",
        type=positive,
        default=128,
        metavar="N",
        help="a patch's longer side in pixels (default 128)",
    )
    parser.add_argument(
        "--guided", action="store_true", help="guided backprop of each patch, beside its deconv"
    )
    parser.add_argument(
        "--lrp", action="store_true", help="layer-wise relevance propagation of each patch, beside its deconv"
    )
    spread = parser.add_mutually_exclusive_group()
    spread.add_argument(
        "--stats-only", action="store_true", help="store numbers only, no part of any picture"
    )
    spread.add_argument(
        "--keep-stats",
        action="store_true",
        help="leave the statistics that are there, and take percentiles from them (default where they are of "
        "more images)",
    )
    spread.add_argument(
        "--replace-stats",
        action="store_true",
        help="store these images' statistics also in place of larger ones",
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="take the first N images only")
    parser.add_argument(
        "--batch", type=batch_size, metavar="N", help="images at once (default: by the network)"
    )
    parser.add_argument(
        "--workers", type=_count, metavar="N", help="decoding processes (default: by the machine)"
    )


def top(options: argparse.Namespace) -> int:
    """One pass over the images, which serves all layers; then patches and deconv of the units that are wanted."""
    from deepvis_app.atlas import AtlasWriter
    from precompute.photographs import image_set
    from precompute.top.scan import scan

    images = image_set(options.images, options.limit)
    job = target(options)
    info = job.model.info
    with AtlasWriter(
        job.atlas, info.fingerprint, info.title
    ) as writer:  # a foreign or busy atlas ends it here
        ranked = options.n * images.spare
        scanned = scan(job.model, images, ranked, job.progress, job.stop, options.batch, options.workers)
        if not scanned.finished:
            seen = f"{scanned.state.next} of {len(images)} images seen"
            job.progress.end("stopped", f"Stopped: {seen}; run the same command again to go on.")
            return STOPPED
        _check_any_readable(images, scanned.state)
        outcome = _store(job, options, images, scanned, writer)
    return conclude(outcome, job.progress, str(job.atlas))


def _check_any_readable(images: ImageSet, state: ScanState) -> None:
    """A folder of a broken disk must not replace what an atlas has by nothing. Raises DataError."""
    from precompute.datasets import DataError

    if state.unreadable == len(images):
        raise DataError(f"None of the {len(images)} images can be read: {state.named[0]}")


def _store(
    job: Target, options: argparse.Namespace, images: ImageSet, scanned: Scanned, writer: AtlasWriter
) -> Outcome:
    from precompute.top.winners import Winners, stats_records

    state = scanned.state
    info = writer.begin(_run_info(job, options, images, state))
    if skipped := state.skipped_in_words():
        job.progress.note(f"{len(images)} images; {skipped}.")
    if options.stats_only:
        items = [item for layer in job.layers for item in chunks(layer.name, job.units[layer.name], 1024)]
        return run(
            items,
            lambda item: stats_records(job.model, state, item),
            writer,
            info,
            job.progress,
            job.stop,
            ("stats",),
        )
    methods = ("deconv", *(method for method in ("guided", "lrp") if getattr(options, method)))
    winners = Winners(job.model, images, state, options.n, methods, _known(job, options), options.patch)
    size = max(_PAIRS // options.n, 1)
    items = [item for layer in job.layers for item in chunks(layer.name, job.units[layer.name], size)]
    outcome = run(items, winners.make, writer, info, job.progress, job.stop, winners.kinds)
    if winners.kept:
        job.progress.note(
            f"The statistics of {winners.kept} units are of more images than these {state.counted} and stay; "
            "--replace-stats stores these."
        )
    return outcome


def _known(job: Target, options: argparse.Namespace) -> Known:
    """The statistics that lie below, and when they stay."""
    from precompute.top.winners import Known

    if options.replace_stats:
        return Known({})
    return Known(job.known_stats(), always=options.keep_stats)


def _run_info(job: Target, options: argparse.Namespace, images: ImageSet, state: ScanState) -> RunInfo:
    from precompute.datasets import content_hash

    parameters = {
        # without pictures nobody opens the images again, and statistics are passed on: a name is enough
        "images": images.title() if options.stats_only else images.place(),
        "n": options.n,
        "patch": options.patch,
        "guided": options.guided,
        **({"lrp": True} if options.lrp else {}),  # so that a run without it is the one of earlier versions
        "stats": next((word for option, word in _STATS.items() if getattr(options, option)), "made"),
        "unreadable": state.unreadable,
        "duplicates": state.duplicates,
        "preprocessing": job.model.info.preprocessing,
    }
    data_hash = content_hash(images.names, bytes(state.digests))
    return job.run_info("top", parameters, images.in_words(), data_hash)


def _count(text: str) -> int:
    """For --workers, where 0 means: decode in this process."""
    return 0 if text == "0" else positive(text)


JOB = Job(
    "top", "the real images that excite each unit most, their deconv, and statistics", add_arguments, top
)
