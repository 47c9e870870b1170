"""`transfer`: one generator for networks that are not its encoder (Nguyen et al. 2016, sections 3.2 and 3.3)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_networks, add_objective

if TYPE_CHECKING:
    from precompute.studies.judging import Judge
    from precompute.studies.painting import Drawing, Painted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_generator(parser)
    add_networks(parser, "--targets", "networks to paint for, beside the --model", needed=True)
    add_objective(parser)


def run(desk: Desk) -> Finding:
    from precompute.publish.sheet import Tile
    from precompute.studies.judging import Judge
    from precompute.studies.networks import independent
    from precompute.studies.painting import open_drawing

    drawing = open_drawing(desk.options.generator)
    labels = desk.model.info.labels
    networks = [desk.model, *independent(desk.options.targets, desk)]
    judges = [Judge(network, labels) for network in networks]
    units = _known_to_all(desk, judges)
    figures, rows = {}, []
    for judge in judges:
        painted = _paint(desk, judge, units, drawing)
        figures[judge.title] = _figures(painted, judge, judges, units)
        rows.append(painted[:: len(desk.seeds)])
    tiles = [
        Tile(one.rgb, desk.name(unit), judge.title)
        for row, judge in zip(rows, judges, strict=True)
        for one, unit in zip(row, units, strict=True)
    ]
    own = [f"{title} {found['reached']:.0%}" for title, found in figures.items()]
    return Finding(
        tiles=tiles,
        columns=len(units),
        figures={
            "generator": drawing.told(),
            "classes": [desk.name(unit) for unit in units],
            "targets": figures,
        },
        said=f"Share of pictures that reach their class: {', '.join(own)}.",
        explained="A column is a class; each row is painted for another network through the same generator, the "
        f"first for {judges[0].title}.",
    )


def _known_to_all(desk: Desk, judges: list[Judge]) -> list[int]:
    """The wanted classes that every network has. Raises OptionError where there is none."""
    from precompute.options import OptionError

    units = [unit for unit in desk.units if all(judge.place(unit) is not None for judge in judges)]
    if not units:
        raise OptionError(
            "None of these classes is known to all the networks by the same name; give others with --units."
        )
    if len(units) < len(desk.units):
        desk.progress.note(
            f"{len(desk.units) - len(units)} classes are left out: not all networks have them."
        )
    return units


def _paint(desk: Desk, judge: Judge, units: list[int], drawing: Drawing) -> list[Painted]:
    from precompute.studies.networks import class_layer
    from precompute.studies.painting import DGN, paint, tasks_of, way

    layer = class_layer(judge.model.info)
    how = way(desk, DGN, drawing, model=judge.model, layer=layer)
    places = [place for unit in units if (place := judge.place(unit)) is not None]
    return paint(desk, how, tasks_of(desk, places))


def _figures(painted: list[Painted], target: Judge, judges: list[Judge], units: list[int]) -> dict[str, Any]:
    """Of the pictures for one target: the share in which the class is its strongest, and what each network sees."""
    of_each = [unit for unit in units for _ in range(len(painted) // len(units))]
    pictures = [one.rgb for one in painted]
    return {
        "network": target.told(),
        "input": list(target.model.info.input_size),
        "reached": round(sum(one.better == 0 for one in painted) / len(painted), 4),
        "failed": sum(bool(one.reason) for one in painted),
        "seen by": {judge.title: judge.verdict(judge.look(pictures), of_each).as_json() for judge in judges},
    }


STUDY = Study(
    "transfer",
    "one generator for networks that are not its encoder",
    "sections 3.2 and 3.3, Fig. 5",
    add_arguments,
    run,
    classes=True,
    units=12,
    seeds=3,
)
