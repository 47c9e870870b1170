"""`dream`: pictures for what is no single unit: whole layers, weighted units, what a layer sees in a picture."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.jobs.dream_wish import add_wish, wish_of
from precompute.jobs.filling import facts_of_wish
from precompute.options import OptionError, Target, add_common, positive
from precompute.synthesis.goals import GOALS, Goal

if TYPE_CHECKING:
    from precompute.synthesis.goals.base import Told

DEFAULT_GOAL = "norm"
LETTERS = 13  # pixels, of a sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("out", metavar="DIR", type=Path, help="where the pictures (PNG) and their numbers (JSON) go")
    add("picture", metavar="FILE", type=Path, nargs="?", help="what to dream on, to invert or to caricature")
    add("--goal", choices=tuple(GOALS), default=DEFAULT_GOAL,
        help="; ".join(f"{goal.name}: {goal.help}" for goal in GOALS.values()))  # fmt: skip
    for goal in GOALS.values():
        goal.add_arguments(parser)
    add("--seeds", type=positive, metavar="N", help="pictures (default 1)", default=1)
    add_wish(parser)
    parser.set_defaults(layers="", units="")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.runner import STOPPED
    from precompute.synthesis.dreaming import dreamt

    goal = GOALS[options.goal]
    _check(options, goal)
    job = goal.open(options)
    aimed, layer = goal.aim(options, job), job.layers[0]
    wish, painter = wish_of(options, job, goal)
    at_once = options.batch or len(wish.seeds)
    job.progress.start(wish.preset.steps * -(-len(wish.seeds) // at_once), "steps", layer.alias)

    def stopped() -> bool:
        job.progress.advance(1)
        return job.stop.wait()

    made = dreamt(job.model, layer, aimed, wish, stopped, options.batch)
    if not made:
        job.progress.end("stopped", "Stopped; nothing was written.")
        return STOPPED
    told = aimed.tell(made)
    _write(options, job, {**facts_of_wish(options, wish, "noise"), **painter, **aimed.facts}, told)
    job.progress.end("done", f"{told.said} Pictures and numbers are in {options.out}.".lstrip())
    return 0


def _check(options: argparse.Namespace, goal: Goal) -> None:
    """Raises OptionError."""
    if goal.of_picture and options.picture is None:
        raise OptionError(f"--goal {goal.name} is of a picture: name its FILE behind DIR.")
    for name in goal.needs:
        if not getattr(options, name):
            raise OptionError(f"--goal {goal.name} needs --{name}: {goal.help}.")
    for name in sorted({name for other in GOALS.values() for name in other.own} - {*goal.own}):
        if getattr(options, name):
            whose = " or ".join(other.name for other in GOALS.values() if name in other.own)
            raise OptionError(f"--{name} is for --goal {whose}, not for --goal {goal.name}.")


def _write(options: argparse.Namespace, job: Target, facts: dict[str, Any], told: Told) -> None:
    """The files of each result, one JSON with all that made them, and a sheet where the goal has one."""
    from deepvis_app.files import atomic_write
    from precompute.publish.facts import run_facts

    stem = f"{job.layers[0].alias}-{options.goal}"
    rows: list[dict[str, Any]] = []
    for result in told.results:
        rows.append({"seed": result.seed, **result.figures})
        for ending, content in result.files.items():
            with atomic_write(options.out / f"{stem}-{result.seed}{ending}") as file:
                file.write(content)
        if result.files:
            rows[-1]["files"] = [f"{stem}-{result.seed}{ending}" for ending in result.files]
    about = {
        "network": job.model.info.title,
        "fingerprint": job.model.info.fingerprint,
        "layer": job.layers[0].name,
        "goal": options.goal,
        "run": run_facts(job.run_info("dream", {**facts, "objective": options.goal})),
        **told.figures,
        "pictures": rows,
    }
    with atomic_write(options.out / f"{stem}.json") as file:
        file.write(json.dumps(about, indent=1).encode())
    if told.tiles:
        _write_sheet(options.out / f"{stem}.png", job, told, options.goal)


def _write_sheet(path: Path, job: Target, told: Told, goal: str) -> None:
    from deepvis_app.render.pictures import save_png
    from precompute.publish.sheet import draw_sheet

    sheet = draw_sheet(
        told.tiles,
        f"{goal}: {job.model.info.title}, {job.layers[0].alias}",
        f"weights {job.model.info.fingerprint[:12]}",
        columns=told.columns,
        size=told.side,
        explained=told.explained,
        letters=LETTERS / told.side,
    )
    save_png(path, sheet)


JOB = Job(
    "dream",
    "pictures for what is no single unit: layers, sums, maps, and what is seen in a picture",
    add_arguments,
    run,
    add_common,
)
