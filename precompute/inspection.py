"""`status` and `verify`: what the atlases of a network hold, and whether they are sound."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.command import FAILED
from precompute.job import Job
from precompute.options import chosen_layers, load
from precompute.runner import STOPPED

if TYPE_CHECKING:
    from deepvis_app.atlas import AtlasReader
    from deepvis_app.messages import LayerInfo, ModelInfo, RunInfo


def status(options: argparse.Namespace) -> int:
    """Tell, for each atlas, how many units of which of the layers have what, and the runs that made it."""
    from deepvis_app.atlas import AtlasReader

    info = load(options).info
    layers = chosen_layers(info, options.layers)
    paths = _paths(options, info)
    for path in paths:
        with AtlasReader(path, info.fingerprint) as reader:
            _tell(options, [_headline(path, info), *_table(reader, layers), *map(_run, reader.runs())])
    options.reporter.end("done", f"{len(paths)} atlas{'es' if len(paths) > 1 else ''} of {info.title}.")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Exit status 1 when an atlas is not sound: damaged, of another network, or with a picture that does not open.

    It looks at whole files, whatever layers are named.
    """
    from deepvis_app.atlas import AtlasError, AtlasReader, AtlasTroubleError, integrity

    info = load(options).info
    found = []
    for path in _paths(options, info):
        try:
            with AtlasReader(path, info.fingerprint):  # of this network, and no newer than this program
                complaints = integrity(path, _reporting(options, path))
        except AtlasError as error:  # the answer to what was asked, where there is a file at all
            if isinstance(error, AtlasTroubleError) or not path.is_file():
                raise
            complaints = [str(error)]
        if options.stop.asked:
            options.reporter.end("stopped", "Stopped: not every picture was opened.")
            return STOPPED
        found += complaints
        told = complaints or ["sound: every picture opens"]
        _tell(options, [_headline(path, info), *(f"  {line}" for line in told)])
    if found:
        options.reporter.end(
            "failed", "1 thing is wrong." if len(found) == 1 else f"{len(found)} things are wrong."
        )
        return FAILED
    options.reporter.end("done", "Nothing is wrong.")
    return 0


def _tell(options: argparse.Namespace, lines: Iterable[str]) -> None:
    """To people as they stand, to programs as notes."""
    for line in lines:
        if options.progress == "jsonl":
            options.reporter.note(line)
        else:
            sys.stdout.write(f"{line}\n")


def _reporting(options: argparse.Namespace, path: Path) -> Callable[[int, int], bool]:
    def each(done: int, total: int) -> bool:
        if done == 1:
            options.reporter.start(total, "pictures", path.name)
        options.reporter.advance(1)
        stopped: bool = options.stop.wait()
        return stopped

    return each


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


def _table(reader: AtlasReader, layers: Sequence[LayerInfo]) -> list[str]:
    """A line a layer of which there is anything, in the network's order; a column a kind."""
    counts = reader.counts()
    kinds = sorted({kind for layer, kind in counts if any(layer == known.name for known in layers)})
    if not kinds:
        return ["  empty"]
    rows = [["layer", "units", *kinds]]
    for layer in layers:
        made = [counts.get((layer.name, kind), 0) for kind in kinds]
        if any(made):
            rows.append([layer.alias, str(layer.units), *(str(count) if count else "-" for count in made)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + _aligned(row, widths) for row in rows]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, numbers to the right."""
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _run(run: RunInfo) -> str:
    data = f" on {run.data}" if run.data else ""
    end = f"finished {_time(run.finished)}" if run.finished else "not finished (run it again to go on)"
    line = f"  run {run.number}: {run.job}{data}, seed {run.seed}, begun {_time(run.started)}, {end}"
    return "".join(letter for letter in line if letter.isprintable())  # the file may be a stranger's


def _time(text: str) -> str:
    return text[:16].replace("T", " ")


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    """Only the common ones."""


STATUS = Job("status", "what the atlases of a network hold", _no_arguments, status)
VERIFY = Job("verify", "whether the atlases of a network are sound", _no_arguments, verify)
