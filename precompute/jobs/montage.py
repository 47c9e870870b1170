"""`montage --layer conv5 --kind am OUT.png`: one picture for every unit of a layer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.job import Job

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo
    from precompute.publish.sheet import Tile
    from precompute.publish.source import Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT.png", type=Path, help="the file to write; .png or .webp")
    parser.add_argument("--layer", required=True, help="name or alias, e.g. conv5")
    parser.add_argument("--kind", default="am", help="of pictures (default am)")
    parser.add_argument(
        "--rank", type=_at_least(0), default=0, help="which of the nine (default 0, the best)"
    )
    parser.add_argument("--columns", type=_at_least(1), help="default: a sheet a little wider than high")
    parser.add_argument("--size", type=_at_least(8), default=96, help="of a picture in pixels (default 96)")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: then nothing is written."""
    from deepvis_app.files import atomic_write
    from precompute.options import OptionError
    from precompute.publish.opening import open_source
    from precompute.publish.pictures import FORMATS, encode_exact
    from precompute.publish.sheet import SheetError, draw_sheet
    from precompute.publish.source import kind_title
    from precompute.runner import STOPPED

    kind = next((kind for kind in FORMATS if options.out.suffix.lower() == f".{kind}"), None)
    if kind is None:
        raise OptionError(f"{options.out.name}: a sheet is a .png or a .webp file.")
    options.layers, options.kinds = options.layer, options.kind
    source, aim = open_source(options)
    if len(source.layers) != 1:
        names = ", ".join(layer.alias for layer in source.layers)
        raise OptionError(f"--layer {options.layer} means several layers ({names}); name one.")
    layer = source.layers[0]
    aim.progress.start(source.total(), "units", f"{layer.alias}, {options.kind}")
    tiles = _tiles(source, layer, options)
    if aim.stop.asked:
        aim.progress.end("stopped", "Stopped: nothing was written.")
        return STOPPED
    title = f"{source.info.title}, {layer.alias}: {kind_title(options.kind)}"
    try:
        sheet = draw_sheet(tiles, title, _footer(source, tiles), columns=options.columns, size=options.size)
    except SheetError as error:
        raise OptionError(str(error)) from error
    with atomic_write(options.out) as file:
        file.write(encode_exact(sheet, kind))
    height, width = sheet.shape[:2]
    aim.progress.end("done", f"{len(tiles)} units, {width} x {height} pixels, in {options.out}.")
    return 0


def _tiles(source: Source, layer: LayerInfo, options: argparse.Namespace) -> list[Tile]:
    """One for every unit that was asked for; raises OptionError where none of them has the picture."""
    from precompute.options import OptionError
    from precompute.publish.sheet import Tile

    found = {}
    for unit in source.units(layer):
        options.reporter.advance(1, str(unit.ref))
        for picture in unit.pictures.get(options.kind, ()):
            if picture.rank == options.rank:
                found[unit.ref.unit] = picture.rgb
        if options.stop.wait():
            return []
    if not found:
        raise OptionError(
            f"The atlas has no {options.kind} pictures of rank {options.rank} in {layer.alias}."
        )
    return [Tile(found.get(unit), str(unit), source.label(layer, unit)) for unit in source.wanted[layer.name]]


def _footer(source: Source, tiles: list[Tile]) -> str:
    missing = sum(tile.rgb is None for tile in tiles)
    left_out = f"; {missing} units have no picture (grey)" if missing else ""
    return f"weights {source.info.fingerprint[:12]}, made with DeepVis{left_out}"


def _at_least(low: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f"{value} is less than {low}")
        return value

    return number


JOB = Job("montage", "draw one picture of every unit of a layer on a sheet", add_arguments, run)
