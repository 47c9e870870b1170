"""`code-layers`: which layer's code makes the best pictures (Nguyen et al. 2016, section 3.1)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError
from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_judges, add_objective
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR

if TYPE_CHECKING:
    from precompute.publish.sheet import Tile
    from precompute.studies.judging import Judge
    from precompute.studies.painting import Painted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generators",
        nargs="+",
        default=[DEFAULT_GENERATOR],
        metavar="NAME|FILE",
        help="of several layers, e.g. dgn64-fc6 dgn64-pool5",
    )
    add_judges(parser)
    add_objective(parser)


def run(desk: Desk) -> Finding:
    from precompute.publish.sheet import Tile
    from precompute.studies.judging import Judge
    from precompute.studies.networks import independent
    from precompute.studies.painting import DGN, open_drawing, paint, tasks_of, way

    drawings = [open_drawing(name) for name in desk.options.generators]
    judges = [Judge(model, desk.model.info.labels) for model in independent(desk.options.judge, desk)]
    names = [drawing.name for drawing in drawings]
    if len(set(names)) < len(names):
        raise OptionError(
            f"--generators has two of one name among {', '.join(names)}; rename one of the files."
        )
    tiles: list[Tile] = []
    figures = {}
    for drawing in drawings:
        painted = paint(desk, way(desk, DGN, drawing), tasks_of(desk))
        tiles += [Tile(one.rgb, desk.name(one.unit), drawing.name) for one in painted[:: len(desk.seeds)]]
        figures[drawing.name] = {"generator": drawing.told(), **_figures(painted, judges)}
    said = ", ".join(f"{name} {found['reached']:.0%}" for name, found in figures.items())
    return Finding(
        tiles=tiles,
        columns=len(desk.units),
        figures={"judges": {judge.title: judge.told() for judge in judges}, "generators": figures},
        said=f"Share of pictures in which no other unit of the layer is stronger: {said}.",
        explained="A row is a generator, which inverts one layer's code; a column is a unit.",
    )


def _figures(painted: list[Painted], judges: list[Judge]) -> dict[str, Any]:
    """How well the units are reached, what judges see, and how repetitive and how sharp the pictures are."""
    import numpy as np

    from precompute.studies.measures import repetition, sharpness

    pictures = [one.rgb for one in painted]
    stack, units = np.stack(pictures), [one.unit for one in painted]
    return {
        "reached": round(sum(one.better == 0 for one in painted) / len(painted), 4),
        "failed": sum(bool(one.reason) for one in painted),
        "judges": {judge.title: judge.verdict(judge.look(pictures), units).as_json() for judge in judges},
        "repetition": round(float(repetition(stack).mean()), 4),
        "sharpness": round(float(sharpness(stack).mean()), 4),
    }


STUDY = Study(
    "code-layers",
    "the same units through generators that invert different layers",
    "Fig. S13",
    add_arguments,
    run,
    units=12,
)
