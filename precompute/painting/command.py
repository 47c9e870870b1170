"""`paint`: one unit at once and live, as JSON lines; the window's only way to it. See docs/dgn-am.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.options import OptionError, Parser, add_network, positive, seed
from precompute.runner import STOPPED
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.synthesis.recipe import CODE_PRESET_NAMES, PRESET_NAMES, between

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo, UnitStats
    from deepvis_app.models import LoadedModel
    from precompute.painting.session import Session
    from precompute.painting.telling import Teller
    from precompute.painting.words import Words

NAME = "paint"
# method -> its presets, the first of which is taken where none is named
METHODS = {"dgn-am": CODE_PRESET_NAMES, "am": PRESET_NAMES}
MOST = 9  # pictures
_STDIN = 0


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed, 2 wrong words, 130 stopped; a failure is one sentence on standard error."""
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
    from precompute.command import FAILED, USAGE, as_sentence

    sentence = as_sentence(error)
    teller.end("failed", sentence or f"{type(error).__name__}: {error}")
    if not sentence:
        return None
    sys.stderr.write(f"deepvis-precompute {NAME}: {sentence}\n")
    return USAGE if isinstance(error, OptionError) else FAILED


def _painted(options: argparse.Namespace, teller: Teller, words: Words) -> int:
    from precompute.options import load

    _check(options)
    return _session(options, load(options), teller, words).run()


def _session(options: argparse.Namespace, model: LoadedModel, teller: Teller, words: Words) -> Session:
    """Everything that is needed to begin. Raises OptionError, GeneratorError, PictureError."""
    from precompute.painting.easel import Easel
    from precompute.painting.session import Session
    from precompute.painting.starts import opened

    layer, unit = _unit(model, options.unit)
    units: tuple[int, ...] = (unit,)
    if options.second:
        second, number = _unit(model, options.second)
        if second.name != layer.name or number == unit:
            raise OptionError("--with needs another unit of the same layer.")
        units = (unit, number)
    stats = _stats(model, layer)
    starts = opened(options, model, _scales(stats, units))
    other = (units[1], 1) if len(units) > 1 else None
    try:
        easel = Easel(model, layer, starts.wish(options.start), unit, other, stats.get(unit))
    except ValueError as error:
        raise OptionError(str(error)) from error
    names = [
        f"{layer.alias}:{one}" + (f" ({model.info.label(one)})" if layer.is_class_layer else "")
        for one in units
    ]
    what = f"{' with '.join(names)}, {options.method} on {model.info.title}"
    return Session(easel, starts, teller, words, what)


def _check(options: argparse.Namespace) -> None:
    """Raises OptionError."""
    names = METHODS[options.method]
    if options.preset and options.preset not in names:
        raise OptionError(
            f"The preset {options.preset} is not for {options.method}: choose {', '.join(names)}."
        )


def _unit(model: LoadedModel, text: str) -> tuple[LayerInfo, int]:
    """The layer whose pictures the words LAYER:UNIT mean, and the number. Raises OptionError."""
    from precompute.options import chosen_layers, chosen_units

    name, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal():
        raise OptionError(f"{text!r} is not LAYER:UNIT, such as fc8:12.")
    layers = chosen_layers(model.info, name) if name != "all" else ()
    if len(layers) != 1:
        raise OptionError(f"{name} names {len(layers)} layers: name one.")
    return layers[0], chosen_units(layers[0], number)[0]


def _stats(model: LoadedModel, layer: LayerInfo) -> dict[int, UnitStats]:
    """By unit, of the user's atlas and the bundled one."""
    from deepvis_app.atlas import Shelf, bundled_path, user_path

    fingerprint = model.info.fingerprint
    bundled = bundled_path(fingerprint)
    return Shelf(fingerprint, [user_path(fingerprint), *([bundled] if bundled else [])]).stats(layer.name)


def _scales(stats: dict[int, UnitStats], units: tuple[int, ...]) -> dict[int, float]:
    """The largest known value of each, where there is one of all."""
    known = {unit: stats[unit].quantiles[-1][1] for unit in units if unit in stats and stats[unit].quantiles}
    return known if len(known) == len(units) else {}


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
        default=0.8,
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
