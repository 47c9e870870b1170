"""`memorisation`: is a DGN-AM picture a copy? Its nearest training pictures of the same class (Fig. S22)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_images, add_objective

if TYPE_CHECKING:
    from deepvis_app.messages import U8, LayerInfo
    from precompute.publish.sheet import Tile
    from precompute.studies.classes import ClassPictures
    from precompute.studies.painting import Painted

PIXELS = "pixels"
_LEARNED = ("Conv2d", "Linear")
_SPACES = 8  # layers that are compared, unless others are named


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_images(parser, "the training pictures")
    add_generator(parser)
    add_objective(parser)
    parser.add_argument(
        "--spaces",
        default="",
        metavar="LAYERS",
        help="code spaces (default: the layers with weights, at most 8)",
    )


def run(desk: Desk) -> Finding:
    from precompute.datasets import open_images
    from precompute.studies.classes import ClassPictures
    from precompute.studies.painting import DGN, open_drawing, paint, tasks_of, way

    pictures = ClassPictures(open_images(desk.options.images), desk.model)
    pictures.require(desk.units)
    spaces = _spaces(desk)
    drawing = open_drawing(desk.options.generator)
    painted = paint(desk, way(desk, DGN, drawing), tasks_of(desk))
    desk.progress.start(len(painted), "pictures", "nearest training pictures")
    tiles: list[Tile] = []
    rows = []
    for one in painted:
        row, of_row = _row(desk, one, pictures, spaces)
        rows.append(row)
        tiles += of_row
        desk.progress.advance(1, desk.name(one.unit))
        desk.check()
    names = [PIXELS, *(space.alias for space in spaces)]
    middle = {name: _middle([row["nearest"][name]["relative"] for row in rows]) for name in names}
    return Finding(
        tiles=tiles,
        columns=1 + len(names),
        figures={"generator": drawing.told(), "relative distance, median": middle, "pictures": rows},
        said=f"Median over the pictures: {', '.join(f'{name} {value:.2f}' for name, value in middle.items())}.",
        explained="Left a DGN-AM picture, then the training picture of the same class that is nearest to it in pixels "
        "and in each layer's code. The number is its distance over the usual distance of a training picture to its "
        "own nearest: a copy would be near 0.",
        private=True,
    )


def _spaces(desk: Desk) -> list[LayerInfo]:
    from precompute.options import chosen_layers
    from precompute.studies.command import spread

    if desk.options.spaces:
        return list(chosen_layers(desk.model.info, desk.options.spaces))
    learned = [layer for layer in desk.model.info.layers if layer.units and layer.kind in _LEARNED]
    return [learned[k] for k in spread(len(learned), _SPACES)]


def _row(
    desk: Desk, painted: Painted, pictures: ClassPictures, spaces: list[LayerInfo]
) -> tuple[dict[str, Any], list[Tile]]:
    """A picture's nearest ones in every space, as figures and as tiles."""
    import numpy as np

    from precompute.publish.sheet import Tile
    from precompute.studies.measures import nearest

    files, real = pictures.named(painted.unit)
    shown = np.concatenate([desk.model.preprocess.pixels(painted.rgb)[None], real])
    tiles = [Tile(painted.rgb, desk.name(painted.unit), "DGN-AM")]
    found = {}
    for name, codes in _codes(desk, shown, spaces):
        index, distance, relative = nearest(codes[0], codes[1:])
        found[name] = {
            "picture": files[index],
            "distance": round(distance, 4),
            "relative": round(relative, 4),
        }
        tiles.append(Tile(real[index], name, f"{relative:.2f}"))
    row = {"unit": painted.unit, "name": desk.name(painted.unit), "seed": painted.seed, "real": len(real)}
    return {**row, "nearest": found}, tiles


def _codes(desk: Desk, shown: U8, spaces: list[LayerInfo]) -> Any:
    """The space's name and the codes (N, D) of the pictures, space by space, since one may be large."""
    import numpy as np

    from precompute.studies.codes import codes_of

    yield PIXELS, shown.reshape(len(shown), -1).astype(np.float32) / 255
    for space in spaces:
        yield space.alias, codes_of(desk.model, space, shown)


def _middle(values: list[float]) -> float:
    import statistics

    return round(statistics.median(values), 4)


STUDY = Study(
    "memorisation",
    "the nearest training pictures of the same class, in pixels and in each layer's code",
    "Fig. S22",
    add_arguments,
    run,
    classes=True,
    units=12,
)
