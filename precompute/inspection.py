"""`status` and `verify`: what the atlases of a network hold, and whether they are sound."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.command import FAILED, guarded
from precompute.options import Parser, add_model, load

if TYPE_CHECKING:
    from deepvis_app.atlas import AtlasReader
    from deepvis_app.messages import ModelInfo, RunInfo


def status(words: Sequence[str]) -> int:
    """Print, for each atlas, how many units of which layer have what, and the runs that made it."""
    parser = Parser(prog="deepvis-precompute status", description="What the atlases of a network hold.")
    add_model(parser)
    options = parser.parse_args(words)
    return guarded(parser.prog, lambda: _status(options))


def verify(words: Sequence[str]) -> int:
    """Exit status 1 when an atlas is not sound: damaged, of another network, or with a picture that does not open."""
    parser = Parser(
        prog="deepvis-precompute verify", description="Whether the atlases of a network are sound."
    )
    add_model(parser)
    options = parser.parse_args(words)
    return guarded(parser.prog, lambda: _verify(options))


def _status(options: argparse.Namespace) -> int:
    from deepvis_app.atlas import AtlasReader

    info = load(options).info
    for path in _paths(options, info):
        with AtlasReader(path, info.fingerprint) as reader:
            sys.stdout.write(
                "\n".join([_headline(path, info), *_table(reader, info), *_runs(reader.runs()), ""])
            )
    return 0


def _verify(options: argparse.Namespace) -> int:
    from deepvis_app.atlas import AtlasReader, integrity

    info = load(options).info
    found = []
    for path in _paths(options, info):
        with AtlasReader(path, info.fingerprint):  # of this network, and no newer than this program
            complaints = integrity(path)
        found += complaints
        told = "\n".join(f"  {complaint}" for complaint in complaints) or "  sound: every picture opens"
        sys.stdout.write(f"{_headline(path, info)}\n{told}\n")
    return FAILED if found else 0


def _paths(options: argparse.Namespace, info: ModelInfo) -> list[Path]:
    """The atlas that was named, or all that the window would show. Raises AtlasError where there is none."""
    from deepvis_app.atlas import AtlasError, bundled_path, user_path

    if options.atlas:
        return [options.atlas]
    own, bundled = user_path(info.fingerprint), bundled_path(info.fingerprint)
    paths = [*([own] if own.exists() else []), *([bundled] if bundled else [])]
    if not paths:
        raise AtlasError(
            f"There is no atlas of {info.title} yet: make one with deepvis-precompute top or am (it would be {own})."
        )
    return paths


def _headline(path: Path, info: ModelInfo) -> str:
    return f"{path} ({path.stat().st_size / 1e6:.1f} MB), {info.title}"


def _table(reader: AtlasReader, info: ModelInfo) -> list[str]:
    """A line a layer of which there is anything, in the network's order; a column a kind."""
    counts = reader.counts()
    kinds = sorted({kind for _, kind in counts})
    if not kinds:
        return ["  empty"]
    layers = [layer for layer in info.layers if any((layer.name, kind) in counts for kind in kinds)]
    rows = [["layer", "units", *kinds]]
    for layer in layers:
        made = (counts.get((layer.name, kind), 0) for kind in kinds)
        rows.append([layer.alias, str(layer.units), *(str(count) if count else "-" for count in made)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + _aligned(row, widths) for row in rows]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, numbers to the right."""
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _runs(runs: Sequence[RunInfo]) -> list[str]:
    return [f"  {_run(run)}" for run in runs]


def _run(run: RunInfo) -> str:
    data = f" on {run.data}" if run.data else ""
    end = f"finished {_time(run.finished)}" if run.finished else "not finished (run it again to go on)"
    return f"run {run.number}: {run.job}{data}, seed {run.seed}, begun {_time(run.started)}, {end}"


def _time(text: str) -> str:
    return text[:16].replace("T", " ")
