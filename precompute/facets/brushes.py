"""The ways to paint a facet, as the options of a command name them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepvis_app.messages import AM_FACET, DGN_FACET
from deepvis_app.models import LoadedModel
from precompute.facets.painting import Brush
from precompute.generators.opening import open_generator
from precompute.generators.topology import AnyGenerator
from precompute.jobs.filling import check_layers, in_half
from precompute.options import OptionError, Target
from precompute.synthesis.maker import Wish
from precompute.synthesis.natural import Card, coder, identity, preset_for
from precompute.synthesis.preset import Preset
from precompute.synthesis.preset_file import preset_named
from precompute.synthesis.presets import DGN_START, as_json

HOLD = 1.0  # how strongly pictures are kept in their facets: the weight of `Keeping`


def brushes_of(
    options: argparse.Namespace, job: Target, methods: Sequence[str]
) -> tuple[list[Brush], dict[str, Any]]:
    """The ways to paint, and all that decides about them as JSON values."""
    made = [_WAYS[method](options, job) for method in methods]
    return [brush for brush, _ in made], {
        method: told for method, (_, told) in zip(methods, made, strict=True)
    }


def pixel_brush(preset: Preset, seed: int, *, half: bool = False, hold: float = HOLD) -> Brush:
    """Pixels that begin at the mean picture itself, without noise. `preset` is one for pixels."""
    wish = Wish(replace(preset, noise=0.0), (seed,), half=half)
    return Brush(AM_FACET, wish, lambda rgb: rgb, hold)


def code_brush(
    opened: tuple[AnyGenerator, Card],
    model: LoadedModel,
    seed: int,
    steps: int | None = None,
    *,
    half: bool = False,
    hold: float = HOLD,
) -> Brush:
    """A generator's code that begins at that of the mean picture; `steps` None: the preset's.

    The unit's value itself is climbed, as in the paper: a class's log-probability may draw all facets to the one that
    tells the class best from others.

    Raises GeneratorError where the network whose codes it reads cannot be loaded.
    """
    generator, card = opened
    preset = preset_for(DGN_START, model, card)
    preset = replace(preset, steps=steps or preset.steps)
    wish = Wish(preset, (seed,), half=half, generator=generator)
    return Brush(DGN_FACET, wish, coder(generator, card, model), hold)


def _pixels(options: argparse.Namespace, job: Target) -> tuple[Brush, dict[str, Any]]:
    preset = preset_named(options.preset)
    if preset.bound is not None:
        raise OptionError(f"The preset {options.preset} is for a generator's codes: --preset is that of am.")
    check_layers("centre", job.layers, preset)
    preset = replace(preset, steps=options.steps or preset.steps)
    brush = pixel_brush(preset, job.seed, half=in_half(options, job), hold=options.hold)
    return brush, {"preset": Path(options.preset).name, **as_json(brush.wish.preset), "hold": brush.hold}


def _codes(options: argparse.Namespace, job: Target) -> tuple[Brush, dict[str, Any]]:
    opened = open_generator(options.generator)
    half = in_half(options, job)
    brush = code_brush(opened, job.model, job.seed, options.code_steps, half=half, hold=options.hold)
    told = {"generator": identity(*opened), "preset": DGN_START, **as_json(brush.wish.preset)}
    return brush, {**told, "hold": brush.hold}


_WAYS: dict[str, Callable[[argparse.Namespace, Target], tuple[Brush, dict[str, Any]]]] = {
    "am": _pixels,
    "dgn-am": _codes,
}
