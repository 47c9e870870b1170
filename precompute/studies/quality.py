"""`quality`: do networks that had no part in it see the class? DGN-AM side by side with AM by every preset."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_images, add_judges, add_objective

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from precompute.studies.judging import Judge
    from precompute.studies.painting import Painted

WAYS = "dgn,robust,A,B,C,D,none"
COLUMNS = 12  # classes on the sheet
REAL = "real"
_REAL_PICTURES = 20  # of each class


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_generator(parser)
    add_judges(parser, needed=True)
    add_objective(parser)
    add_images(parser, "what the judges say of real pictures, to compare", needed=False)
    parser.add_argument(
        "--ways", default=WAYS, metavar="NAMES", help=f"dgn and presets of am (default {WAYS})"
    )


def run(desk: Desk) -> Finding:
    from precompute.studies.judging import Judge
    from precompute.studies.networks import independent
    from precompute.studies.painting import drawings, paint, tasks_of, way

    labels = desk.model.info.labels
    chosen = drawings(desk.options.ways, desk.options.generator)
    own = Judge(desk.model, labels)
    judges = [Judge(model, labels) for model in independent(desk.options.judge, desk)]
    real = _real(desk) if desk.options.images else None
    painted = {
        name: paint(desk, way(desk, name, drawing), tasks_of(desk)) for name, drawing in chosen.items()
    }
    figures: dict[str, Any] = {
        name: {
            "failed": sum(bool(one.reason) for one in of_way),
            **_figures(desk, _split(of_way), own, judges),
        }
        for name, of_way in painted.items()
    }
    if real is not None:
        figures[REAL] = _figures(desk, real, own, judges)
    return Finding(
        tiles=_tiles(desk, painted, judges[0]),
        columns=min(len(desk.units), COLUMNS),
        figures={
            "generators": [drawing.told() for drawing in chosen.values() if drawing],
            "judges": {judge.title: judge.told() for judge in judges},
            "ways": figures,
        },
        said=_said(figures, judges[0]),
        explained=f"A column is a class, the rows are {', '.join(painted)}; below each picture, "
        f"what {judges[0].title} sees in it.",
    )


def _split(painted: Sequence[Painted]) -> tuple[list[U8], list[int]]:
    return [one.rgb for one in painted], [one.unit for one in painted]


def _real(desk: Desk) -> tuple[list[U8], list[int]]:
    """Held-out pictures of every class."""
    from precompute.datasets import open_images
    from precompute.studies.classes import ClassPictures

    pictures = ClassPictures(open_images(desk.options.images), desk.model)
    desk.progress.start(len(desk.units), "classes", "real pictures")
    found: list[U8] = []
    units: list[int] = []
    for unit in desk.units:
        of_unit = pictures.of(unit, held_out=True)[:_REAL_PICTURES]
        found += list(of_unit)
        units += [unit] * len(of_unit)
        desk.progress.advance(1, desk.name(unit))
        desk.check()
    return found, units


def _figures(
    desk: Desk, shown: tuple[list[U8], list[int]], own: Judge, judges: Sequence[Judge]
) -> dict[str, Any]:
    """The share that the network itself and each judge get right, and how different the pictures of a class are."""
    import numpy as np

    from precompute.studies.measures import feature_spread, pixel_spread

    pictures, units = shown
    judged, different = {}, {"pixels": round(pixel_spread(np.stack(pictures), units), 4)}
    for judge in judges:
        desk.check()
        seen = judge.look(pictures)
        judged[judge.title] = judge.verdict(seen, units).as_json()
        different[judge.title] = round(feature_spread(seen.features, units), 4)
    itself = own.verdict(own.look(pictures), units).as_json()
    return {"itself": itself, "judges": judged, "diversity": different}


def _tiles(desk: Desk, painted: dict[str, list[Painted]], judge: Judge) -> list[Any]:
    """The first seed's picture of some classes, a column each, by every way."""
    from precompute.publish.sheet import Tile
    from precompute.studies.command import spread

    chosen = spread(len(desk.units), COLUMNS)
    picked = [painted[name][column * len(desk.seeds)] for name in painted for column in chosen]
    best = judge.best(judge.look([one.rgb for one in picked]))
    return [Tile(one.rgb, desk.name(one.unit), seen) for one, seen in zip(picked, best, strict=True)]


def _said(figures: dict[str, Any], judge: Judge) -> str:
    def top1(name: str) -> float:
        return figures[name]["judges"][judge.title]["top1"] or 0.0

    parts = [f"{name} {top1(name):.1%}" for name in figures]
    return f"{judge.title} has the class first: {', '.join(parts)}."


STUDY = Study(
    "quality",
    "the share of class pictures that an independent network gets right, by DGN-AM and by every AM preset",
    "section 2",
    add_arguments,
    run,
    classes=True,
    units=1000,
    seeds=3,
)
