"""`modified-data`: whether pictures show what a unit learned or what the generator likes (section 3.5)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, positive
from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_images, add_objective

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from deepvis_app.models import LoadedModel
    from precompute.publish.sheet import Tile
    from precompute.studies.painting import Drawing
    from precompute.studies.variants import Lesson

WAYS = "dgn,robust"
KINDS = "brg,cut-up,blur"
EPOCHS = 6
HELD_OUT = 20  # pictures of each class on which real ones are measured


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_images(parser, "regular pictures of the classes")
    add_generator(parser)
    add_objective(parser)
    parser.add_argument(
        "--ways", default=WAYS, metavar="NAMES", help=f"dgn and presets of am (default {WAYS})"
    )
    parser.add_argument("--kinds", default=KINDS, help=f"of modification (default {KINDS})")
    parser.add_argument(
        "--epochs", type=positive, default=EPOCHS, help=f"of fine-tuning a variant (default {EPOCHS})"
    )


def run(desk: Desk) -> Finding:
    from precompute.studies.painting import drawings

    ways = drawings(desk.options.ways, desk.options.generator)
    kinds = _kinds(desk.options.kinds)
    train, held_out = _pictures(desk)
    tiles: list[Tile] = []
    figures = {}
    for kind in kinds:
        found = _one_kind(desk, kind, train, held_out, ways)
        figures[kind] = found[0]
        tiles += found[1]
    said = " ".join(f"{kind}: {_said(kind, figures[kind]['ways'])}." for kind in kinds)
    return Finding(
        tiles=tiles,
        columns=len(desk.units),
        figures={
            "generators": [drawing.told() for drawing in ways.values() if drawing],
            "kinds": figures,
        },
        said=said,
        explained="A column is a class. For each modification: a real picture as it is and modified, then the "
        f"pictures of the unit of the regular class and of that of the modified class, by {' and by '.join(ways)}.",
        private=True,
    )


def _kinds(text: str) -> list[str]:
    """Raises OptionError for a modification that does not exist."""
    from precompute.studies.modifications import MODIFICATIONS

    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    if not kinds or (unknown := [kind for kind in kinds if kind not in MODIFICATIONS]):
        known = ", ".join(MODIFICATIONS)
        raise OptionError(f"--kinds {text!r} names {unknown[0] if kinds else 'nothing'}; known are {known}.")
    return kinds


def _pictures(desk: Desk) -> tuple[list[U8], list[U8]]:
    """Of every class a stack to train on, and one held out."""
    from precompute.datasets import open_images
    from precompute.studies.classes import ClassPictures

    pictures = ClassPictures(open_images(desk.options.images), desk.model)
    desk.progress.start(len(desk.units), "classes", "real pictures")
    train, held_out = [], []
    for unit in desk.units:
        train.append(pictures.of(unit))
        held_out.append(pictures.of(unit, held_out=True)[:HELD_OUT])
        desk.progress.advance(1, desk.name(unit))
        desk.check()
    return train, held_out


def _one_kind(
    desk: Desk, kind: str, train: list[U8], held_out: list[U8], ways: dict[str, Drawing | None]
) -> tuple[dict[str, Any], list[Tile]]:
    """A modification's figures and rows."""
    from precompute.publish.sheet import Tile
    from precompute.studies.following import MEASURES, MODIFIED, REAL, REAL_MODIFIED, REGULAR, Four
    from precompute.studies.judging import Judge

    lesson = _lesson(desk, kind, train)
    model = _variant(desk, lesson)
    sorts = {REAL: held_out, REAL_MODIFIED: [_modified(lesson, stack) for stack in held_out]}
    figures: dict[str, Any] = {"accuracy": _accuracy(model, sorts), "ways": {}}
    rows = [sorts[REAL], sorts[REAL_MODIFIED]]
    for name, drawing in ways.items():
        regular, modified = _painted(desk, model, name, drawing)
        judge = Judge(desk.model, desk.model.info.labels)
        four = Four({**sorts, REGULAR: regular, MODIFIED: modified}, desk.units, judge)
        figures["ways"][name] = MEASURES[kind](four)
        rows += [regular, modified]
    words = ["real", f"real, {kind}", *(f"{name}{end}" for name in ways for end in ("", f", {kind}"))]
    tiles = [
        Tile(stack[0], desk.name(unit), word)
        for row, word in zip(rows, words, strict=True)
        for unit, stack in zip(desk.units, row, strict=True)
    ]
    return figures, tiles


def _lesson(desk: Desk, kind: str, train: list[U8]) -> Lesson:
    import numpy as np
    import torch

    from precompute.studies.variants import Lesson

    pictures = torch.from_numpy(np.concatenate(train)).permute(0, 3, 1, 2).contiguous()
    labels = torch.cat([torch.full((len(stack),), label) for label, stack in enumerate(train)])
    return Lesson(kind, pictures, labels, desk.units)


def _variant(desk: Desk, lesson: Lesson) -> LoadedModel:
    from precompute.studies.variants import Recipe, variant

    def step(done: int, total: int) -> None:
        if done == 1:
            desk.progress.start(total, "steps", f"fine-tuning on {lesson.modification}")
        desk.progress.advance(1, lesson.modification)
        desk.check()

    recipe = Recipe(epochs=desk.options.epochs, seed=desk.options.seed)
    return variant(desk.model, lesson, [desk.name(unit) for unit in desk.units], recipe, step)


def _modified(lesson: Lesson, stack: U8) -> U8:
    import torch

    from precompute.studies.variants import modified

    planes = torch.from_numpy(stack).permute(0, 3, 1, 2)
    changed = modified(lesson, planes, torch.Generator().manual_seed(0))
    found: U8 = (changed * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return found


def _accuracy(model: LoadedModel, sorts: dict[str, list[U8]]) -> dict[str, float | int | None]:
    """Of the variant, on held-out pictures of all its classes, regular and modified."""
    from precompute.studies.judging import Judge

    judge = Judge(model, model.info.labels)
    stacks = [stack for sort in sorts.values() for stack in sort]
    units = [unit for unit, stack in enumerate(stacks) for _ in stack]
    return judge.verdict(judge.look([rgb for stack in stacks for rgb in stack]), units).as_json()


def _painted(desk: Desk, model: LoadedModel, name: str, drawing: Drawing | None) -> tuple[list[U8], list[U8]]:
    """By class, those of the units of regular classes and those of modified ones."""
    import numpy as np

    from precompute.studies.networks import class_layer
    from precompute.studies.painting import paint, tasks_of, way

    layer = class_layer(model.info)
    how = way(desk, name, drawing, model=model, layer=layer, like=desk.model)
    painted = paint(desk, how, tasks_of(desk, range(layer.units)))
    seeds, half = len(desk.seeds), len(desk.units)
    stacks = [
        np.stack([one.rgb for one in painted[start : start + seeds]])
        for start in range(0, len(painted), seeds)
    ]
    return stacks[:half], stacks[half:]


def _said(kind: str, ways: dict[str, Any]) -> str:
    from precompute.studies.following import in_a_word

    return "; ".join(f"{name}: {in_a_word(kind, figures)}" for name, figures in ways.items())


STUDY = Study(
    "modified-data",
    "pictures of units that were trained on BRG-coloured, cut-up and blurred pictures, beside regular ones",
    "section 3.5, Figs. S19 to S21",
    add_arguments,
    run,
    classes=True,
    units=10,
    seeds=3,
)
