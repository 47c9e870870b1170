"""`gallery DIR`: the atlas as a static web page."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from precompute.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from precompute.publish.opening import add_folder, add_kinds

    add_folder(parser, "where the gallery goes; open its index.html, or publish the folder")
    add_kinds(parser)
    parser.add_argument(
        "--side",
        type=_between(16, 512),
        default=160,
        help="longest side of a picture in pixels (default 160)",
    )
    parser.add_argument(
        "--quality", type=_between(1, 100), default=80, help="of the pictures, 1 to 100 (default 80)"
    )


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped; then the gallery's index.html says so."""
    from precompute.publish.folder import OutputFolder
    from precompute.publish.gallery import COMMAND, Look, build
    from precompute.publish.opening import megabytes, open_source, reporting
    from precompute.runner import STOPPED

    source, aim = open_source(options)
    with OutputFolder(Path(options.folder), COMMAND, force=options.force) as folder:
        look = Look(options.side, options.quality)
        units = build(source, folder, look, reporting(aim, source, f"to {folder.path}"))
        if units is None:
            aim.progress.end("stopped", f"Stopped: {folder.path} is not whole; run it again to make it so.")
            return STOPPED
        folder.finish()
        index = folder.path / "index.html"
        aim.progress.end("done", f"{units} units, {megabytes(folder.size)}; open {index}.")
    return 0


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    return number


JOB = Job("gallery", "make a web gallery of an atlas", add_arguments, run)
