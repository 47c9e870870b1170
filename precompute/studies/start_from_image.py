"""`start-from-image`: DGN-AM that starts at a real picture's code instead of at noise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError
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

    drawing = open_drawing(desk.options.generator)
    _check(desk, drawing)
    tiles: list[Tile] = []
    figures = []
    rises: list[float] = []
    for name, rgb in _pictures(desk).items():
        shown = desk.model.preprocess.pixels(rgb)
        code, rebuilt = _coded(desk, drawing, shown)
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


def _check(desk: Desk, drawing: Drawing) -> None:
    """Raises OptionError for another network's generator."""
    if not drawing.inverts(desk.model):
        raise OptionError(
            f"{drawing.name} does not invert a layer of {desk.model.info.title} with these weights, so that a picture "
            "has no code for it; choose its own network with --model."
        )


def _coded(desk: Desk, drawing: Drawing, shown: U8) -> tuple[F32, U8]:
    """The picture's code, and what the generator draws from it."""
    import torch

    from precompute.generators.encoder import Encoder
    from precompute.synthesis.display import as_bytes, as_rgb

    pictures = torch.from_numpy(shown.copy()).permute(2, 0, 1)[None].to(desk.model.device) / 255
    with torch.no_grad():
        code = Encoder(desk.model, drawing.card["encoder"]["layer"])(pictures).code
        drawn = drawing.generator.to(desk.model.device)(code).clamp(0, 1)
    return code[0].float().cpu().numpy(), as_rgb(as_bytes(drawn)[0])


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
