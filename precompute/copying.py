"""`merge` and `compact`: whole atlas files into new ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from precompute.command import guarded
from precompute.options import Parser


def merge(words: Sequence[str]) -> int:
    """Exit status 0, or as `command.status_of`: atlases of several networks, a file that is there, no room."""
    parser = Parser(
        prog="deepvis-precompute merge",
        description="One atlas of all that several atlases of one network hold; pictures are not coded anew.",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the file to make")
    parser.add_argument(
        "atlases",
        type=Path,
        nargs="+",
        metavar="ATLAS",
        help="where two have the same kind of pictures of a unit, the first one's are taken",
    )
    options = parser.parse_args(words)

    def work() -> None:
        from deepvis_app.atlas import merge as merged

        merged(options.atlases, options.out)

    return guarded(parser.prog, _told(work, options.out))


def compact(words: Sequence[str]) -> int:
    """Exit status 0, or as `command.status_of`: no atlas, a file that is there, no room."""
    parser = Parser(
        prog="deepvis-precompute compact",
        description="A copy of an atlas without the room of what was replaced, also while a job writes it.",
    )
    parser.add_argument("atlas", type=Path, metavar="ATLAS", help="the file to copy")
    parser.add_argument("out", type=Path, metavar="OUT", help="the file to make")
    options = parser.parse_args(words)

    def work() -> None:
        from deepvis_app.atlas import compact as compacted

        compacted(options.atlas, options.out)

    return guarded(parser.prog, _told(work, options.out))


def _told(work: Callable[[], None], out: Path) -> Callable[[], int]:
    def run() -> int:
        work()
        sys.stdout.write(f"{out}: {out.stat().st_size / 1e6:.1f} MB\n")
        return 0

    return run
