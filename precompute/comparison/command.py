"""`deepvis-precompute compare`: a unit by every method, measured alike, on one sheet; of many classes the table."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.comparison.methods import ALL, METHODS, Method, chosen_methods, left_out
from precompute.job import Job
from precompute.options import OptionError, Target, add_model, add_progress, load, positive
from precompute.options import seed as a_seed
from precompute.studies.choices import add_generator, add_judges, add_objective

if TYPE_CHECKING:
    from precompute.comparison.bench import Bench
    from precompute.studies.base import Desk
    from precompute.studies.judging import Judge

SEEDS, TILE = 3, 112


def add_common(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    add_progress(parser)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    one = parser.add_mutually_exclusive_group(required=True).add_argument
    one("--unit", metavar="LAYER:UNIT", help="one unit by number, or a class by name, e.g. fc8:goldfish")
    one(
        "--units",
        metavar="LIST",
        help="several of --layer, e.g. 0,3,10-20 or all: a table of their means, too",
    )
    one("--classes", type=positive, metavar="N", help="N classes, evenly spread: a table of their means, too")
    add = parser.add_argument
    add("--layer", default="", help="of --units, by name or alias (default: the layer of the classes)")
    add("--methods", default=ALL, metavar="LIST", help=f"all (default), or some of {', '.join(METHODS)}")
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="where the sheet and the figures go (default: where the window looks)",
    )
    add("--images", type=Path, metavar="DIR|ZIP",
        help='real pictures, in folders (best by class) or a zip, or "photographs": what mean-image and facets begin '
        "at, and what all are compared with")  # fmt: skip
    add("--limit", type=positive, metavar="N", help="take the first N images only")
    add_judges(parser)
    add_generator(parser)
    add(
        "--prior", default="joint", metavar="joint|FILE|none", help="of ppgn (default joint); see train-prior"
    )
    add_objective(parser)
    add("--seeds", type=positive, default=SEEDS, metavar="N", help=f"pictures a unit (default {SEEDS})")
    add("--seed", type=a_seed, default=0, help="the first seed (default 0)")
    add("--steps", type=positive, metavar="N", help="of every method (default: each one's own)")
    add("--size", type=positive, default=TILE, metavar="PIXELS",
        help=f"side of a picture on the sheet (default {TILE})")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: the methods that are finished are written, and finished pictures kept."""
    from precompute.comparison.bench import Bench, real_pictures
    from precompute.comparison.painting import check
    from precompute.photographs import image_set
    from precompute.runner import STOPPED
    from precompute.studies.base import StudyStoppedError
    from precompute.studies.painting import open_drawing
    from precompute.synthesis.part import field_box

    methods = chosen_methods(options.methods, images=options.images is not None)
    job, desk = _opened(options)
    _check(methods, desk)
    judges = _judges(desk)
    drawing = open_drawing(options.generator) if any(method.generator for method in methods) else None
    images = image_set(options.images, options.limit) if options.images else None
    stats = job.known_stats()[desk.layer.name]
    bench = Bench(desk, field_box(desk.model, desk.layer), drawing, stats)
    check(bench, methods)
    if missing := left_out(methods, options.methods):
        job.progress.note(f"Without --images there are no {', '.join(missing)}.")
    try:
        if images:
            bench = replace(bench, reals=real_pictures(job, images, len(desk.seeds), options.seed))
        stem = compare(bench, methods, judges)
    except StudyStoppedError:
        job.progress.end("stopped", "Stopped: what is finished is kept, run it again to go on.")
        return STOPPED
    job.progress.end("done", f"{len(methods)} methods are compared in {stem}.png and .json.")
    return 0


def compare(bench: Bench, methods: Sequence[Method], judges: Sequence[Judge]) -> Path:
    """Paint and measure by one method after the other, and write anew after each; where, without an ending.

    Raises StudyStoppedError and CommandError.
    """
    from precompute.comparison.painting import painted_by
    from precompute.comparison.report import Comparison, write
    from precompute.comparison.scores import Scorer
    from precompute.comparison.shown import put

    scorer = Scorer(bench, judges)
    real, rows = scorer.real_row(), []
    for method in methods:
        rows.append(scorer.row(method.name, painted_by(bench, method)))
        comparison = Comparison(bench, scorer, methods, rows, real)
        stem = write(comparison)
        if comparison.for_window:
            put(comparison)
    return stem


def _opened(options: argparse.Namespace) -> tuple[Target, Desk]:
    """The network and its units, as jobs and as studies have them. Raises ModelError and OptionError."""
    from deepvis_app.atlas import user_path
    from precompute.comparison.units import units_of
    from precompute.studies.base import Desk

    model = load(options)
    layer, units = units_of(model.info, options)
    atlas = options.atlas or user_path(model.info.fingerprint)
    seeds = tuple(range(options.seed, options.seed + options.seeds))
    job = Target(model, (layer,), {layer.name: units}, atlas, options.seed, options.reporter, options.stop)
    return job, Desk(options, model, layer, units, seeds, options.reporter, options.stop)


def _check(methods: Sequence[Method], desk: Desk) -> None:
    """Raises OptionError where the layer cannot have the objective, before anything is made."""
    from precompute.jobs.filling import check_layers
    from precompute.synthesis.objectives import AUTO
    from precompute.synthesis.presets import PRESETS

    for method in methods:
        if method.preset in PRESETS:
            check_layers(desk.options.objective or AUTO, (desk.layer,), PRESETS[method.preset])


def _judges(desk: Desk) -> list[Judge]:
    """Raises OptionError and ModelError."""
    from precompute.studies.judging import Judge
    from precompute.studies.networks import independent

    if desk.options.judge and not desk.model.info.labels:
        raise OptionError(f"{desk.model.info.title} has no classes with names, so no judge knows them.")
    return [Judge(model, desk.model.info.labels) for model in independent(desk.options.judge, desk)]


JOB = Job("compare", "units by every method, measured alike, on one sheet", add_arguments, run, add_common)
