"""What a line of the JOBS table is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from precompute.options import add_common


@dataclass(frozen=True)
class Job:
    """A sub-command.

    `common` adds the options that it shares with others, among them --progress, and `add_arguments` its own behind
    them. `run` takes the parsed options, with which `precompute.options.target` gives what to work on; it returns
    the exit status and may raise the errors that `precompute.command` knows. Slow modules are imported inside it:
    the help must not wait.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    common: Callable[[argparse.ArgumentParser], None] = add_common
