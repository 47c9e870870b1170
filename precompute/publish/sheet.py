"""One labelled picture for every unit of a layer (Yosinski et al. 2015, Fig. S1)."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from deepvis_app.messages import U8
from precompute.publish.pictures import square

PAPER, INK, FAINT = (255, 255, 255), (20, 20, 20), (130, 130, 130)
MISSING = (236, 236, 236)
LARGEST = 30_000  # pixels on a side; more is hardly ever opened
_GAP = 4
_MARGIN = 12
_LETTERS = 0.16
_Font = ImageFont.ImageFont | ImageFont.FreeTypeFont
_Line = tuple[str, tuple[int, int, int]]  # words and their ink


@dataclass(frozen=True)
class Tile:
    """One unit's place: its picture (RGB (H, W, 3), or None), and below it its name, and perhaps one line more.

    `beside`, of the first tile of a row, are lines at the row's left, the first of which names it. `above` is a line
    above the picture with which a block of columns begins: it runs over its neighbours as far as the next block, and
    there is more room between blocks.
    """

    rgb: U8 | None
    name: str
    more: str = ""
    beside: tuple[str, ...] = ()
    above: str = ""


class SheetError(ValueError):
    """The picture would be too large; the message says what to change."""


def draw_sheet(
    tiles: Sequence[Tile],
    title: str,
    footer: str = "",
    *,
    columns: int | None = None,
    size: int = 96,
    explained: str = "",
    letters: float = _LETTERS,
) -> U8:
    """RGB (H, W, 3) with all tiles row by row, `size` pixels on a side each, under a title.

    `explained` stands below the title, in as many lines as it takes. `letters` is the height of the labels' letters
    as a share of `size`. Without `columns` the sheet is about 1.4 times as wide as high. Raises SheetError over
    LARGEST pixels.
    """
    columns = min(columns or _wide(len(tiles)), len(tiles))
    beside = [tile.beside for tile in tiles[::columns]]
    small = ImageFont.load_default(max(9, round(size * letters)))
    large = ImageFont.load_default(max(16, round(size * letters * 1.5)))
    line = _line_height(small)
    room = max([round(small.getlength(words)) + 3 * _GAP for told in beside for words in told], default=0)
    labels = [_label(tile, size, small) for tile in tiles]
    cuts = range(0, len(tiles), columns)
    rows = [_row(tiles[at : at + columns], labels[at : at + columns], size, line) for at in cuts]
    begins = {at % columns for at, tile in enumerate(tiles) if tile.above}
    lefts = _lefts(columns, room, size, begins)
    foot = _MARGIN + (line + _GAP if footer else 0)
    grid = lefts[-1] + size
    width = max(grid, round(large.getlength(title)), round(small.getlength(footer)))
    told = _wrapped(explained, width, small)
    head = 2 * _MARGIN + _line_height(large) + len(told) * line
    tops = [head + sum(height for _, height in rows[:k]) for k in range(len(rows) + 1)]
    extent = (width + 2 * _MARGIN, tops[-1] + foot)
    _check(extent)
    sheet = Image.new("RGB", extent, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, INK, large)
    _draw_lines(draw, [(one, FAINT) for one in told], (_MARGIN, _MARGIN + _line_height(large)), small)
    for row, words in enumerate(beside):
        _draw_lines(draw, _named(words), (_MARGIN, tops[row] + rows[row][0]), small)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        left, top = _MARGIN + lefts[column], tops[row] + rows[row][0]
        end = min((lefts[k] - _MARGIN for k in begins if k > column), default=grid)
        draw.text((left, tops[row] + _MARGIN), _shortened(tile.above, end - lefts[column], small), INK, small)
        _draw_picture(sheet, tile.rgb, (left, top), size)
        _draw_lines(draw, labels[index], (left, top + size), small)
    draw.text((_MARGIN, extent[1] - foot), footer, FAINT, small)
    return np.asarray(sheet)


def _named(words: Sequence[str]) -> list[_Line]:
    """Of lines that belong together the first is the name."""
    return [(one, FAINT if index else INK) for index, one in enumerate(words)]


def _lefts(columns: int, room: int, size: int, begins: set[int]) -> list[int]:
    """Where each column's pictures begin, beside `room` pixels of words: there is more room before a new block."""
    inner = sorted(begins - {0})
    return [room + k * (size + _GAP) + _MARGIN * bisect(inner, k) for k in range(columns)]


def _row(tiles: Sequence[Tile], labels: Sequence[Sequence[_Line]], size: int, line: int) -> tuple[int, int]:
    """A row's height above its pictures, and in all: lines that no tile has take no room."""
    above = _MARGIN + line if any(tile.above for tile in tiles) else 0
    below = max(map(len, labels))
    beside = max(len(tile.beside) for tile in tiles)
    return above, above + max(size + below * line, beside * line) + _GAP


def _check(extent: tuple[int, int]) -> None:
    if max(extent) > LARGEST:
        raise SheetError(
            f"The sheet would have {extent[0]} x {extent[1]} pixels, more than {LARGEST} on a side; "
            "choose a smaller --size, other --columns, or fewer --units."
        )


def _draw_lines(draw: ImageDraw.ImageDraw, lines: Sequence[_Line], at: tuple[int, int], font: _Font) -> None:
    for index, (words, ink) in enumerate(lines):
        draw.text((at[0], at[1] + index * _line_height(font)), words, ink, font)


def _draw_picture(sheet: Image.Image, rgb: U8 | None, at: tuple[int, int], size: int) -> None:
    if rgb is None:
        left, top = at
        ImageDraw.Draw(sheet).rectangle((left, top, left + size - 1, top + size - 1), MISSING)
    else:
        sheet.paste(Image.fromarray(square(rgb, size, MISSING)), at)


def _label(tile: Tile, width: int, font: _Font) -> list[_Line]:
    """What stands below a tile: its name in as many lines as it takes, and one of `more`."""
    told = [(words, INK) for words in _wrapped(tile.name, width, font)]
    if tile.more:
        told.append((tile.more, FAINT))
    return [(_shortened(words, width, font), ink) for words, ink in told]


def _wrapped(text: str, width: int, font: _Font) -> list[str]:
    """The words in lines that are no longer than `width` pixels (one word may be)."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _wide(count: int) -> int:
    return max(1, round(math.sqrt(1.4 * count)))


def _line_height(font: _Font) -> int:
    return round(font.getbbox("Åg")[3]) + 2


def _shortened(text: str, width: int, font: _Font) -> str:
    """Cut with "…" so that it does not run into its neighbour."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
