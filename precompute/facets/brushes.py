"""The ways to paint a facet, as the options of a command name them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from deepvis_app.messages import AM_FACET, DGN_FACET
from precompute.facets.painting import Brush
from precompute.generators.opening import open_generator
from precompute.jobs.filling import check_layers, in_half
from precompute.options import Target
from precompute.synthesis.maker import Wish
from precompute.synthesis.natural import coder, identity, preset_for
from precompute.synthesis.objectives import AUTO
from precompute.synthesis.presets import DGN_START, PRESETS, as_json


def brushes_of(
    options: argparse.Namespace, job: Target, methods: Sequence[str]
) -> tuple[list[Brush], dict[str, Any]]:
    """The ways to paint, and all that decides about them as JSON values."""
    made = [_WAYS[method](options, job) for method in methods]
    return [brush for brush, _ in made], {
        method: told for method, (_, told) in zip(methods, made, strict=True)
    }


def _pixels(options: argparse.Namespace, job: Target) -> tuple[Brush, dict[str, Any]]:
    preset = PRESETS[options.preset]
    preset = replace(preset, noise=0.0, steps=options.steps or preset.steps)
    wish = Wish(preset, (job.seed,), half=in_half(options, job))
    return Brush(AM_FACET, wish, lambda rgb: rgb), {"preset": options.preset, **as_json(preset)}


def _codes(options: argparse.Namespace, job: Target) -> tuple[Brush, dict[str, Any]]:
    check_layers(AUTO, job.layers)
    generator, card = open_generator(options.generator)
    preset = preset_for(DGN_START, job.model, card)
    preset = replace(preset, steps=options.code_steps or preset.steps)
    wish = Wish(preset, (job.seed,), AUTO, half=in_half(options, job), generator=generator)
    told = {"generator": identity(generator, card), "preset": DGN_START, **as_json(preset)}
    return Brush(DGN_FACET, wish, coder(generator, card, job.model)), told


_WAYS: dict[str, Callable[[argparse.Namespace, Target], tuple[Brush, dict[str, Any]]]] = {
    "am": _pixels,
    "dgn-am": _codes,
}
