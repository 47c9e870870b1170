"""`train-stand-in`: a small network on rendered pictures, in place of a large one that cannot be had."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from precompute.job import Job
from precompute.options import add_progress, positive, seed
from precompute.places import check_folder
from precompute.runner import STOPPED
from precompute.standins import STANDINS

NAME = "train-stand-in"


class StoppedError(Exception):
    """The training was asked to stop."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    words = "; ".join(f"{one.name}: {one.help}" for one in STANDINS.values())
    add("name", choices=tuple(STANDINS), help=f"what it tells: {words}")
    add("out", metavar="DIR", type=Path, help="where NAME.py and its weights go, file:DIR/NAME.py to `dream`")
    add("--pictures", type=positive, metavar="N", help="pictures or clips that it learns (default: its own)")
    add("--held-out", type=positive, metavar="N", help="others by which it is measured (default: its own)")
    add("--epochs", type=positive, metavar="N", help="times that it sees them (default: its own)")
    add("--seed", type=seed, default=0, help="of all that is random (default 0)")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: then nothing is written."""
    stand_in = STANDINS[options.name]
    given = {
        key: getattr(options, key) for key in ("pictures", "held_out", "epochs") if getattr(options, key)
    }
    course = replace(stand_in.course, seed=options.seed, **given)
    if course.pictures < course.batch:
        course = replace(course, batch=course.pictures)

    def step(done: int, total: int) -> None:
        if done == 1:
            options.reporter.start(total, "steps", f"training {stand_in.name}")
        options.reporter.advance(1)
        if options.stop.wait() and done < total:
            raise StoppedError

    check_folder(options.out)
    path = options.out / f"{stand_in.name}.py"
    try:
        trained = stand_in.make(course, path, step)
    except StoppedError:
        options.reporter.end("stopped", "Stopped; nothing was written.")
        return STOPPED
    _write(path, stand_in.name, course, trained.figures)
    options.reporter.end("done", f"{trained.said} Written to {path}.")
    return 0


def _write(path: Path, name: str, course: object, figures: object) -> None:
    """The figures beside the network, with what made it."""
    import json

    import torch

    from deepvis_app import __version__
    from deepvis_app.files import atomic_write

    about = {"stand-in": name, "course": vars(course), "held out": figures,
             "versions": {"deepvis": __version__, "torch": torch.__version__}}  # fmt: skip
    with atomic_write(path.with_suffix(".json")) as file:
        file.write((json.dumps(about, indent=1) + "\n").encode())


JOB = Job(
    NAME,
    "train a small segmenter, captioner or video network on rendered pictures",
    add_arguments,
    run,
    add_progress,
)
