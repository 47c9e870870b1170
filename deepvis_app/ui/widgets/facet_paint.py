"""How the parts of a facet map look: colours, shapes, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPalette, QPen, QPixmap, QPolygonF, qGray
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import FacetMap
from deepvis_app.ui.widgets.facet_layout import COLOURS, SHAPES, Places

_DOT = 3.5
_POINTED = 1.35  # how much farther a diamond reaches than a circle
_FRAME = 2.0
_FADED = 0.18  # what belongs to other facets than the one pointed at
_DARK = 90  # grey levels: on what is darker, numbers are white
_ENLARGED = 80.0  # a thumbnail under the mouse
_INK, _PAPER = QColor("#101114"), QColor("#ffffff")
LIVE = "now"


def colour_of(facet: int) -> QColor:
    return QColor(COLOURS[facet % len(COLOURS)])


def shape_of(facet: int) -> str:
    return SHAPES[facet // len(COLOURS) % len(SHAPES)]


def paint_map(
    painter: QPainter,
    widget: QWidget,
    facets: FacetMap,
    places: Places,
    thumbs: Sequence[QImage],
    pictures: Mapping[int, QImage],
    marked: int | None,
) -> None:
    """Everything but the live dot; of a `marked` facet the images stand out."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    _ground(painter, widget)
    with_thumb = set(places.thumbs)
    rest = [one for one in range(len(places.dots)) if one not in with_thumb]
    for one in (*rest, *reversed(places.thumbs)):
        facet, at = int(facets.cluster[one]), _point(places.dots[one])
        painter.setOpacity(1.0 if marked in (None, facet) else _FADED)
        if one in with_thumb:
            _framed(painter, _box(at, places.thumb), thumbs[one], colour_of(facet), _FRAME)
        else:
            _dot(painter, widget, at, facet)
    for facet in range(len(facets.facets)):
        painter.setOpacity(1.0 if marked in (None, facet) else 1.5 * _FADED)
        _facet(painter, widget, places, facet, pictures.get(facet) if places.shown[facet] else None)
    painter.setOpacity(1.0)


def paint_live(painter: QPainter, widget: QWidget, at: QPointF, nearest: Sequence[QPointF]) -> None:
    """A target that no image looks like, with the word for it, and threads to the images that put it there."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((_INK, 3.0), (_PAPER, 1.2)):
        painter.setPen(QPen(colour, width))
        for there in nearest:
            painter.drawLine(at, there)
    for colour, width in ((_INK, 6.0), (_PAPER, 3.0)):
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 8.5, 8.5)
    painter.setPen(QPen(_PAPER, 1))
    painter.setBrush(_INK)
    painter.drawEllipse(at, 3.0, 3.0)
    painter.setFont(_bold(widget))
    metrics = painter.fontMetrics()
    box = QRectF(0, 0, metrics.horizontalAdvance(LIVE) + 8, metrics.height())
    box.moveCenter(QPointF(at.x(), at.y() + 14 + box.height() / 2))
    if box.bottom() > widget.height():
        box.moveCenter(QPointF(at.x(), at.y() - 14 - box.height() / 2))
    box.moveLeft(min(max(box.left(), 1.0), widget.width() - box.width() - 1))
    _plate(painter, box, LIVE, _INK, _PAPER)


def paint_pointed(painter: QPainter, room: QRectF, at: QPointF, thumb: QImage, facet: int) -> None:
    """The image under the mouse larger, beside its dot and inside the room."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    side = min(_ENLARGED, room.width() / 2, room.height() / 2)
    left = at.x() + 12 if at.x() + 16 + side < room.right() else at.x() - 12 - side
    top = min(max(at.y() - side / 2, room.top() + 3), room.bottom() - side - 3)
    _framed(painter, QRectF(left, top, side, side), thumb, colour_of(facet), 3.0)
    _badge(painter, QPointF(left, top), facet)


