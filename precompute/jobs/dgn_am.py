"""`dgn-am`: natural pictures that each unit prefers, painted by a generator (Nguyen et al. 2016)."""

from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.jobs.base import Job
from precompute.jobs.sheets import conclude, facts_of, make_all, name_of, only_unit
from precompute.options import OptionError, Target, positive, target
from precompute.synthesis.code_recipe import GAMMA, add_code_recipe, preset_of
from precompute.synthesis.pairs import Pair, by_unit, pairs_of
from precompute.synthesis.recipe import OBJECTIVE_NAMES, between

if TYPE_CHECKING:
    from precompute.generators.topology import AnyGenerator
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.natural import Card

SEEDS = 9
AUTO = "auto"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_code_recipe(parser)
    add = parser.add_argument
    add("--seeds", type=positive, metavar="N", help="pictures a unit (default 9, with --start 1)")
    add("--objective", choices=(AUTO, *OBJECTIVE_NAMES), default=AUTO,
        help="what is maximised (default auto: log-softmax for classes, centre elsewhere)")  # fmt: skip
    add("--minimise", action="store_true", help="make what the unit likes least")
    add("--start", type=Path, metavar="FILE", help="start from the code of this picture (default: noise)")
    add(
        "--pair",
        action="store_true",
        help="--units names pairs: 3+17 both, 3-17 the first against the second",
    )
    add("--gamma", type=between(0.0, 100.0), default=GAMMA, metavar="X",
        help="of a+b: how alike their values are to be (default 0.8; 1: only the weaker one counts)")  # fmt: skip
    add("--search", type=positive, metavar="N", help="one unit under N random settings, as a contact sheet")
    add("--out", type=Path, metavar="DIR", help="where the sheet of --search goes")
    add("--precision", choices=("auto", "float32", "bfloat16"), default="auto",
        help="auto: bfloat16 where it is faster, but for the last steps")  # fmt: skip
    add("--batch", type=positive, metavar="N", help="pictures at once (default: by their size)")
    add("--no-codes", action="store_true", help="do not keep the pictures' codes: a smaller atlas")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.generators.opening import open_generator

    if bool(options.search) != (options.out is not None):
        raise OptionError("--search N and --out DIR need each other.")
    pairs = pairs_of(options.units, only_pairs=options.pair)
    if pairs:
        options.units = ",".join(str(pair.unit) for pair in pairs)
    job = target(options)
    _check(options, job, pairs)
    generator, card = open_generator(options.generator)
    wish = wish_of(options, job, generator, card, pairs)
    facts = parameters(options, wish, card, pairs)
    if options.search:
        return _search(options, job, wish, facts)
    return _fill(options, job, wish, facts, pairs)


def wish_of(
    options: argparse.Namespace, job: Target, generator: AnyGenerator, card: Card, pairs: tuple[Pair, ...]
) -> Wish:
    """What the options ask for. Raises OptionError, GeneratorError and PictureError."""
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.making import half_is_fast
    from precompute.synthesis.natural import start_code
    from precompute.synthesis.objectives import check_objective

    for layer in job.layers:
        try:
            check_objective(options.objective, layer)
        except ValueError as error:
            raise OptionError(str(error)) from error
    count = options.seeds or (SEEDS if options.start is None else 1)
    preset = preset_of(options, job.model, card)
    if options.start is not None and count > 1 and preset.noise == 0:
        raise OptionError("All pictures would be the same: add --noise 0.3 for several from one start.")
    return Wish(
        preset,
        tuple(range(job.seed, job.seed + count)),
        options.objective,
        options.minimise,
        None if options.start is None else start_code(options.start, generator, card, job.model),
        options.precision == "bfloat16" or (options.precision == "auto" and half_is_fast(job.model.device)),
        generator,
        options.gamma,
        {} if _shares(job, options.objective) else _scales(job, pairs),
        codes=not options.no_codes,
    )


def parameters(
    options: argparse.Namespace, wish: Wish, card: Card, pairs: tuple[Pair, ...]
) -> dict[str, Any]:
    """All that decides about a picture, as JSON values."""
    from precompute.synthesis.natural import identity
    from precompute.synthesis.presets import as_json

    assert wish.generator is not None
    start = "noise" if wish.first is None else f"picture {sha256(wish.first.tobytes()).hexdigest()[:16]}"
    of_pairs = {
        "pairs": [str(pair) for pair in pairs],
        "gamma": wish.gamma,
        "scales": {str(unit): round(scale, 4) for unit, scale in wish.scales.items()},
    }
    return {
        "generator": identity(wish.generator, card),
        "preset": options.preset,
        **as_json(wish.preset),
        "seeds": len(wish.seeds),
        "objective": wish.objective,
        "minimise": wish.minimise,
        "start": start,
        "precision": options.precision,
        "codes": wish.codes,
        **(of_pairs if pairs else {}),
    }


