"""`sweep`: one unit under many settings of the regularisers, as contact sheets (Yosinski et al. 2015, Fig. 3)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.jobs.base import Job
from precompute.options import OptionError, Target, positive, target
from precompute.synthesis.recipe import add_recipe, preset_of

if TYPE_CHECKING:
    from precompute.synthesis.maker import Wish
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
    from precompute.synthesis import sweeping
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.making import half_is_fast

    job = target(options)
    unit = _only_unit(job)
    base = preset_of(options)
    plan: list[tuple[str, list[Try]]] = []
    if options.kind != "each":
        plan.append(("random", sweeping.random_tries(base, options.tries, job.seed)))
    if options.kind != "random":
        plan.append(("each", sweeping.single_tries(base)))
    wish = Wish(base, (job.seed,), half=half_is_fast(job.model.device))
    job.progress.start(sum(len(tries) for _, tries in plan), "pictures", f"{job.layers[0].alias}:{unit}")
    for name, tries in plan:
        tried = _tried(job, wish, unit, tries)
        if tried:
            _write(job, unit, name, tried, options.out)
    return _conclude(job, options.out)


def _tried(job: Target, wish: Wish, unit: int, tries: list[Try]) -> list[Tried]:
    from precompute.synthesis import sweeping

    tried = []
    for one in sweeping.make(job.model, job.layers[0], wish, unit, tries, job.stop.wait):
        tried.append(one)
        job.progress.advance(1, one.setting.label.strip())
    return tried


def _write(job: Target, unit: int, name: str, tried: list[Tried], folder: Path) -> None:
    from precompute.publish.facts import run_facts
    from precompute.synthesis import sweeping

    layer = job.layers[0]
    label = f" ({job.model.info.label(unit)})" if layer.is_class_layer else ""
    stem = folder / f"{layer.alias}-{unit}-{name}"
    facts = {
        "network": job.model.info.title,
        "fingerprint": job.model.info.fingerprint,
        "layer": layer.name,
        "unit": unit,
        "run": run_facts(job.run_info("sweep", {"kind": name, "tries": len(tried)})),
    }
    if name == "random":
        words = f"{len(tried)} random settings, the strongest first"
        title = f"{layer.alias}:{unit}{label}, {words}"
        sweeping.write(sweeping.strongest_first(tried), stem, title, facts=facts)
    else:
        title = f"{layer.alias}:{unit}{label}, each regulariser alone, from none to strong"
        sweeping.write(tried, stem, title, sweeping.COLUMNS, facts)


def _conclude(job: Target, folder: Path) -> int:
    from precompute.runner import STOPPED

    if job.stop.asked:
        job.progress.end(
            "stopped", f"Stopped; what was made until then is in {folder}, run it again to go on."
        )
        return STOPPED
    job.progress.end("done", f"Sheets and numbers are in {folder}.")
    return 0


def _only_unit(job: Target) -> int:
    units = [(layer, unit) for layer in job.layers for unit in job.units[layer.name]]
    if len(units) != 1:
        raise OptionError(f"sweep works on one unit, not {len(units)}: name it with --layers and --units.")
    return units[0][1]


JOB = Job("sweep", "one unit under many settings of the regularisers, as contact sheets", add_arguments, run)
