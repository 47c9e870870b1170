"""Painting a picture into its place, with a label in its corner."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

POINTED = QColor(255, 205, 60)
_PLATE, _LABEL = QColor(24, 25, 29, 185), QColor("#f2f4f7")  # on pictures: the same in both themes
_SHARES = (1.0, 0.88, 0.76)  # of the font's size, until labels fit
_HIGHEST = 0.45  # of a place's height
_ROUND = 5  # pixels beside the words
_BLOCKS = 2.0  # from this enlargement on pixels are shown as squares; below it they would be of uneven size


def fit(image: QImage, cell: QRectF) -> QRectF:
    """As large as the place allows, in its middle."""
    box = QRectF(
        QPointF(), QRectF(image.rect()).size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
    )
    box.moveCenter(cell.center())
    return box


def is_smooth(image: QImage, box: QRectF) -> bool:
    return box.width() < _BLOCKS * image.width()


def shrunk(image: QImage, box: QRectF, ratio: float) -> QImage:
    """As many pixels as are shown: a painter alone leaves pixels out when it shrinks a lot.

    `ratio` are the screen's pixels for one of the widget's.
    """
    width, height = max(round(box.width() * ratio), 1), max(round(box.height() * ratio), 1)
    if width >= image.width():
        return image
    return image.scaled(width, height, transformMode=Qt.TransformationMode.SmoothTransformation)


def label_font(font: QFont, labels: Iterable[str], cell: QRectF) -> QFont | None:
    """The font, made smaller where it must be, in which each of these labels fits into such a place; None where some
    do not in any that can be read: labels on a few pictures only would look as if the others had none.
    """
    told = [label for label in labels if label]
    for share in _SHARES:
        smaller = QFont(font)
        if font.pixelSize() > 0:
            smaller.setPixelSize(round(font.pixelSize() * share))
        else:
            smaller.setPointSizeF(font.pointSizeF() * share)
        metrics = QFontMetricsF(smaller)
        if all(_fitting(metrics, label, cell) for label in told):
            return smaller
    return None


def paint_label(painter: QPainter, font: QFont, label: str, box: QRectF, cell: QRectF) -> None:
    """The first line of the label that fits, on a dark plate in the picture's lower left corner."""
    text = _fitting(metrics := QFontMetricsF(font), label, cell)
    if text:
        plate = _plate_of(metrics, text)
        plate.moveBottomLeft(box.bottomLeft())
        painter.setFont(font)
        paint_plate(painter, text, plate)


def _fitting(metrics: QFontMetricsF, label: str, cell: QRectF) -> str:
    """The first line for which there is room; "" for none."""
    plates = ((text, _plate_of(metrics, text)) for text in label.splitlines())
    fitting = (
        text
        for text, plate in plates
        if plate.width() < cell.width() and plate.height() < _HIGHEST * cell.height()
    )
    return next(fitting, "")


def _plate_of(metrics: QFontMetricsF, text: str) -> QRectF:
    return QRectF(0, 0, round(metrics.horizontalAdvance(text)) + _ROUND, round(metrics.height()) - 1)


def paint_plate(painter: QPainter, text: str, plate: QRectF) -> None:
    """Words on a picture, readable on any."""
    painter.fillRect(plate, _PLATE)
    painter.setPen(_LABEL)
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)


def paint_frame(painter: QPainter, box: QRectF) -> None:
    """Around the picture that the mouse points at."""
    pen = QPen(POINTED, 2)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(box.toRect()).adjusted(1, 1, -1, -1))
