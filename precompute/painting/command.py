"""`paint`: one unit at once and live, as JSON lines; the window's only way to it. See docs/dgn-am.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.options import Parser, add_network, positive, seed
from precompute.painting.choices import METHODS, MOST, check
from precompute.runner import STOPPED
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR, GAMMA
from precompute.synthesis.recipe import CODE_PRESET_NAMES, PRESET_NAMES, between

if TYPE_CHECKING:
    from deepvis_app.models import LoadedModel
    from precompute.painting.session import Session
    from precompute.painting.telling import Teller
    from precompute.painting.words import Words

NAME = "paint"
_STDIN = 0


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 130 stopped, else as `command.status_of`; a failure is one sentence on standard error."""
    from precompute.painting.telling import Teller
    from precompute.painting.words import Words

    options = _parser().parse_args(arguments)
    teller = Teller(sys.stdout)
    with Words(_STDIN) as words:
        try:
            return _painted(options, teller, words)
        except KeyboardInterrupt:
            teller.end("stopped", "Broken off.")
            return STOPPED
        except BrokenPipeError:  # nobody watches; what is left to be written goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return STOPPED
        except Exception as error:
            code = _failed(teller, error)
            if code is None:
                raise  # a bug: the window has its line, and whoever mends it wants the trace
            return code


def _failed(teller: Teller, error: Exception) -> int | None:
    """Tell it; the exit status, or None for what is a bug."""
    from precompute.command import as_sentence, fail

    sentence = as_sentence(error)
    teller.end("failed", sentence or f"{type(error).__name__}: {error}")
    if not sentence:
        return None
    return fail(f"deepvis-precompute {NAME}", sentence, error)


def _painted(options: argparse.Namespace, teller: Teller, words: Words) -> int:
    from precompute.options import load

    check(options)
    return _session(options, load(options), teller, words).run()


def _session(options: argparse.Namespace, model: LoadedModel, teller: Teller, words: Words) -> Session:
    """Everything that is needed to begin. Raises OptionError, GeneratorError, PictureError."""
    from precompute.painting.session import Session
    from precompute.painting.studio import Studio

    return Session(Studio(model), options, teller, words)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog=f"deepvis-precompute {NAME}", description=__doc__)
    add = parser.add_argument
    add_network(parser)
    add("--seed", type=seed, default=0, help="of the first picture (default 0)")
    add("--unit", required=True, metavar="LAYER:UNIT", help="what is painted, e.g. fc8:12")
    add(
        "--with",
        dest="second",
        metavar="LAYER:UNIT",
        help="a second unit of the layer, which is to like it too",
    )
    add(
        "--gamma",
        type=between(0.0, 100.0),
        default=GAMMA,
        metavar="X",
        help="how alike the values of two are to be",
    )
    add("--method", choices=METHODS, default="dgn-am", help="with a generator (default), or of pixels")
    add("--generator", default=DEFAULT_GENERATOR, metavar="NAME", help="what paints (default dgn64-fc6)")
    add(
        "--preset",
        choices=(*CODE_PRESET_NAMES, *PRESET_NAMES),
        help="default: dgn, with --from dgn-start; robust",
    )
    add("--from", dest="start", type=Path, metavar="FILE", help="start from this picture (default: noise)")
    add("--steps", type=positive, metavar="N", help="default: the preset's")
    add("--pictures", type=positive, choices=range(1, MOST + 1), default=1, metavar="1..9", help="default 1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
