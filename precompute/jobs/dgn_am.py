"""`dgn-am`: natural pictures that each unit prefers, painted by a generator (Nguyen et al. 2016)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.jobs.filling import add_making, check_layers, facts_of_wish, fill, in_half
from precompute.jobs.sheets import conclude, facts_of, make_all, name_of, only_unit
from precompute.options import OptionError, Target, positive, target
from precompute.places import check_folder
from precompute.synthesis.code_recipe import GAMMA, add_code_recipe, preset_of
from precompute.synthesis.pairs import Pair, largest, pairs_of
from precompute.synthesis.recipe import OBJECTIVE_NAMES, between

if TYPE_CHECKING:
    from precompute.generators.topology import AnyGenerator
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.natural import Card

SEEDS = 9
AUTO = "auto"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_code_recipe(parser)
    add_making(parser)
    add = parser.add_argument
    add("--seeds", type=positive, metavar="N", help="pictures a unit (default 9, with --start 1)")
    add("--objective", choices=(AUTO, *OBJECTIVE_NAMES), default=AUTO,
        help="what is maximised (default auto: log-softmax for classes, centre elsewhere)")  # fmt: skip
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
    add("--no-codes", action="store_true", help="do not keep the pictures' codes: a smaller atlas")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.generators.opening import open_generator
    from precompute.synthesis.maker import CODE_KIND, PAIR_KIND

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
    if pairs and not wish.scales and not _shares(job, wish.objective):
        job.progress.note("The units' values are compared as they are: the atlas has no statistics of both.")
    kind = PAIR_KIND if pairs else CODE_KIND
    return fill(job, "dgn-am", kind, wish, facts, options.batch, pairs)


def wish_of(
    options: argparse.Namespace, job: Target, generator: AnyGenerator, card: Card, pairs: tuple[Pair, ...]
) -> Wish:
    """What the options ask for. Raises OptionError, GeneratorError and PictureError."""
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.natural import start_code

    check_layers(options.objective, job.layers)
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
        in_half(options, job),
        generator,
        options.gamma,
        {} if _shares(job, options.objective) else _scales(job, pairs),
        codes=not options.no_codes,
        diversity=options.diversity,
    )


def parameters(
    options: argparse.Namespace, wish: Wish, card: Card, pairs: tuple[Pair, ...]
) -> dict[str, Any]:
    """All that decides about a picture, as JSON values."""
    from precompute.synthesis.natural import identity

    assert wish.generator is not None
    of_pairs = {
        "pairs": [str(pair) for pair in pairs],
        "gamma": wish.gamma,
        "scales": {str(unit): round(scale, 4) for unit, scale in wish.scales.items()},
    }
    return {
        "generator": identity(wish.generator, card),
        **facts_of_wish(options, wish, "noise"),
        "codes": wish.codes,
        **(of_pairs if pairs else {}),
    }


def _search(options: argparse.Namespace, job: Target, wish: Wish, facts: dict[str, Any]) -> int:
    """A sheet of one unit under random settings; nothing goes into the atlas."""
    from precompute.synthesis import sweeping
    from precompute.synthesis.searching import FOOTER, random_settings

    unit = only_unit(job, "--search")
    check_folder(options.out)
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
    known = largest(job.known_stats()[job.layers[0].name])
    both = [pair for pair in pairs if pair.unit in known and pair.other in known]
    return {unit: known[unit] for pair in both for unit in (pair.unit, pair.other)}


JOB = Job("dgn-am", "natural pictures that each unit prefers, painted by a generator", add_arguments, run)
