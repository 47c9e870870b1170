"""`bundle-atlas`: make the atlas that comes with the bundled network, by running the jobs one after the other.

Tiny ImageNet's validation pictures give numbers only. The patches are cut from the built-in photographs, which may
be passed on. Broken off, it goes on where it was when it is run again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deepvis_app.files import assets_folder, cache_folder
from precompute.command import execute, guarded
from precompute.jobs import JOBS
from precompute.options import DEFAULT_MODEL, Parser, positive

PICTURED = "conv*,fc8"  # the layers whose every unit has all kinds of pictures
WIDE = "fc6,fc7"  # many units, of which each has one preferred picture


def main(words: Sequence[str]) -> int:
    """Exit status: that of the first job that did not end well, or 0."""
    parser = _parser()
    options = parser.parse_args(words)
    for command in commands(options):
        sys.stdout.write(f"deepvis-precompute {' '.join(command)}\n")
        if code := execute(JOBS[command[0]], command[1:]):
            return code
    return guarded(parser.prog, _copied(options.work, options.assets))


def commands(options: argparse.Namespace) -> list[list[str]]:
    """The jobs, in the words that a person would type."""
    common = ["--atlas", str(options.work)]
    pictured, wide = [*common, "--layers", PICTURED], [*common, "--layers", WIDE]
    return [
        ["top", "--images", str(options.validation), "--stats-only", *common],
        ["top", "--images", "photographs", "--keep-stats", "--patch", "64", *pictured],
        ["am", "--seeds", str(options.seeds), *pictured],
        ["am", "--seeds", "1", *wide],
    ]


def _copied(work: Path, assets: Path) -> Callable[[], int]:
    def copy() -> int:
        from deepvis_app.atlas import compact

        out = assets / "atlas" / f"{DEFAULT_MODEL}.atlas"
        fresh = out.with_name(f"{out.name}.new")
        fresh.unlink(missing_ok=True)
        compact(work, fresh)
        fresh.replace(out)  # the old one stays until the new one is whole
        sys.stdout.write(f"{out}: {out.stat().st_size / 1e6:.1f} MB\n")
        return 0

    return copy


def _parser() -> Parser:
    parser = Parser(
        prog="deepvis-precompute bundle-atlas", description="Make the atlas of the bundled network."
    )
    parser.add_argument(
        "validation",
        type=Path,
        metavar="VAL",
        help="Tiny ImageNet's validation pictures: a folder, also one in a zip (FILE.zip/tiny-imagenet-200/val)",
    )
    parser.add_argument(
        "--seeds", type=positive, default=4, metavar="N", help="preferred pictures a unit (default 4)"
    )
    parser.add_argument("--assets", type=Path, default=assets_folder(), help="where the result goes")
    parser.add_argument(
        "--work",
        type=Path,
        metavar="FILE",
        default=cache_folder() / f"{DEFAULT_MODEL}-bundle.atlas",
        help="the atlas that grows meanwhile (default: in your cache)",
    )
    return parser
