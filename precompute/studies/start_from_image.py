"""`start-from-image`: DGN-AM that starts at a real picture's code instead of at noise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_objective

if TYPE_CHECKING:
    from deepvis_app.messages import F32, U8
    from precompute.publish.sheet import Tile
    from precompute.studies.painting import Drawing, Painted

PHOTOGRAPHS = ("coffee", "chelsea", "flower", "rocket")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_generator(parser)
    add_objective(parser)
    parser.add_argument(
        "--from",
        dest="pictures",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help=f"pictures to start from (default: the photographs {', '.join(PHOTOGRAPHS)})",
    )


def run(desk: Desk) -> Finding:
    from precompute.publish.sheet import Tile
    from precompute.studies.painting import open_drawing
    from precompute.studies.values import values_at
    from precompute.synthesis.natural import code_of

    drawing = open_drawing(desk.options.generator)
    tiles: list[Tile] = []
    figures = []
    rises: list[float] = []
    for name, rgb in _pictures(desk).items():
        shown = desk.model.preprocess.pixels(rgb)
        code = code_of(rgb, drawing.generator, drawing.card, desk.model)
        rebuilt = _drawn(desk, drawing, code)
        painted = _painted(desk, drawing, code)
        before = values_at(desk.model, desk.layer, [shown, rebuilt])
        tiles += [Tile(shown, name, "the picture"), Tile(rebuilt, name, "from its code")]
        tiles += [
            Tile(one.rgb, desk.name(one.unit), f"{before[1, one.unit]:.1f} to {one.shown:.1f}")
            for one in painted
        ]
        units = [_figures(desk, one, before[:, one.unit]) for one in painted]
        rises += [one.shown - float(before[1, one.unit]) for one in painted]
        figures.append({"picture": name, "units": units})
    return Finding(
        tiles=tiles,
        columns=2 + len(desk.units),
        figures={"generator": drawing.told(), "pictures": figures},
        said=f"A unit's value rises by {sum(rises) / len(rises):.2f} on average.",
        explained="A row is a picture: as it is, drawn from its code, and then changed for each unit; below, the "
        "unit's value before and after.",
        private=bool(desk.options.pictures),
    )


def _pictures(desk: Desk) -> dict[str, U8]:
    from deepvis_app.render.pictures import read_picture
    from deepvis_app.render.samples import sample

    if desk.options.pictures:
        return {path.stem: read_picture(path) for path in desk.options.pictures}
    return {name: sample(name) for name in PHOTOGRAPHS}


def _drawn(desk: Desk, drawing: Drawing, code: F32) -> U8:
    """What the generator draws from a code."""
    import torch

    from precompute.synthesis.display import as_bytes, as_rgb

    painter = drawing.generator.to(desk.model.device)
    with torch.no_grad():
        drawn = painter(torch.from_numpy(code)[None].to(desk.model.device))
    return as_rgb(as_bytes(drawn.clamp(0, 1))[0])


def _painted(desk: Desk, drawing: Drawing, code: F32) -> list[Painted]:
    from precompute.studies.painting import DGN_START, Task, paint, way

    tasks = [Task(unit, desk.seeds[0]) for unit in desk.units]
    return paint(desk, way(desk, DGN_START, drawing, first=code), tasks)


def _figures(desk: Desk, painted: Painted, before: Any) -> dict[str, Any]:
    return {
        "unit": painted.unit,
        "name": desk.name(painted.unit),
        "the picture": round(float(before[0]), 3),
        "drawn from its code": round(float(before[1]), 3),
        "after": round(painted.shown, 3),
        "stronger units after": painted.better,
    }


STUDY = Study(
    "start-from-image",
    "DGN-AM that starts at a real picture's code",
    "released code, 3_start_from_real_image",
    add_arguments,
    run,
    units=6,
)
