"""Run a job as a command: read its words, report how it ends, and turn errors into one sentence."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from precompute.errors import CommandError, GivenError
from precompute.job import Job
from precompute.options import Parser
from precompute.progress import progress_of
from precompute.runner import STOPPED, out_of_memory
from precompute.stop import Stop

FAILED, USAGE = 1, 2
_NAMED = (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError)
_STDIN = 0


def execute(job: Job, words: Sequence[str]) -> int:
    """Exit status: 0 done, 130 stopped, otherwise as `status_of`; a failure is one sentence on standard error."""
    parser = Parser(prog=f"deepvis-precompute {job.name}", description=job.help)
    job.common(parser)
    job.add_arguments(parser)
    options = parser.parse_args(words)
    options.reporter = progress_of(options.progress, job.name)
    with Stop(_STDIN if options.progress == "jsonl" else None) as options.stop:
        return _run(job, options)


def _run(job: Job, options: argparse.Namespace) -> int:
    try:
        return job.run(options)
    except KeyboardInterrupt:
        options.reporter.end("stopped", "Broken off: finished units are kept, run it again to go on.")
        return STOPPED
    except Exception as error:
        sentence = as_sentence(error)
        options.reporter.end("failed", sentence or f"{type(error).__name__}: {error}")
        if not sentence:
            raise  # a bug: the window has its line, and whoever mends it wants the trace
        return fail(f"deepvis-precompute {job.name}", sentence, error)


def guarded(prog: str, work: Callable[[], int]) -> int:
    """Run what is no job; a failure is one sentence on standard error, as a job's, and Ctrl-C status 130."""
    try:
        return work()
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{prog}: Broken off.\n")
        return STOPPED
    except Exception as error:
        sentence = as_sentence(error)
        if not sentence:
            raise
        return fail(prog, sentence, error)


def fail(prog: str, sentence: str, error: Exception) -> int:
    """Tell it on standard error; returns the exit status."""
    sys.stderr.write(f"{prog}: {sentence}\n")
    return status_of(error)


def status_of(error: Exception) -> int:
    """The exit status: 2 where what the command names cannot be used, so that it fails again until it is given
    something else; 1 where something happened on the way.

    What it names are its words and the files and folders that they mean: not there, not to be read as what they are
    named for, or not to be written.
    """
    from deepvis_app.atlas import AtlasError, AtlasTroubleError
    from deepvis_app.models import ModelError
    from deepvis_app.render.pictures import PictureError

    if isinstance(error, AtlasTroubleError):
        return FAILED
    return USAGE if isinstance(error, (GivenError, AtlasError, ModelError, PictureError, *_NAMED)) else FAILED


def as_sentence(error: Exception) -> str:
    """What to tell of an error that is no bug; "" for any other."""
    if isinstance(error, expected_errors()):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'The file'}: {error.strerror or error}."
    if out_of_memory(error):
        return "Not enough memory: choose --device cpu, a smaller --batch, or close other programs."
    return ""


def expected_errors() -> tuple[type[Exception], ...]:
    """The errors that are sentences for people already."""
    from deepvis_app.atlas import AtlasError
    from deepvis_app.models import ModelError
    from deepvis_app.render.pictures import PictureError

    return CommandError, AtlasError, ModelError, PictureError