def _fill(
    options: argparse.Namespace, job: Target, wish: Wish, facts: dict[str, Any], pairs: tuple[Pair, ...]
) -> int:
    """Make what the atlas does not have from this very run."""
    from deepvis_app.atlas import AtlasWriter
    from precompute import runner
    from precompute.synthesis.maker import CODE_KIND, PAIR_KIND
    from precompute.synthesis.making import Making

    if pairs and not wish.scales and not _shares(job, wish.objective):
        job.progress.note("The units' values are compared as they are: the atlas has no statistics of both.")
    stats = job.known_stats()
    with AtlasWriter(job.atlas, job.model.info.fingerprint, job.model.info.title) as writer:
        info = writer.begin(job.run_info("dgn-am", facts))
        making = Making(job.model, wish, stats, job.stop.wait, options.batch, by_unit(pairs))
        making.told = job.progress.partly
        items = [
            item
            for layer in job.layers
            for item in runner.chunks(layer.name, job.units[layer.name], making.units_at_once(layer))
        ]
        kinds = (PAIR_KIND if pairs else CODE_KIND,)
        outcome = runner.run(items, making.records, writer, info, job.progress, job.stop, kinds)
    if making.fewer:
        job.progress.note(f"Not enough memory for all pictures of a unit at once: {making.fewer} at a time.")
    return runner.conclude(outcome, job.progress, str(job.atlas))


def _search(options: argparse.Namespace, job: Target, wish: Wish, facts: dict[str, Any]) -> int:
    """A sheet of one unit under random settings; nothing goes into the atlas."""
    from precompute.synthesis import sweeping
    from precompute.synthesis.searching import FOOTER, random_settings

    unit = only_unit(job, "--search")
    tries = random_settings(wish.preset, options.search, job.seed)
    job.progress.start(len(tries), "pictures", f"{job.layers[0].alias}:{unit}")
    tried = make_all(job, wish, unit, tries)
    if tried:
        stem = options.out / f"{job.layers[0].alias}-{unit}-search"
        title = f"{name_of(job, unit)}, {len(tried)} random settings, the strongest first"
        about = facts_of(job, unit, "dgn-am", {**facts, "search": options.search})
        sweeping.write(sweeping.strongest_first(tried), stem, title, facts=about, footer=FOOTER)
    return conclude(job, options.out)


def _check(options: argparse.Namespace, job: Target, pairs: tuple[Pair, ...]) -> None:
    """Raises OptionError."""
    from precompute.options import chosen_units

    if options.search:
        only_unit(job, "--search")
    if not pairs:
        return
    if options.search:
        raise OptionError("--search works on one unit, not on a pair.")
    if options.minimise:  # the negative of a + b - gamma |a - b| would drive the two apart
        raise OptionError("--minimise is for single units: 3-17 with --pair minimises the second of two.")
    if len(job.layers) != 1:
        raise OptionError("A pair is two units of one layer: name the layer with --layers.")
    for pair in pairs:
        chosen_units(job.layers[0], str(pair.other))


def _shares(job: Target, objective: str) -> bool:
    """Whether the values of different units are comparable as they are."""
    from precompute.synthesis.objectives import check_objective

    return check_objective(objective, job.layers[0]).shares


def _scales(job: Target, pairs: tuple[Pair, ...]) -> dict[int, float]:
    """The largest value of each unit of a pair in the atlas's statistics; only of pairs of which both are known."""
    if not pairs:
        return {}
    stats = job.known_stats()[job.layers[0].name]
    known = {unit: found.quantiles[-1][1] for unit, found in stats.items() if found.quantiles}
    both = [pair for pair in pairs if min(known.get(pair.unit, 0.0), known.get(pair.other, 0.0)) > 0]
    return {unit: known[unit] for pair in both for unit in (pair.unit, pair.other)}


JOB = Job("dgn-am", "natural pictures that each unit prefers, painted by a generator", add_arguments, run)
