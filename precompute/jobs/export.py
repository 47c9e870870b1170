"""`export DIR`: the atlas as plain files."""

from __future__ import annotations

import argparse
from pathlib import Path

from precompute.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from precompute.publish.opening import add_folder, add_kinds
    from precompute.publish.pictures import FORMATS

    add_folder(parser, "where the files go")
    parser.add_argument(
        "--format", choices=FORMATS, default="png", help="both keep every pixel (default png)"
    )
    add_kinds(parser)


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped; then index.json is missing and the folder's marker says so."""
    from precompute.publish.export import COMMAND, export
    from precompute.publish.folder import OutputFolder
    from precompute.publish.opening import megabytes, open_source, reporting
    from precompute.runner import STOPPED

    source, aim = open_source(options)
    with OutputFolder(Path(options.folder), COMMAND, force=options.force) as folder:
        units = export(source, folder, options.format, reporting(aim, source, f"to {folder.path}"))
        if units is None:
            aim.progress.end("stopped", f"Stopped: {folder.path} is not whole; run it again to make it so.")
            return STOPPED
        folder.finish()
        aim.progress.end("done", f"{units} units, {megabytes(folder.size)}, in {folder.path}.")
    return 0


JOB = Job("export", "write an atlas as picture files and JSON", add_arguments, run)
