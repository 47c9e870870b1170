"""The options that change a preset for codes, and the preset that comes of them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from precompute.options import OptionError, positive
from precompute.synthesis.recipe import CODE_PRESET_NAMES, NamesOrFile, above, between

if TYPE_CHECKING:
    from deepvis_app.models import LoadedModel
    from precompute.synthesis.natural import Card
    from precompute.synthesis.presets import Preset

DEFAULT_GENERATOR = "dgn64-fc6"
GAMMA = 0.8  # of two units: mostly the weaker one counts, but the stronger one is not ignored


def add_code_recipe(parser: argparse.ArgumentParser) -> None:
    """The options that `preset_of` reads, and --generator."""
    add = parser.add_argument
    add("--generator", default=DEFAULT_GENERATOR, metavar="NAME",
        help="what paints: a bundled, trained or published name, or a file of weights (default dgn64-fc6)")  # fmt: skip
    add("--preset", choices=NamesOrFile(CODE_PRESET_NAMES), metavar="NAME|FILE.json",
        help="dgn, dgn-start or a file (default: dgn, with --start dgn-start)")  # fmt: skip
    add("--steps", type=positive, metavar="N", help="default: the preset's, 200 or 30")
    add("--step", type=above(0.0), metavar="X",
        help="mean change of the code in the first step, in standard deviations (default 2, for another network "
        "than the generator's own 0.5)")  # fmt: skip
    add(
        "--shrink",
        type=between(0.0, 1.0),
        metavar="X",
        help="what is left of the code after each step (default 0.99)",
    )
    add(
        "--bound",
        type=above(0.0),
        metavar="X",
        help="standard deviations about the mean that codes keep to (default 3)",
    )
    add(
        "--noise",
        type=between(0.0, 100.0),
        metavar="X",
        help="of the start, in standard deviations (default 1)",
    )


def preset_of(options: argparse.Namespace, model: LoadedModel, card: Card) -> Preset:
    """The chosen preset for this network, with what the options change; notes its name in `options`."""
    from precompute.synthesis.policies import CodeStep
    from precompute.synthesis.presets import DGN, DGN_START
    from precompute.synthesis.priors import Decay

    options.preset = options.preset or (DGN if options.start is None else DGN_START)
    preset = _named(options.preset, model, card)
    if options.step is not None:
        preset = replace(preset, policy=CodeStep(options.step))
    if options.shrink is not None:
        preset = replace(preset, priors=(Decay(1 - options.shrink),) if options.shrink < 1 else ())
    return replace(
        preset,
        steps=options.steps or preset.steps,
        noise=preset.noise if options.noise is None else options.noise,
        bound=options.bound or preset.bound,
    )


def _named(name: str, model: LoadedModel, card: Card) -> Preset:
    """Of the table, for this network, or of a file."""
    from precompute.synthesis.natural import preset_for
    from precompute.synthesis.preset_file import preset_named

    if name in CODE_PRESET_NAMES:
        return preset_for(name, model, card)
    preset = preset_named(name)
    if preset.bound is None:
        raise OptionError(f"The preset {name} is for pixels: take it with am.")
    return preset
