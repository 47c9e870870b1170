"""`ppgn`: pictures of each unit as samples of a Markov chain of codes (Nguyen et al. 2017)."""

from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.options import OptionError, Target, batch_size, positive, target
from precompute.ppgn.command import whole_number
from precompute.ppgn.settings import SETTING_NAMES, Settings, as_json, changed, too_short
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.synthesis.recipe import NamesOrFile, above, between, name_told

if TYPE_CHECKING:
    from precompute.ppgn.making import Making, Wanted
    from precompute.synthesis.natural import Card

CHAINS, PICTURES, ALIKE = 4, 9, 0.95
CONDITIONS = ("auto", "softmax", "activation")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--generator", default=DEFAULT_GENERATOR, metavar="NAME",
        help="what paints: a bundled, trained or published name, or a file of weights (default dgn64-fc6)")  # fmt: skip
    add("--prior", default="joint", metavar="joint|FILE|none",
        help="joint (default): the code of the picture of the code; a denoising autoencoder that train-prior made, "
        "by name or file; none")  # fmt: skip
    add("--settings", choices=NamesOrFile(SETTING_NAMES), default=SETTING_NAMES[0], metavar="NAME|FILE.json",
        help="balanced (default): all terms on one scale; released: as the authors' code moves; or a file that "
        "`deepvis-precompute presets NAME --save` wrote")  # fmt: skip
    add("--condition", choices=CONDITIONS, default=CONDITIONS[0],
        help="softmax: among the units of the layer; activation: as high as real images get it (needs statistics); "
        "auto: softmax for classes, activation elsewhere where it can be")  # fmt: skip
    add("--chains", type=positive, default=CHAINS, metavar="N", help="of each unit (default 4)")
    add("--pictures", type=positive, default=PICTURES, metavar="N", help="at most, of a unit (default 9)")
    add("--alike", type=between(-1.0, 1.0), default=ALIKE, metavar="X",
        help="no two pictures whose codes have a larger cosine (default 0.95)")  # fmt: skip
    add("--start", type=Path, metavar="FILE", help="start from the code of this picture (default: noise)")
    _add_numbers(parser)
    add(
        "--batch",
        type=batch_size,
        metavar="N",
        help="chains at once (default: by their pictures' size)",
    )
    add("--no-codes", action="store_true", help="do not keep the pictures' codes: a smaller atlas")


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    """Those of the settings, which are the default of each."""
    add = parser.add_argument
    add("--step", type=above(0.0), metavar="X", help="in standard deviations (released: of 1/3.74 of one)")
    add("--eps1", type=between(0.0, 1e9), metavar="X", help="weight of the prior")
    add("--eps2", type=between(0.0, 1e9), metavar="X", help="weight of the condition")
    add("--eps3", type=between(0.0, 1e9), metavar="X", help="standard deviation of the noise")
    add("--steps", type=positive, metavar="N", help="of a chain (classes 200, hidden units 1000)")
    add(
        "--reset",
        type=whole_number,
        metavar="N",
        help="steps to a new beginning; 0: none (classes 0, hidden 100)",
    )
    add("--burn-in", type=whole_number, metavar="N", help="steps without samples after a beginning (40)")
    add("--every", type=positive, metavar="N", help="steps from sample to sample (classes 5, hidden 10)")
    add("--threshold", type=between(0.0, 1.0), metavar="X", help="confidence that a sample must have")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.generators.opening import open_generator
    from precompute.ppgn.making import Making

    settings = settings_of(options)
    job = target(options)
    for classes in {layer.is_class_layer for layer in job.layers}:
        if problem := too_short(settings.times(classes=classes)):
            raise OptionError(problem)
    generator, card = open_generator(options.generator)
    wanted = wanted_of(options, settings, job, generator, card)
    making = Making(job.model, wanted, job.known_stats(), job.stop.wait, options.batch)
    making.told = job.progress.partly
    making.check(job.layers, job.units)
    return _fill(job, making, parameters(options, wanted, card))


def settings_of(options: argparse.Namespace) -> Settings:
    """The chosen ones with what the options change. Raises PresetError."""
    from precompute.ppgn.settings_file import settings_named

    numbers = {
        "step": options.step,
        "prior": options.eps1,
        "condition": options.eps2,
        "noise": options.eps3,
    }
    times = {name: getattr(options, name) for name in ("steps", "reset", "burn_in", "every", "threshold")}
    return changed(settings_named(options.settings), numbers, times)


def wanted_of(
    options: argparse.Namespace, settings: Settings, job: Target, generator: Any, card: Card
) -> Wanted:
    """Raises PriorError, DenoiserError, GeneratorError and PictureError."""
    from precompute.ppgn.making import Wanted
    from precompute.ppgn.priors import open_prior
    from precompute.synthesis.natural import start_code

    start = None if options.start is None else start_code(options.start, generator, card, job.model)
    return Wanted(
        settings,
        generator,
        open_prior(options.prior, generator, card, job.model),
        options.chains,
        options.pictures,
        options.alike,
        job.seed,
        options.condition,
        start,
        not options.no_codes,
    )


def parameters(options: argparse.Namespace, wanted: Wanted, card: Card) -> dict[str, Any]:
    """All that decides about a unit's pictures, as JSON values."""
    from precompute.synthesis.natural import identity

    first = None if wanted.start is None else sha256(wanted.start.tobytes()).hexdigest()[:16]
    settings = as_json(wanted.settings)
    spread = settings.pop("start")  # what the pictures begin at goes by that name
    return {
        "generator": identity(wanted.generator, card),
        "prior": wanted.prior.told(),
        "preset": name_told(options.settings),
        **settings,
        **({} if options.settings in SETTING_NAMES else {"spread": spread}),  # else it goes without saying
        "condition": wanted.condition,
        "chains": wanted.chains,
        "pictures": wanted.pictures,
        "alike": wanted.alike,
        "start": "noise" if first is None else f"picture {first}",
        "codes": wanted.codes,
    }


def _fill(job: Target, making: Making, facts: dict[str, Any]) -> int:
    """Make what the atlas does not have from this very run."""
    from deepvis_app.atlas import AtlasWriter
    from precompute import runner
    from precompute.ppgn.painting import KIND

    count = making.units_at_once()
    with AtlasWriter(job.atlas, job.model.info.fingerprint, job.model.info.title) as writer:
        info = writer.begin(job.run_info("ppgn", facts))
        items = [
            item for layer in job.layers for item in runner.chunks(layer.name, job.units[layer.name], count)
        ]
        outcome = runner.run(items, making.records, writer, info, job.progress, job.stop, (KIND,))
    return runner.conclude(outcome, job.progress, str(job.atlas))


JOB = Job("ppgn", "pictures of each unit as samples of a Markov chain (PPGN)", add_arguments, run)