def _ground(painter: QPainter, widget: QWidget) -> None:
    ground = QColor(widget.palette().color(QPalette.ColorRole.Base))
    line = QColor(widget.palette().color(QPalette.ColorRole.WindowText))
    line.setAlphaF(0.12)
    painter.setPen(QPen(line, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def _dot(painter: QPainter, widget: QWidget, at: QPointF, facet: int) -> None:
    edge = QColor(widget.palette().color(QPalette.ColorRole.WindowText))
    edge.setAlphaF(0.55)
    painter.setPen(QPen(edge, 0.8))
    _mark(painter, at, facet, _DOT)


def facet_icon(facet: int, side: int) -> QIcon:
    """A facet's colour and shape, as its images have them in the map, on `side` x `side` pixels."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    _mark(painter, QPointF(side / 2, side / 2), facet, side / (2 * _POINTED))
    painter.end()
    return QIcon(picture)


def _mark(painter: QPainter, at: QPointF, facet: int, size: float) -> None:
    """Filled with the facet's colour; `size` is a circle's radius."""
    painter.setBrush(colour_of(facet))
    shape = shape_of(facet)
    if shape == "circle":
        painter.drawEllipse(at, size, size)
    elif shape == "square":
        painter.drawRect(_box(at, 2 * size))
    else:
        x, y, far = at.x(), at.y(), _POINTED * size
        corners = [QPointF(x - far, y), QPointF(x, y - far), QPointF(x + far, y), QPointF(x, y + far)]
        painter.drawPolygon(QPolygonF(corners))


def _facet(painter: QPainter, widget: QWidget, places: Places, facet: int, picture: QImage | None) -> None:
    """Its picture with a line to the middle of its images, and its number; without a picture the number alone."""
    centre, at = _point(places.centres[facet]), _point(places.pictures[facet])
    if picture is None:
        _badge(painter, centre, facet)
        return
    box = _box(at, places.side)
    if not box.contains(centre):
        for colour, width in (
            (widget.palette().color(QPalette.ColorRole.WindowText), 3.5),
            (colour_of(facet), 2.0),
        ):
            painter.setPen(QPen(colour, width))
            painter.drawLine(at, centre)
    _framed(painter, box, picture, colour_of(facet), 3.0)
    _badge(painter, box.topLeft() + QPointF(4, 4), facet)


def _framed(painter: QPainter, box: QRectF, image: QImage, colour: QColor, width: float) -> None:
    edge = QColor(_INK)
    edge.setAlphaF(0.6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(box.adjusted(-1, -1, 1, 1), edge)
    painter.fillRect(box, colour)
    inside = box.adjusted(width, width, -width, -width)
    ratio = painter.deviceTransform().m11()
    wide, high = round(inside.width() * ratio), round(inside.height() * ratio)
    if wide < image.width():  # a painter alone leaves pixels out when it shrinks a lot
        image = image.scaled(wide, high, transformMode=Qt.TransformationMode.SmoothTransformation)
    painter.drawImage(inside, image)


def _badge(painter: QPainter, at: QPointF, facet: int) -> None:
    """The facet's number on its colour."""
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    metrics, text = painter.fontMetrics(), str(facet)
    high = metrics.height()
    box = QRectF(0, 0, max(metrics.horizontalAdvance(text) + 6, high), high)
    box.moveCenter(at + QPointF(box.width() / 2 - 6, box.height() / 2 - 6))
    _plate(painter, box, text, colour_of(facet), _INK if qGray(colour_of(facet).rgb()) > _DARK else _PAPER)


def _plate(painter: QPainter, box: QRectF, text: str, ground: QColor, ink: QColor) -> None:
    painter.setPen(QPen(_INK if ground != _INK else _PAPER, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(ink)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def _bold(widget: QWidget) -> QFont:
    font = QFont(widget.font())
    font.setBold(True)
    return font


def _point(xy: Sequence[float]) -> QPointF:
    return QPointF(float(xy[0]), float(xy[1]))


def _box(at: QPointF, side: float) -> QRectF:
    return QRectF(at.x() - side / 2, at.y() - side / 2, side, side)
