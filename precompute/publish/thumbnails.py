"""Small pictures of a layer's units in a few sheets, and of all layers in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from deepvis_app.messages import U8
from precompute.publish.facts import Json
from precompute.publish.folder import OutputFolder
from precompute.publish.names import file_names
from precompute.publish.pictures import encode_small, fitted, square
from precompute.publish.source import ordered

SIDE = 64  # pixels; less where a layer's pictures are smaller
_SMALLEST = 16
_COLUMNS = 32
_IN_A_SHEET = _COLUMNS * _COLUMNS  # 2176 pixels on a side: within every browser's and WebP's limits
_EDGE = (
    2  # pixels by which a tile is continued on all sides, so that a scaled one does not show its neighbours
)
_PREVIEWS = 12
_BACKGROUND = (128, 128, 128)


class Thumbnails:
    """Rank 0 of every unit of one layer, by kind."""

    def __init__(self) -> None:
        self._pictures: dict[str, dict[int, U8]] = {}

    def add(self, kind: str, unit: int, rgb: U8) -> None:
        self._pictures.setdefault(kind, {})[unit] = fitted(rgb, SIDE)

    def counts(self) -> dict[str, int]:
        """How many units have pictures of a kind."""
        return {kind: len(self._pictures[kind]) for kind in ordered(self._pictures)}

    def first(self) -> list[U8]:
        """A few of the first kind, evenly spread over the units."""
        if not self._pictures:
            return []
        pictures = list(self._pictures[ordered(self._pictures)[0]].values())
        return pictures[:: -(-len(pictures) // _PREVIEWS)]

    def write(self, folder: OutputFolder, stem: str, quality: int) -> Json:
        """Write the sheets; returns, by kind, which units they show in which order, and how they are laid out."""
        names = file_names(self._pictures)
        told: Json = {}
        for kind in ordered(self._pictures):
            pictures = self._pictures[kind]
            side = _side(pictures.values())
            files = []
            tiles = [square(rgb, side, _BACKGROUND) for rgb in pictures.values()]
            for start in range(0, len(tiles), _IN_A_SHEET):
                files.append(f"{stem}-{names[kind]}-{start // _IN_A_SHEET}.webp")
                folder.write(files[-1], encode_small(_sheet([tiles[start : start + _IN_A_SHEET]]), quality))
            told[kind] = {
                "units": list(pictures),
                "in_a_sheet": _IN_A_SHEET,
                "files": files,
                **_laid_out(side),
            }
        return told


def preview_sheet(layers: Sequence[Sequence[U8]]) -> tuple[U8 | None, Json]:
    """One row of tiles a layer, and how they are laid out; no sheet where there is no picture."""
    if not any(layers):
        return None, {}
    rows = [[square(rgb, SIDE, _BACKGROUND) for rgb in layer] for layer in layers]
    return _sheet(rows, every_row=True), {"counts": [len(row) for row in rows], **_laid_out(SIDE)}


def _laid_out(side: int) -> Json:
    return {"tile": side, "edge": _EDGE, "columns": _COLUMNS}


def _side(pictures: Iterable[U8]) -> int:
    """The tile of a layer: as large as its largest picture, within limits."""
    largest: int = max(max(rgb.shape[:2]) for rgb in pictures)
    return min(SIDE, max(_SMALLEST, largest))


def _sheet(rows: Sequence[Sequence[U8]], *, every_row: bool = False) -> U8:
    """Tiles at a pitch of their side and two edges; a row of more than _COLUMNS goes on below."""
    lines = [
        row[start : start + _COLUMNS]
        for row in rows
        for start in range(0, max(len(row), 1 if every_row else 0), _COLUMNS)
    ]
    side = next(rgb.shape[0] for line in lines for rgb in line)
    pitch = side + 2 * _EDGE
    sheet = np.full((len(lines) * pitch, max(map(len, lines)) * pitch, 3), 128, np.uint8)
    for y, line in enumerate(lines):
        for x, rgb in enumerate(line):
            grown = np.pad(rgb, [(_EDGE, _EDGE), (_EDGE, _EDGE), (0, 0)], mode="edge")
            sheet[y * pitch : (y + 1) * pitch, x * pitch : (x + 1) * pitch] = grown
    return sheet
