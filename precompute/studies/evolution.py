"""`evolution`: the same units' pictures over the training of the network, as a strip and as a film (section S6)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_objective

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from precompute.studies.painting import Drawing, Painted
    from precompute.training.snapshots import Snapshot

COLUMNS = 12  # snapshots on the sheet; the film has all
RATE, FASTEST = 4, 60  # pictures a second


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--snapshots",
        type=Path,
        required=True,
        metavar="DIR",
        help="weights that were saved during training: train-classifier --snapshots DIR",
    )
    add_generator(parser)
    add_objective(parser)
    parser.add_argument(
        "--rate",
        type=_rate,
        default=RATE,
        metavar="N",
        help=f"of the film, pictures a second, at most {FASTEST} (default {RATE})",
    )


def run(desk: Desk) -> Finding:
    from precompute.publish.sheet import Tile
    from precompute.studies.command import spread
    from precompute.studies.film import animated, film
    from precompute.studies.painting import open_drawing
    from precompute.training.snapshots import list_snapshots

    drawing = open_drawing(desk.options.generator)
    snapshots = list_snapshots(desk.options.snapshots)
    pictures = [_painted(desk, snapshot, drawing) for snapshot in snapshots]
    shown = spread(len(snapshots), COLUMNS - 1)
    columns = [*shown, len(snapshots) - 1] if len(snapshots) > len(shown) else list(shown)
    tiles = [
        Tile(pictures[column][row].rgb, desk.name(unit), snapshots[column].in_words())
        for row, unit in enumerate(desk.units)
        for column in columns
    ]
    frames = [_frame(desk, *pair) for pair in zip(snapshots, pictures, strict=True)]
    return Finding(
        tiles=tiles,
        columns=len(columns),
        figures={
            "generator": drawing.told(),
            "snapshots": [_figures(*pair) for pair in zip(snapshots, pictures, strict=True)],
        },
        said=f"{len(snapshots)} snapshots, up to step {snapshots[-1].step}.",
        explained="A row is a unit, with the same seed at every snapshot of the training; below, the step and the "
        "share of validation pictures that the network gets right.",
        files={".avi": film(frames, desk.options.rate), ".webp": animated(frames, desk.options.rate)},
    )


def _rate(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {FASTEST}")
    return int(text)


def _painted(desk: Desk, snapshot: Snapshot, drawing: Drawing) -> list[Painted]:
    """Every unit's picture, by the first seed, for the network as it was then."""
    from deepvis_app.messages import ModelChoice
    from deepvis_app.models import load_model
    from precompute.studies.painting import DGN, Task, paint, way

    model = load_model(ModelChoice(desk.options.model, str(snapshot.path), desk.options.device))
    layer = model.info.layer(desk.layer.name)
    tasks = [Task(unit, desk.seeds[0]) for unit in desk.units]
    return paint(desk, way(desk, DGN, drawing, model=model, layer=layer, like=desk.model), tasks)


def _frame(desk: Desk, snapshot: Snapshot, painted: list[Painted]) -> U8:
    """All units at one moment; titles are padded so that all frames are of one size."""
    from precompute.publish.sheet import Tile, draw_sheet
    from precompute.studies.report import LETTERS

    tiles = [Tile(one.rgb, desk.name(one.unit)) for one in painted]
    return draw_sheet(tiles, snapshot.in_words(), size=desk.options.size, letters=LETTERS)


def _figures(snapshot: Snapshot, painted: list[Painted]) -> dict[str, Any]:
    return {
        "step": snapshot.step,
        "top1": snapshot.top1,
        "file": snapshot.path.name,
        "activation": {one.unit: round(one.activation, 4) for one in painted},
        "reached": round(sum(one.better == 0 for one in painted) / len(painted), 4),
    }


STUDY = Study(
    "evolution",
    "the same units over the training of the network",
    "section S6",
    add_arguments,
    run,
    units=8,
)
