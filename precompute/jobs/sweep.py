"""`sweep`: one unit under many settings of the regularisers, as contact sheets (Yosinski et al. 2015, Fig. 3)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.job import Job
from precompute.jobs.sheets import conclude, facts_of, make_all, name_of, only_unit
from precompute.options import OptionError, Target, positive, target
from precompute.places import check_folder
from precompute.synthesis.recipe import add_recipe, preset_of

if TYPE_CHECKING:
    from precompute.synthesis.tries import Tried, Try

TRIES = 300  # as in the paper
KINDS = ("both", "random", "each")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="DIR", type=Path, help="where the sheets (PNG) and numbers (JSON) go")
    parser.add_argument(
        "--kind", choices=KINDS, default="both", help="random combinations, each regulariser alone, or both"
    )
    parser.add_argument("--tries", type=positive, default=TRIES, help="random combinations (default 300)")
    add_recipe(parser)
    parser.set_defaults(preset="none")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: then the sheets show what was made until then."""
    from precompute.precision import half_is_fast
    from precompute.synthesis import sweeping
    from precompute.synthesis.maker import Wish

    job = target(options)
    unit = only_unit(job, "sweep")
    base = preset_of(options)
    if base.phases:
        raise OptionError(f"The preset {options.preset} has phases: a sweep varies presets of one phase.")
    check_folder(options.out)
    plan: list[tuple[str, list[Try]]] = []
    if options.kind != "each":
        plan.append(("random", sweeping.random_tries(base, options.tries, job.seed)))
    if options.kind != "random":
        plan.append(("each", sweeping.single_tries(base)))
    wish = Wish(base, (job.seed,), half=half_is_fast(job.model.device))
    job.progress.start(sum(len(tries) for _, tries in plan), "pictures", f"{job.layers[0].alias}:{unit}")
    for name, tries in plan:
        tried = make_all(job, wish, unit, tries)
        if tried:
            _write(job, unit, name, tried, options.out)
    return conclude(job, options.out)


def _write(job: Target, unit: int, name: str, tried: list[Tried], folder: Path) -> None:
    from precompute.synthesis import sweeping

    stem = folder / f"{job.layers[0].alias}-{unit}-{name}"
    facts = facts_of(job, unit, "sweep", {"kind": name, "tries": len(tried)})
    if name == "random":
        title = f"{name_of(job, unit)}, {len(tried)} random settings, the strongest first"
        sweeping.write(sweeping.strongest_first(tried), stem, title, facts=facts)
    else:
        title = f"{name_of(job, unit)}, each regulariser alone, from none to strong"
        sweeping.write(tried, stem, title, sweeping.COLUMNS, facts)


JOB = Job("sweep", "one unit under many settings of the regularisers, as contact sheets", add_arguments, run)
