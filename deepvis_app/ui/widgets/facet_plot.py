"""A facet map drawn: images as dots and thumbnails, a picture at each facet, and the live frame's own place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from deepvis_app.messages import U8, FacetMap
from deepvis_app.ui.widgets.facet_layout import Look, Places, arranged, in_room
from deepvis_app.ui.widgets.facet_paint import paint_live, paint_map, paint_pointed
from deepvis_app.ui.widgets.images import image_of

_REACH = 8.0  # pixels from a dot that still mean it
_CLOSER = 1.25  # a step of the wheel


@dataclass(frozen=True)
class Spot:
    """What the mouse points at: an image or a facet's picture, by its number."""

    kind: str  # "image" or "facet"
    number: int


class FacetPlot(QWidget):
    """The wheel goes in and out, dragging moves, a double click beside everything shows all again.

    `tip` gives the HTML that is told of a spot. A click on one is told as `chosen`.
    """

    pointed = pyqtSignal(object)  # the Spot under the mouse, or None
    chosen = pyqtSignal(object)

    def __init__(self, tip: Callable[[Spot], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = tip
        self._facets: FacetMap | None = None
        self._thumbs: list[QImage] = []
        self._pictures: dict[int, QImage] = {}
        self._live: tuple[float, float] | None = None
        self._nearest: tuple[int, ...] = ()
        self._look = Look()
        self._spot: Spot | None = None
        self._places: Places | None = None
        self._drawn: QPixmap | None = None
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # ---- what is shown ----

    def show_map(self, facets: FacetMap, pictures: Mapping[int, U8]) -> None:
        """A map, and the pictures of its facets by their numbers; another map is shown whole."""
        if facets is not self._facets:
            self._facets, self._look = facets, Look()
            self._live, self._nearest = None, ()
            self._thumbs = [image_of(thumb) for thumb in facets.thumbnails]
        self._pictures = {k: image_of(rgb) for k, rgb in pictures.items() if k < len(facets.facets)}
        text = f"{len(facets.facets)} facets of {len(facets.points)} images"
        self.setAccessibleDescription(text)
        self._point(None)
        self._arrange_anew()

    def show_live(self, xy: tuple[float, float] | None, nearest: tuple[int, ...] = ()) -> None:
        """Where the live frame lies in the map's plane, and the images that put it there; None: not known."""
        if (xy, nearest) != (self._live, self._nearest):
            self._live, self._nearest = xy, nearest
            self.update()

    @property
    def places(self) -> Places | None:
        """Where everything stands now."""
        if self._places is None and self._facets is not None:
            shown = tuple(k in self._pictures for k in range(len(self._facets.facets)))
            self._places = arranged(self._facets, (self.width(), self.height()), self._look, shown)
        return self._places

    @property
    def live_at(self) -> QPointF | None:
        """Where the live frame's dot is in the widget."""
        if self._facets is None or self._live is None:
            return None
        room = self.width(), self.height()
        x, y = in_room(self._facets, np.array(self._live, np.float32), room, self._look)
        return QPointF(float(x), float(y))

    def spot_at(self, at: QPointF) -> Spot | None:
        """What is drawn at a point: facets' pictures lie over thumbnails, these over dots."""
        places, here = self.places, np.array([at.x(), at.y()])
        if places is None:
            return None
        over = (np.abs(places.pictures - here) <= places.side / 2).all(1)
        facet = next((k for k in self._pictures if over[k] and places.shown[k]), None)
        if facet is not None:
            return Spot("facet", facet)
        near = np.abs(places.dots - here).max(1)
        thumb = next((one for one in places.thumbs if near[one] <= places.thumb / 2), None)
        nearest = int(near.argmin()) if thumb is None else thumb
        return Spot("image", nearest) if thumb is not None or near[nearest] <= _REACH else None

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 40
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 16
        return QSize(side, side)

    # ---- painting ----

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """The map itself is drawn once; the live dot moves over it."""
        places, facets = self.places, self._facets
        if places is None or facets is None:
            return
        if self._drawn is None:
            ratio = self.devicePixelRatioF()
            self._drawn = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn)
            paint_map(painter, self, facets, places, self._thumbs, self._pictures, self._marked())
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        live = self.live_at
        if live is not None and QRectF(self.rect()).contains(live):
            paint_live(painter, self, live, [QPointF(*map(float, places.dots[one])) for one in self._nearest])
        if self._spot is not None and self._spot.kind == "image":
            number = self._spot.number
            at = QPointF(*(float(side) for side in places.dots[number]))
            paint_pointed(painter, QRectF(self.rect()), at, self._thumbs[number], int(facets.cluster[number]))
        painter.end()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw_anew()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._look = self._look.moved((0, 0), (self.width(), self.height()))
        self._arrange_anew()

    def _arrange_anew(self) -> None:
        self._places = None
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._drawn = None
        self.update()

    def _marked(self) -> int | None:
        """The facet whose images stand out, because the mouse is at its picture."""
        return self._spot.number if self._spot is not None and self._spot.kind == "facet" else None

    # ---- the mouse ----

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            spot = self.spot_at(event.pos().toPointF())
            if spot is not None:
                QToolTip.showText(event.globalPos(), self._tip(spot), self)
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is None:
            return
        steps, at = event.angleDelta().y() / 120, event.position()
        if steps and self._facets is not None:
            room = self.width(), self.height()
            self._set_look(self._look.closer(_CLOSER**steps, (at.x(), at.y()), room))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None:
            return
        at = event.position()
        if self._pressed is None:
            self._point(self.spot_at(at))
            return
        by = at - self._pressed
        if self._dragged or by.manhattanLength() >= QApplication.startDragDistance():
            self._dragged, self._pressed = True, at
            self._set_look(self._look.moved((by.x(), by.y()), (self.width(), self.height())))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        left = event is not None and event.button() == Qt.MouseButton.LeftButton
        self._pressed, self._dragged = event.position() if left and event is not None else None, False

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        pressed, dragged = self._pressed, self._dragged
        self._pressed, self._dragged = None, False
        if event is None or pressed is None or dragged:
            return
        spot = self.spot_at(event.position())
        if spot is not None and spot == self.spot_at(pressed):
            self.chosen.emit(spot)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """The first click has chosen what is there, if anything is."""
        if event is not None and self.spot_at(event.position()) is None:
            self._set_look(Look())

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._point(None)

    def _set_look(self, look: Look) -> None:
        if look != self._look:
            self._look = look
            self._point(None)
            self._arrange_anew()

    def _point(self, spot: Spot | None) -> None:
        shape = Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        if spot != self._spot:
            marked, self._spot = self._marked(), spot
            QToolTip.hideText()
            if self._marked() != marked:
                self._drawn = None
            self.update()
            self.pointed.emit(spot)
