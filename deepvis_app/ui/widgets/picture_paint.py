"""Painting a picture into its place, with a label in its corner."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

POINTED = QColor(255, 205, 60)
_PLATE, _LABEL = QColor(24, 25, 29, 185), QColor("#f2f4f7")  # on pictures: the same in both themes
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


def paint_label(painter: QPainter, metrics: QFontMetrics, label: str, box: QRectF, cell: QRectF) -> None:
    """The first line of the label that fits, on a dark plate in the picture's lower left corner."""
    for text in label.splitlines():
        plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 5, metrics.height() - 1)
        if plate.width() < cell.width() and plate.height() < 0.45 * cell.height():
            plate.moveBottomLeft(box.bottomLeft())
            paint_plate(painter, text, plate)
            return


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
