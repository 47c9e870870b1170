"""`known-truth`: whether facets, colours and a swapped channel are found where they were planted."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, positive
from precompute.studies.base import Desk, Finding, Study
from precompute.synthesis.recipe import OBJECTIVE_NAMES

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from deepvis_app.models import LoadedModel
    from precompute.rendered.check import Found
    from precompute.rendered.planted import Planted

WAYS = "robust,tv,none"
EACH, HELD_OUT, EPOCHS = 60, 24, 12
FACET_PRESET = "mfv-tv"
REGULAR, SWAPPED = "shapes", "shapes_brg"  # the networks' files
ORDER = {REGULAR: "RGB", SWAPPED: "BRG"}  # of the channels of the pictures that each was trained on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--ways", default=WAYS, metavar="NAMES", help=f"presets of am (default {WAYS})")
    add("--objective", choices=OBJECTIVE_NAMES, default="logit", help="what is maximised (default logit)")
    add("--each", type=positive, default=EACH, help=f"pictures of a facet to train on (default {EACH})")
    add("--held-out", type=positive, default=HELD_OUT, help=f"others, to be grouped (default {HELD_OUT})")
    add("--epochs", type=positive, default=EPOCHS, help=f"of training (default {EPOCHS})")


def open_desk(options: argparse.Namespace) -> Desk:
    """Train the regular network, which goes into --out. Raises StudyStoppedError, and OptionError."""
    from precompute.options import chosen_units
    from precompute.studies.networks import class_layer

    _ways(options.ways)
    _enough(options.held_out)
    model = _network(options, REGULAR)
    layer = class_layer(model.info)
    units = chosen_units(layer, options.units or "all")
    seeds = tuple(range(options.seed, options.seed + options.seeds))
    return Desk(options, model, layer, units, seeds, options.reporter, options.stop)


def run(desk: Desk) -> Finding:
    from precompute.rendered.net import accuracy
    from precompute.rendered.planted import CLASSES, pictures, save_pictures
    from precompute.studies.truth import facet_figures, row_of, sentence

    held_out = pictures(desk.options.held_out, 2 * desk.options.seed + 1, CLASSES)
    save_pictures(held_out, desk.options.out / f"{REGULAR}.zip", CLASSES)
    models = {REGULAR: desk.model, SWAPPED: _network(desk.options, SWAPPED)}
    found = _found(desk, desk.model)
    painted = {
        way: {name: _painted(desk, way, model) for name, model in models.items()}
        for way in _ways(desk.options.ways)
    }
    of_facets, lands = _facet_pictures(desk, found)
    figures = {
        "accuracy": {
            name: round(accuracy(model.net, held_out.in_order(ORDER[name])), 4)
            for name, model in models.items()
        },
        "facets": _facets_told(desk, found),
        "pictures of facets": facet_figures(found, of_facets, lands),
        "colours": {way: _colours(desk, stacks) for way, stacks in painted.items()},
        "colours by chance": round(1 / 3, 4),
    }
    tiles = []
    for row, unit in enumerate(desk.units):
        others = {
            f"{way}, {ORDER[name]}": stacks[row][0]
            for way, networks in painted.items()
            for name, stacks in networks.items()
        }
        tiles += row_of(found[row], unit, held_out, of_facets[row], others)
    return Finding(
        tiles=tiles,
        columns=len(tiles) // len(desk.units),
        figures=figures,
        said=sentence(figures),
        explained="A row is a class. First a picture of each planted facet, then the mean picture of the group that "
        f"MFV found for it, then what {FACET_PRESET} makes of that; then the class unit's pictures by each of "
        f"{', '.join(painted)}, of the network and of one that was trained on the pictures in BRG.",
    )


def _network(options: argparse.Namespace, name: str) -> LoadedModel:
    """Trained, written to --out, and loaded from there as any command does."""
    from deepvis_app.messages import ModelChoice
    from deepvis_app.models import load_model
    from precompute.rendered.net import Recipe, save_net, trained
    from precompute.rendered.planted import CLASSES, pictures
    from precompute.studies.base import StudyStoppedError

    def step(done: int, total: int) -> None:
        if done == 1:
            options.reporter.start(total, "steps", f"training {name}")
        options.reporter.advance(1, name)
        if options.stop.wait():
            raise StudyStoppedError

    these = pictures(options.each, 2 * options.seed, CLASSES).in_order(ORDER[name])
    path = options.out / f"{name}.py"
    net = trained(these, Recipe(epochs=options.epochs, seed=options.seed), step)
    save_net(net, path, [planted.name for planted in CLASSES])
    return load_model(ModelChoice(f"file:{path}", "default", options.device))


def _found(desk: Desk, model: LoadedModel, *, count: bool = False) -> list[Found]:
    """As the `facets` command groups; with `count` it is told how many facets there are."""
    from precompute.datasets import open_images
    from precompute.facets.grouping import NoFacetsError
    from precompute.facets.mapping import Rules
    from precompute.rendered.check import found_facets
    from precompute.rendered.planted import CLASSES

    images = open_images(desk.options.out / f"{REGULAR}.zip")
    seed = desk.options.seed

    def rules(planted: Planted) -> Rules:
        return Rules(len(planted.facets) if count else None, seed=seed)

    try:
        return found_facets(model, desk.layer, images, desk.units, CLASSES, rules)
    except NoFacetsError as error:
        raise OptionError(f"There are no facets: {error}; give a larger --held-out.") from error


def _facets_told(desk: Desk, found: list[Found]) -> dict[str, Any]:
    """Also of a network of random weights: what the pictures alone give away."""
    from dataclasses import replace

    import numpy as np

    from deepvis_app.models import load_model
    from precompute.rendered.check import share

    untrained = load_model(replace(desk.model.info.choice, weights="random"))
    return {
        "recovered": round(share(found), 4),
        "by chance": round(float(np.mean([one.chance for one in found])), 4),
        "recovered, told how many": round(share(_found(desk, desk.model, count=True)), 4),
        "recovered, untrained network": round(share(_found(desk, untrained)), 4),
        "classes": {one.planted.name: one.told() for one in found},
    }


def _enough(held_out: int) -> None:
    """Raises OptionError where no class has enough pictures to be grouped."""
    from precompute.facets.grouping import FEWEST
    from precompute.rendered.planted import CLASSES

    facets = min(len(planted.facets) for planted in CLASSES)
    if held_out * facets < FEWEST:
        raise OptionError(
            f"--held-out {held_out} is {held_out * facets} pictures of a class, too few for facets, which need "
            f"{FEWEST}: give {-(-FEWEST // facets)} or more."
        )


def _ways(text: str) -> list[str]:
    """Raises OptionError for what is no preset for pixels."""
    from precompute.synthesis.presets import presets_for

    ways, known = [word.strip() for word in text.split(",") if word.strip()], presets_for(codes=False)
    if not ways or (unknown := [way for way in ways if way not in known]):
        wrong = repr(unknown[0]) if ways else "nothing"
        raise OptionError(f"--ways has {wrong}; known are {', '.join(known)}.")
    return ways


def _colours(desk: Desk, by_net: dict[str, list[U8]]) -> dict[str, Any]:
    from precompute.rendered.planted import CLASSES
    from precompute.studies.truth import order_figures

    classes = [CLASSES[unit] for unit in desk.units]
    return {name: order_figures(stacks, classes, ORDER[name]) for name, stacks in by_net.items()}


def _painted(desk: Desk, name: str, model: LoadedModel) -> list[U8]:
    """A stack (seeds, h, w, 3) for each unit."""
    import numpy as np

    from precompute.studies.networks import class_layer
    from precompute.studies.painting import paint, tasks_of, way

    how = way(desk, name, None, model=model, layer=class_layer(model.info))
    painted = paint(desk, how, tasks_of(desk))
    seeds = len(desk.seeds)
    return [np.stack([one.rgb for one in painted[at : at + seeds]]) for at in range(0, len(painted), seeds)]


def _facet_pictures(desk: Desk, found: list[Found]) -> tuple[list[list[U8 | None]], list[list[int]]]:
    """For each unit and planted facet, what the group's mean picture becomes (None without a group); and for each
    unit and group, into which group that falls.
    """
    from dataclasses import replace

    from deepvis_app.messages import AM_FACET
    from precompute.facets.brushes import HOLD
    from precompute.facets.looking import Looker
    from precompute.facets.painting import Brush, Painter
    from precompute.studies.base import StudyStoppedError
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.presets import PRESETS

    preset = replace(PRESETS[FACET_PRESET], noise=0.0)
    preset = replace(preset, steps=desk.options.steps or preset.steps)
    brush = Brush(AM_FACET, Wish(preset, desk.seeds[:1], desk.options.objective), lambda rgb: rgb, HOLD)
    painter = Painter(desk.model, desk.layer, [brush], desk.stop.wait)
    looker = Looker(desk.model, desk.layer)
    rows: list[list[U8 | None]] = []
    lands: list[list[int]] = []
    desk.progress.start(len(desk.units), "classes", "pictures of facets")
    for unit, one in zip(desk.units, found, strict=True):
        made = painter.painted(unit, desk.seeds[0], one.mapped.means, one.mapped.facets)
        if made is None:
            raise StudyStoppedError
        rows.append([made[0][group].rgb if group >= 0 else None for group in one.match.group])
        lands.append(painter.landings(one.mapped.facets, made, looker)[AM_FACET])
        desk.progress.advance(1, desk.name(unit))
    return rows, lands


STUDY = Study(
    "known-truth",
    "facets, colours and a swapped channel, where all three are known",
    "Algorithm 1, and DGN-AM's section 3.5",
    add_arguments,
    run,
    classes=True,
    units=6,
    paper="MFV",
    desk=open_desk,
)
