"""`deepvis-precompute study NAME --out DIR`: one of the paper's checks, as a contact sheet and a JSON report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deepvis_app.words import nearest
from precompute.command import execute
from precompute.job import Job
from precompute.options import (
    OptionError,
    Parser,
    add_network,
    add_progress,
    chosen_layers,
    chosen_units,
    load,
    positive,
)
from precompute.options import seed as a_seed
from precompute.places import check_folder
from precompute.runner import STOPPED
from precompute.studies import STUDIES, Study
from precompute.studies.base import Desk, StudyStoppedError

NAME = "study"
TILE = 128  # pixels on a side of a sheet's pictures


def main(words: Sequence[str]) -> int:
    """Exit status as that of a job: 0, 130 stopped, otherwise as `command.status_of`."""
    if words and words[0] in STUDIES:
        study = STUDIES[words[0]]
        job = Job(
            f"{NAME} {study.name}",
            study.help,
            study.add_arguments,
            partial(_run, study),
            partial(_add_common, study),
        )
        return execute(job, words[1:])
    listed = "\n".join(f"  {name:<18} {study.help} ({study.after})" for name, study in STUDIES.items())
    parser = Parser(
        prog=f"deepvis-precompute {NAME}",
        usage=f"deepvis-precompute {NAME} NAME --out DIR ... (NAME --help tells more)",
        description=__doc__,
        epilog=f"studies:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="which study")
    name = parser.parse_args(words[:1]).name
    return parser.error(f"there is no study {name!r}; the nearest are {nearest(name, STUDIES)}.")


def _add_common(study: Study, parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    if study.desk is None:
        add_network(parser)
    else:
        add("--device", default="auto", help="auto (default), cpu, cuda, cuda:1, mps")
    add("--out", type=Path, required=True, metavar="DIR", help="where NAME.png and NAME.json go")
    if not study.classes:
        add("--layer", default="", help="name or alias, e.g. conv5 (default: the layer of the classes)")
    add("--units", default="", help=f"e.g. 0,3,10-20 or all (default: {study.units}, evenly spread)")
    add("--seeds", type=positive, default=study.seeds, help=f"pictures a unit (default {study.seeds})")
    add("--seed", type=a_seed, default=0, help="the first seed (default 0)")
    add("--steps", type=positive, metavar="N", help="of each picture (default: the preset's)")
    add(
        "--size",
        type=positive,
        default=TILE,
        metavar="PIXELS",
        help=f"side of a picture on the sheet (default {TILE})",
    )
    add_progress(parser)


def _run(study: Study, options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: then nothing is written, and finished pictures are kept."""
    from precompute.studies.report import write

    try:
        desk = study.desk(options) if study.desk else open_desk(study, options)
        check_folder(options.out)
        finding = study.run(desk)
    except StudyStoppedError:
        options.reporter.end("stopped", "Stopped: what is finished is kept, run it again to go on.")
        return STOPPED
    write(study, desk, finding)
    desk.progress.end("done", f"{finding.said} Written to {options.out / study.name}.png and .json.")
    return 0


def open_desk(study: Study, options: argparse.Namespace) -> Desk:
    """Load the network and find layer and units. Raises ModelError and OptionError."""
    from precompute.studies.networks import class_layer

    model = load(options)
    named = getattr(options, "layer", "")
    layers = chosen_layers(model.info, named) if named else (class_layer(model.info),)
    if len(layers) != 1:
        raise OptionError(f"--layer {named} means {len(layers)} layers; name one.")
    layer = layers[0]
    units = chosen_units(layer, options.units) if options.units else spread(layer.units, study.units)
    seeds = tuple(range(options.seed, options.seed + options.seeds))
    return Desk(options, model, layer, units, seeds, options.reporter, options.stop)


def spread(count: int, wanted: int) -> tuple[int, ...]:
    """At most `wanted` of the numbers below `count`, evenly spread."""
    few = min(count, wanted)
    return tuple(k * count // few for k in range(few))
