"""Where the 2015 toolbox and its fork keep their pictures: found files, by layer, unit and kind."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MONTAGES = {"regularized_opt": "am", "max_im": "top", "max_deconv": "deconv"}  # folder -> kind
_MONTAGE = re.compile(r".+_(\d{4,})(_montage)?\.(jpe?g|png)", re.IGNORECASE)
_UNIT = re.compile(r"unit_(\d{4,})")
_SINGLE = {
    "am": re.compile(r"opt_(\d+)_seed(\d+)_best_X\.(?:jpe?g|png)", re.IGNORECASE),
    "top": re.compile(r"maxim_(\d+)\.(?:jpe?g|png)", re.IGNORECASE),
    "deconv": re.compile(r"deconv_(\d+)\.(?:jpe?g|png)", re.IGNORECASE),
}
INFO = "info.txt"


@dataclass(frozen=True)
class Files:
    """One kind of pictures of one unit: a montage, or single files with their ranks."""

    kind: str
    paths: tuple[Path, ...]
    ranks: tuple[int, ...] = ()
    montage: bool = False
    quadrant: bool = False  # the bottom-left one of 2x2 blocks is meant
    seeds: tuple[int, ...] = ()
    info: Path | None = None  # facts of "top" and what belongs to it


@dataclass(frozen=True)
class Fact:
    """A line of info.txt: one of the images that excite a unit most."""

    value: float
    source: str
    position: tuple[int, int] | None  # row, column in the unit's map


OldLayers = Mapping[str, Mapping[int, Mapping[str, Files]]]  # layer as the folder is called -> unit -> kind


def scan(root: Path) -> OldLayers:
    """All that lies below `root`, or below its `unit_jpg_vis`, in any of the layouts; layers sorted by name.

    The fork calls guided backprop "deconv": its pictures are of kind "guided".
    """
    base = root / "unit_jpg_vis" if (root / "unit_jpg_vis").is_dir() else root
    found: dict[str, dict[int, dict[str, Files]]] = {}
    for folder, _, names in sorted(os.walk(base)):
        parts = Path(folder).relative_to(base).parts
        for layer, unit, files in _in_folder(Path(folder), parts, sorted(names), base.name):
            found.setdefault(layer, {}).setdefault(unit, {})[files.kind] = files
    return found


def read_info(path: Path) -> list[Fact]:
    """The lines of an info.txt, best first; what cannot be read ends the list.

    A line is "spatial value ints... filename"; how many integers stand between is told by the first line, and
    layers without maps leave the position out.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    header = re.sub(r"\(.*?\)", "", lines[0]).split() if lines and lines[0].startswith("#") else []
    integers = len(header) - 4 if header else 4  # without "#", flag, value and filename
    facts = []
    for line in lines[1 if header else 0 :]:
        fact = _fact(line, integers)
        if fact is None:
            break
        facts.append(fact)
    return facts


def _fact(line: str, integers: int) -> Fact | None:
    try:
        spatial = line.split(maxsplit=1)[0] == "1"
        count = integers if spatial else integers - 2
        words = line.split(maxsplit=2 + count)
        value, numbers = float(words[1]), [int(word) for word in words[2 : 2 + count]]
        position = (numbers[-2], numbers[-1]) if spatial else None
        return Fact(value, words[2 + count].strip(), position)
    except (IndexError, ValueError):
        return None


def _in_folder(
    folder: Path, parts: tuple[str, ...], names: list[str], base: str
) -> Iterator[tuple[str, int, Files]]:
    if len(parts) > 1 and parts[0] in MONTAGES:
        kind = MONTAGES[parts[0]]
        for name in names:
            if match := _MONTAGE.fullmatch(name):
                quadrant = match[2] is not None
                files = Files(kind, (folder / name,), montage=True, quadrant=quadrant)
                yield "/".join(parts[1:]), int(match[1]), files
    elif parts and (match := _UNIT.fullmatch(parts[-1])):
        layer = "/".join(parts[:-1]) or base
        yield from ((layer, int(match[1]), files) for files in _single_files(folder, names))


def _single_files(folder: Path, names: list[str]) -> Iterator[Files]:
    hits = {kind: [m for m in map(form.fullmatch, names) if m] for kind, form in _SINGLE.items()}
    info = folder / INFO if INFO in names else None
    guided = bool(hits["am"]) or (info is not None and _by_fork(info))
    for kind, matches in hits.items():
        if matches:
            matches.sort(key=lambda match: int(match[1]))
            paths = tuple(folder / match[0] for match in matches)
            ranks = tuple(int(match[1]) for match in matches)
            if kind == "am":
                yield Files(kind, paths, ranks, seeds=tuple(int(match[2]) for match in matches))
            else:
                yield Files("guided" if kind == "deconv" and guided else kind, paths, ranks, info=info)


def _by_fork(info: Path) -> bool:
    """Only the fork knows networks with two inputs."""
    try:
        with info.open(encoding="utf-8", errors="replace") as file:
            return "selected_input_index" in file.readline()
    except OSError:
        return False
