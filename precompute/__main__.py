"""The offline companion's command line: `deepvis-precompute COMMAND ...` (= `python -m precompute`)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from deepvis_app.words import nearest
from precompute.command import execute
from precompute.comparison.command import JOB as COMPARE
from precompute.generators.command import JOB as TRAIN_GENERATOR
from precompute.inspection import STATUS, VERIFY
from precompute.jobs import JOBS, dream, presets
from precompute.ppgn.command import JOB as TRAIN_PRIOR
from precompute.standins.command import JOB as TRAIN_STAND_IN
from precompute.training.command import JOB as TRAIN_CLASSIFIER

Command = Callable[[list[str]], int]


def _paint(arguments: list[str]) -> int:
    from precompute.painting.command import main as paint

    return paint(arguments)


def _merge(arguments: list[str]) -> int:
    from precompute.copying import merge

    return merge(arguments)


def _compact(arguments: list[str]) -> int:
    from precompute.copying import compact

    return compact(arguments)


def _build_assets(arguments: list[str]) -> int:
    from precompute.assets.build import main as build

    return build(arguments)


def _study(arguments: list[str]) -> int:
    from precompute.studies.command import main as study

    return study(arguments)


# name -> what it does, and how it is run: the JOBS, which fill an atlas, then everything else.
# Slow imports are inside: the help must not wait for torch.
COMMANDS: dict[str, tuple[str, Command]] = {
    **{name: (job.help, partial(execute, job)) for name, job in JOBS.items()},
    **{
        job.name: (job.help, partial(execute, job))
        for job in (
            COMPARE,
            dream.JOB,
            presets.JOB,
            STATUS,
            VERIFY,
            TRAIN_CLASSIFIER,
            TRAIN_GENERATOR,
            TRAIN_PRIOR,
            TRAIN_STAND_IN,
        )
    },
    "paint": ("paint one unit while a program or a person watches", _paint),
    "merge": ("several atlases of one network into one", _merge),
    "compact": ("a copy of an atlas without unused room", _compact),
    "build-assets": ("make everything that comes with the program: networks and their atlas", _build_assets),
    "study": ("one of the paper's own checks, as a contact sheet and a report", _study),
}


def main(arguments: list[str] | None = None) -> int:
    """Exit status: that of the command, or 2 for a command that does not exist."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("-h", "--help"):
        print(_usage())
        return 0
    if words[0] not in COMMANDS:
        near = nearest(words[0], COMMANDS)
        print(
            f"deepvis-precompute: there is no command {words[0]!r}; the nearest are {near}.",
            file=sys.stderr,
        )
        return 2
    return COMMANDS[words[0]][1](words[1:])


def _usage() -> str:
    lines = [f"  {name:<18} {what}" for name, (what, _) in COMMANDS.items()]
    return "\n".join(["usage: deepvis-precompute COMMAND ... (COMMAND --help tells more)", *lines])


if __name__ == "__main__":
    sys.exit(main())
