"""`am`: pictures that each unit prefers, made by regularised ascent (Yosinski et al. 2015, section 3)."""

from __future__ import annotations

import argparse
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.jobs.base import Job
from precompute.options import OptionError, Target, positive, target
from precompute.synthesis.recipe import OBJECTIVE_NAMES, add_recipe, preset_of

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from precompute.synthesis.maker import Wish

SEEDS = 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_recipe(parser)
    parser.add_argument(
        "--seeds", type=positive, default=SEEDS, metavar="N", help="pictures a unit (default 9)"
    )
    parser.add_argument(
        "--objective",
        choices=OBJECTIVE_NAMES,
        default=OBJECTIVE_NAMES[0],
        help="what is maximised (default centre)",
    )
    parser.add_argument("--minimise", action="store_true", help="make what the unit likes least")
    parser.add_argument(
        "--start", default="noise", metavar="noise|mean|FILE", help="where to start (default noise)"
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="auto: bfloat16 where it is faster, but for the last steps",
    )
    parser.add_argument(
        "--batch", type=positive, metavar="N", help="pictures at once (default: by their size)"
    )


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from deepvis_app.atlas import AtlasWriter
    from precompute import runner
    from precompute.synthesis.making import Making

    job = target(options)
    wish = wish_of(options, job)
    stats = job.known_stats()
    with AtlasWriter(job.atlas, job.model.info.fingerprint, job.model.info.title) as writer:
        info = writer.begin(job.run_info("am", parameters(options, wish)))
        making = Making(job.model, wish, stats, job.stop.wait, options.batch)
        making.told = job.progress.partly
        items = [
            item
            for layer in job.layers
            for item in runner.chunks(layer.name, job.units[layer.name], making.units_at_once(layer))
        ]
        outcome = runner.run(items, making.records, writer, info, job.progress, job.stop, ("am",))
    if making.fewer:
        job.progress.note(f"Not enough memory for all pictures of a unit at once: {making.fewer} at a time.")
    if making.rescued:
        job.progress.note(f"{making.rescued} pictures began where the gradient is zero and were rescued.")
    return runner.conclude(outcome, job.progress, str(job.atlas))


def wish_of(options: argparse.Namespace, job: Target) -> Wish:
    """What the options ask for. Raises OptionError and PictureError."""
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.making import half_is_fast
    from precompute.synthesis.objectives import check_objective

    preset = preset_of(options)
    if options.start == "mean":
        preset = replace(preset, noise=0.0)
    first = None if options.start in ("noise", "mean") else _first_picture(Path(options.start), job)
    for layer in job.layers:
        try:
            check_objective(options.objective, layer)
        except ValueError as error:
            raise OptionError(str(error)) from error
    half = options.precision == "bfloat16" or (options.precision == "auto" and half_is_fast(job.model.device))
    seeds = tuple(range(job.seed, job.seed + options.seeds))
    return Wish(preset, seeds, options.objective, options.minimise, first, half)


def parameters(options: argparse.Namespace, wish: Wish) -> dict[str, Any]:
    """All that decides about a picture, as JSON values."""
    from precompute.synthesis.presets import as_json

    start = (
        options.start if wish.first is None else f"picture {sha256(wish.first.tobytes()).hexdigest()[:16]}"
    )
    return {
        "preset": options.preset,
        **as_json(wish.preset),
        "seeds": len(wish.seeds),
        "objective": wish.objective,
        "minimise": wish.minimise,
        "start": start,
        "precision": options.precision,
    }


def _first_picture(path: Path, job: Target) -> U8:
    from deepvis_app.render.pictures import read_picture

    return job.model.preprocess.pixels(read_picture(path))


JOB = Job("am", "pictures that each unit prefers (activation maximisation)", add_arguments, run)
