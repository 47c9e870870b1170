"""`am`: pictures that each unit prefers, made by regularised ascent (Yosinski et al. 2015, section 3)."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.job import Job
from precompute.jobs.filling import add_making, check_layers, facts_of_wish, fill, in_half
from precompute.options import Target, positive, target
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
    parser.add_argument(
        "--start", default="noise", metavar="noise|mean|FILE", help="where to start (default noise)"
    )
    add_making(parser)


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    job = target(options)
    wish = wish_of(options, job)
    return fill(job, "am", "am", wish, facts_of_wish(options, wish, options.start), options.batch)


def wish_of(options: argparse.Namespace, job: Target) -> Wish:
    """What the options ask for. Raises OptionError and PictureError."""
    from precompute.synthesis.maker import Wish

    preset = preset_of(options)
    if options.start == "mean":
        preset = replace(preset, noise=0.0)
    first = None if options.start in ("noise", "mean") else _first_picture(Path(options.start), job)
    check_layers(options.objective, job.layers, preset)
    seeds = tuple(range(job.seed, job.seed + options.seeds))
    return Wish(
        preset,
        seeds,
        options.objective,
        options.minimise,
        first,
        in_half(options, job),
        diversity=options.diversity,
    )


def _first_picture(path: Path, job: Target) -> U8:
    from deepvis_app.render.pictures import read_picture

    return job.model.preprocess.pixels(read_picture(path))


JOB = Job("am", "pictures that each unit prefers (activation maximisation)", add_arguments, run)
