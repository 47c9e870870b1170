"""From a command's words to what is to be published."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from deepvis_app.atlas import Shelf
from deepvis_app.messages import UnitPictures
from precompute.options import OptionError, Target, target
from precompute.publish.source import Source


def add_kinds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kinds", default="all", help="kinds of pictures, e.g. am,top (default all)")


def add_folder(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("folder", metavar="DIR", help=f"{what}; a folder that this command made is renewed")
    parser.add_argument("--force", action="store_true", help="write into a folder that has other files too")


def open_source(options: argparse.Namespace) -> tuple[Source, Target]:
    """The atlas that --atlas names, or else the user's over the bundled one. Raises ModelError, OptionError."""
    aim = target(options)
    fingerprint = aim.model.info.fingerprint
    reader = Shelf(fingerprint, [aim.atlas] if options.atlas else None)
    if problem := reader.errors():
        raise OptionError(problem)
    counts = reader.counts()
    if not counts:
        raise OptionError(
            f"There is no atlas of {aim.model.info.title} with anything in it{_at(options)}: make one with "
            "deepvis-precompute am or top, or name one with --atlas."
        )
    kinds = _kinds(getattr(options, "kinds", "all"), {kind for _, kind in counts})
    return Source(aim.model.info, reader, aim.layers, aim.units, kinds), aim


def reporting(aim: Target, source: Source, what: str) -> Callable[[UnitPictures], bool]:
    """Start the progress; what it returns is to be called after every unit and says whether to stop."""
    aim.progress.start(source.total(), "units", what)

    def each(unit: UnitPictures) -> bool:
        aim.progress.advance(1, str(unit.ref))
        return aim.stop.wait()

    return each


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _at(options: argparse.Namespace) -> str:
    return f" at {options.atlas}" if options.atlas else ""


def _kinds(text: str, there: set[str]) -> tuple[str, ...]:
    if text.strip() == "all":
        return ()
    kinds = tuple(filter(None, (word.strip() for word in text.split(","))))
    absent = [kind for kind in kinds if kind not in there]
    if absent or not kinds:
        have = ", ".join(sorted(there - {"stats"})) or "none"
        raise OptionError(
            f"The atlas has no pictures of kind {', '.join(absent) or '(none named)'}; it has {have}."
        )
    return kinds
