"""`import-2015 DIR`: the pictures of the 2015 toolbox, or of its fork, into an atlas."""

from __future__ import annotations

import argparse
from pathlib import Path

from precompute.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="DIR", type=Path,
        help="has regularized_opt, max_im and max_deconv, or layer folders with unit_0000 folders",
    )  # fmt: skip
    parser.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW",
        help="the folder OLD holds the layer NEW, e.g. fc8=fc3; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--replace",
        action="store_true",
        help="also where the atlas has pictures made otherwise (default: keep)",
    )


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped: imported units are kept."""
    from deepvis_app.atlas import AtlasReader, AtlasWriter
    from precompute.options import target
    from precompute.publish.import_2015 import JOB_NAME, Import, chosen, matched
    from precompute.publish.old_folders import scan
    from precompute.runner import chunks, conclude
    from precompute.runner import run as run_items

    aim = target(options)
    info = aim.model.info
    layers = chosen(matched(scan(options.folder), info, options.map, options.folder), aim.layers, aim.units)
    items = [
        item
        for layer, units in layers.items()
        for item in chunks(layer.name, sorted(units), max(1, len(units)))
    ]
    data = f"pictures of the 2015 toolbox in {options.folder.resolve().name}"
    run_info = aim.run_info(JOB_NAME, {"folder": str(options.folder.resolve()), "map": options.map}, data)
    with AtlasWriter(aim.atlas, info.fingerprint, info.title) as writer:
        begun = writer.begin(run_info)
        with AtlasReader(aim.atlas, info.fingerprint) as reader:
            taken = Import(layers, aim.units, reader, begun, replace=options.replace)
            outcome = run_items(items, taken.make, writer, begun, aim.progress, aim.stop)
    for sentence in taken.sentences():
        aim.progress.note(sentence)
    return conclude(outcome, aim.progress, str(aim.atlas))


JOB = Job("import-2015", "take over the pictures of the 2015 toolbox or its fork", add_arguments, run)
