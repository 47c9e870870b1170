"""`dream`: pictures for what is no single unit: whole layers, weighted units, what a layer sees in a picture."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.jobs.filling import add_making, facts_of_wish, in_half
from precompute.options import OptionError, Target, add_common, positive, target
from precompute.synthesis.goals import (
    CARICATURE,
    INVERSION,
    NORM,
    UNITS,
    check_terms,
    terms_of,
)
from precompute.synthesis.recipe import GOAL_NAMES, add_recipe, preset_of

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from precompute.synthesis.dreaming import Dream
    from precompute.synthesis.maker import Made, Wish

_OF_PICTURE = (INVERSION, CARICATURE)
BEGINNINGS = ("noise", "picture")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("out", metavar="DIR", type=Path, help="where the pictures (PNG) and their numbers (JSON) go")
    add("picture", metavar="FILE", type=Path, nargs="?", help="what to dream on, to invert or to caricature")
    add("--goal", choices=GOAL_NAMES, default=NORM,
        help="norm: excite the whole layer (default, DeepDream); mean: all its units alike; units: the sum "
        "that --units names; inversion: what it takes for the picture; caricature: more of what it sees")  # fmt: skip
    add("--begin", choices=BEGINNINGS,
        help="where to begin (default: the picture, where there is one and the goal is not of it)")  # fmt: skip
    add("--seeds", type=positive, metavar="N", help="pictures (default 1)", default=1)
    add_recipe(parser)
    add_making(parser)
    parser.set_defaults(preset=None, layers="")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.runner import STOPPED
    from precompute.synthesis.dreaming import PRESET_OF, dreamt

    options.preset = options.preset or PRESET_OF[options.goal]
    words = _words(options)
    job = target(options)
    if len(job.layers) != 1:
        raise OptionError("dream works on one layer: name it with --layers, such as conv4.")
    dream, wish = _dream(options, job, words), _wish(options, job)
    layer = job.layers[0]
    steps = wish.preset.steps
    job.progress.start(
        steps * -(-len(wish.seeds) // (options.batch or len(wish.seeds))), "steps", layer.alias
    )

    def stopped() -> bool:
        job.progress.advance(1)
        return job.stop.wait()

    made = dreamt(job.model, layer, dream, wish, stopped, options.batch)
    if not made:
        job.progress.end("stopped", "Stopped; nothing was written.")
        return STOPPED
    _write(options, job, dream, wish, made)
    job.progress.end("done", f"Pictures and numbers are in {options.out}.")
    return 0


def _words(options: argparse.Namespace) -> str:
    """The sum of units, if one is wanted; --units is then no list for `target`. Raises OptionError."""
    if options.goal in _OF_PICTURE and options.picture is None:
        raise OptionError(f"--goal {options.goal} is of a picture: name its FILE behind DIR.")
    if options.begin == "picture" and options.picture is None:
        raise OptionError("--begin picture needs one: name its FILE behind DIR.")
    if not options.layers:
        raise OptionError("dream works on one layer: name it with --layers, such as conv4.")
    if (options.goal == UNITS) != (options.units != "all"):
        raise OptionError("--goal units and --units need each other: --goal units --units 3+17, or 2*3-17.")
    words, options.units = options.units, "all"
    return str(words) if options.goal == UNITS else ""


def _dream(options: argparse.Namespace, job: Target, words: str) -> Dream:
    from precompute.synthesis.dreaming import Dream
    from precompute.synthesis.pairs import largest

    layer = job.layers[0]
    if not words:
        return Dream(options.goal, _picture(options, job) if options.goal in _OF_PICTURE else None)
    terms = terms_of(words)
    check_terms(terms, layer.units, layer.alias)
    return Dream(options.goal, terms=terms, scales=largest(job.known_stats()[layer.name]))


def _wish(options: argparse.Namespace, job: Target) -> Wish:
    from precompute.synthesis.maker import Wish

    preset = preset_of(options)
    of_picture = options.goal in _OF_PICTURE
    begin = options.begin or ("picture" if options.picture is not None and not of_picture else "noise")
    if begin == "noise" and preset.noise == 0:
        preset = replace(preset, noise=0.05)  # a plain colour would have no gradient of its own
    first = _picture(options, job) if begin == "picture" else None
    seeds = tuple(range(job.seed, job.seed + options.seeds))
    return Wish(
        preset,
        seeds,
        minimise=options.minimise,
        first=first,
        half=in_half(options, job),
        diversity=options.diversity,
    )


def _picture(options: argparse.Namespace, job: Target) -> U8:
    from deepvis_app.render.pictures import read_picture

    return job.model.preprocess.pixels(read_picture(options.picture))


def _write(options: argparse.Namespace, job: Target, dream: Dream, wish: Wish, made: list[Made]) -> None:
    """A PNG for each picture, and one JSON with all that made them."""
    from deepvis_app.files import atomic_write
    from precompute.publish.facts import run_facts
    from precompute.publish.pictures import encode_exact

    stem = f"{job.layers[0].alias}-{options.goal}"
    rows: list[dict[str, Any]] = []
    for one in made:
        name = f"{stem}-{one.task.seed}.png"
        rows.append(
            {
                "seed": one.task.seed,
                "value": round(one.value, 5),
                "trace": list(one.trace),
                "failed": one.reason,
            }
        )
        if one.rgb is not None and not one.reason:
            with atomic_write(options.out / name) as file:
                file.write(encode_exact(one.rgb, "png"))
            rows[-1]["file"] = name
    of = None if dream.picture is None else sha256(dream.picture.tobytes()).hexdigest()[:16]
    facts = {
        **facts_of_wish(options, wish, "noise"),
        "objective": options.goal,
        "terms": " ".join(map(str, dream.terms)),
        "of": of,
    }
    about = {
        "network": job.model.info.title,
        "fingerprint": job.model.info.fingerprint,
        "layer": job.layers[0].name,
        "goal": options.goal,
        "run": run_facts(job.run_info("dream", facts)),
        "pictures": rows,
    }
    with atomic_write(options.out / f"{stem}.json") as file:
        file.write(json.dumps(about, indent=1).encode())


JOB = Job(
    "dream",
    "pictures for whole layers, sums of units, and what a layer sees in a picture",
    add_arguments,
    run,
    add_common,
)
