"""Where everything stands in a list of methods: for each its name, its pictures, its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QFont, QFontMetricsF

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.widgets.few_lines import broken

GAP = 3  # pixels between pictures
BETWEEN, BETWEEN_NOTES = 12, 4  # between two methods, and below something that is only said
_APART = 12  # between two columns of figures
_SIDES = (5.0, 6.5)  # of a picture, in heights of a letter: the least and the most


@dataclass(frozen=True)
class Figure:
    """`tip` is HTML; `best`: no method has a better one."""

    title: str
    text: str
    tip: str = ""
    best: bool = False


@dataclass(frozen=True)
class Entry:
    """A method as the list shows it, or with `note` alone something that is said between methods."""

    name: str = ""
    title: str = ""
    tip: str = ""
    pictures: tuple[UnitPicture, ...] = ()
    figures: tuple[Figure, ...] = ()
    note: str = ""  # below the pictures, or in their place


@dataclass(frozen=True)
class Line:
    """A piece of text and where it begins: the left end of its line's top."""

    at: QPointF
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Placed:
    """An entry and where its parts are; `more` of its pictures have no room."""

    entry: Entry
    box: QRectF
    head: QRectF
    lines: tuple[Line, ...]
    pictures: tuple[QRectF, ...]
    figures: tuple[QRectF, ...]


class Measure:
    """The fonts of a list."""

    def __init__(self, font: QFont) -> None:
        self.font, self.bold = font, QFont(font)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self.metrics, self.bold_metrics = QFontMetricsF(font), QFontMetricsF(self.bold)
        self.height = self.metrics.height()
        self.space = self.metrics.horizontalAdvance("  ")


def placed(entries: Sequence[Entry], width: float, measure: Measure) -> list[Placed]:
    """One below the other from the top, `width` pixels wide."""
    figures = [figure for entry in entries for figure in entry.figures]
    need = max((_need(figure, measure) for figure in figures), default=width)
    columns = max(int((width + _APART) // (need + _APART)), 1)
    found: list[Placed] = []
    top = 0.0
    for entry in entries:
        one = _placed(entry, top, width, columns, measure)
        found.append(one)
        top = one.box.bottom() + (BETWEEN if entry.name else BETWEEN_NOTES)
    return found


def _placed(entry: Entry, top: float, width: float, columns: int, measure: Measure) -> Placed:
    height = measure.height
    head = _heading(entry, top, width, measure) if entry.name else []
    at = top + (head[-1].at.y() - top + height + 2 if head else 0)
    heading = QRectF(0, top, width, at - top)
    pictures = _strip(len(entry.pictures), at, width, measure)
    at = pictures[-1].bottom() + 3 if pictures else at
    note = [
        Line(QPointF(0, at + row * height), text)
        for row, text in enumerate(broken(entry.note, measure.font, width))
    ]
    at += len(note) * height
    across = (width + _APART) / columns
    cells = tuple(
        QRectF(place % columns * across, at + place // columns * height, across - _APART, height)
        for place in range(len(entry.figures))
    )
    bottom = cells[-1].bottom() if cells else at
    box = QRectF(0, top, width, bottom - top)
    return Placed(entry, box, heading, (*head, *note), pictures, cells)


def _heading(entry: Entry, top: float, width: float, measure: Measure) -> list[Line]:
    """The name, and behind it the title, or below it where there is no room."""
    names = broken(entry.name, measure.bold, width)
    lines = [Line(QPointF(0, top + row * measure.height), text, True) for row, text in enumerate(names)]
    beside = measure.bold_metrics.horizontalAdvance(names[-1]) + measure.space
    last = lines[-1].at.y()
    if entry.title and beside + measure.metrics.horizontalAdvance(entry.title) <= width:
        return [*lines, Line(QPointF(beside, last), entry.title)]
    return [
        *lines,
        *(Line(QPointF(0, last + (row + 1) * measure.height), text)
          for row, text in enumerate(broken(entry.title, measure.font, width))),
    ]  # fmt: skip


def _strip(count: int, top: float, width: float, measure: Measure) -> tuple[QRectF, ...]:
    """As many of the pictures as have room side by side."""
    if not count:
        return ()
    least, most = (side * measure.height for side in _SIDES)
    shown = max(min(count, int((width + GAP) // (least + GAP))), 1)
    side = max(min((width - GAP * (shown - 1)) / shown, most), 1.0)
    return tuple(QRectF(place * (side + GAP), top, side, side) for place in range(shown))


def _need(figure: Figure, measure: Measure) -> float:
    """The width of a figure, which stands out where it is the best."""
    text = measure.bold_metrics.horizontalAdvance(figure.text)
    return measure.metrics.horizontalAdvance(figure.title) + measure.space + text
