"""Methods one below the other: each with its name, its pictures and its figures; as high as it must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.widgets.images import image_of
from deepvis_app.ui.widgets.method_layout import Entry, Figure, Measure, Placed, placed
from deepvis_app.ui.widgets.picture_paint import (
    fit,
    is_smooth,
    label_font,
    paint_frame,
    paint_label,
    paint_plate,
    shrunk,
)

_NONE = "\N{EN DASH}"
_MARGIN = 4  # pixels to the scroll bar, and below the last
Spot = tuple[int, int]  # which entry, which of its pictures


class MethodList(QWidget):
    """`label` gives the text in a picture's corner, `tooltip` the HTML that is told of it; a click is `chosen`.

    Only what is in view is painted, and nothing is laid out anew but for other entries or another width.
    """

    chosen = pyqtSignal(int, int)  # the entry's place and the picture's

    def __init__(
        self,
        label: Callable[[UnitPicture], str],
        tooltip: Callable[[UnitPicture], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label, self._tooltip = label, tooltip
        self._entries: tuple[Entry, ...] = ()
        self._placed: tuple[float, list[Placed]] | None = None  # for this width
        self._images: dict[int, QImage] = {}  # by the picture's identity
        self._drawn: dict[tuple[int, int], QImage] = {}  # by identity and width on the screen
        self._pointed: Spot | None = None
        self._pressed: Spot | None = None
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Pictures that were there before are not prepared anew."""
        self._entries, self._placed = tuple(entries), None
        known = {id(picture) for entry in entries for picture in entry.pictures}
        self._images = {key: image for key, image in self._images.items() if key in known}
        self._drawn = {key: image for key, image in self._drawn.items() if key[0] in known}
        told = ", ".join(entry.name for entry in entries if entry.pictures)
        self.setAccessibleDescription(f"Compared: {told}" if told else "")
        self.updateGeometry()
        self.update()

    # ---- geometry ----

    def layout_for(self, width: float) -> list[Placed]:
        if self._placed is None or self._placed[0] != width:
            self._placed = width, placed(self._entries, max(width - _MARGIN, 1), Measure(self.font()))
        return self._placed[1]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        found = self.layout_for(width)
        return int(found[-1].box.bottom()) + _MARGIN if found else 0

    def sizeHint(self) -> QSize:
        width = max(self.width(), 1)
        return QSize(width, self.heightForWidth(width))

    def spot_at(self, at: QPointF) -> Spot | None:
        """The picture under a point."""
        for place, one in enumerate(self.layout_for(self.width())):
            for number, cell in enumerate(one.pictures):
                if cell.contains(at):
                    return place, number
        return None

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._placed = None
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """With another width the scroll area must ask again how high it is."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, measure = QPainter(self), Measure(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(event.rect()) if event is not None else QRectF(self.rect())
        for place, one in enumerate(self.layout_for(self.width())):
            if one.box.intersects(seen):
                self._paint_text(painter, one, measure)
                self._paint_pictures(painter, place, one)
                for figure, cell in zip(one.entry.figures, one.figures, strict=True):
                    self._paint_figure(painter, figure, cell, measure)
        painter.end()

    def _paint_text(self, painter: QPainter, one: Placed, measure: Measure) -> None:
        for line in one.lines:
            painter.setFont(measure.bold if line.strong else measure.font)
            painter.setPen(self._colour(muted=not line.strong))
            painter.drawText(
                line.at
                + QPointF(0, measure.bold_metrics.ascent() if line.strong else measure.metrics.ascent()),
                line.text,
            )

    def _paint_figure(self, painter: QPainter, figure: Figure, cell: QRectF, measure: Measure) -> None:
        """The title at the left, the figure at the right: figures of all methods stand below each other."""
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(measure.font)
        painter.setPen(self._colour(muted=True))
        painter.drawText(cell, int(middle | Qt.AlignmentFlag.AlignLeft), figure.title)
        painter.setFont(measure.bold if figure.best else measure.font)
        painter.setPen(self._colour(muted=not figure.text))
        painter.drawText(cell, int(middle | Qt.AlignmentFlag.AlignRight), figure.text or _NONE)

    def _paint_pictures(self, painter: QPainter, place: int, one: Placed) -> None:
        metrics, hidden = self.fontMetrics(), len(one.entry.pictures) - len(one.pictures)
        labels = map(self._label, one.entry.pictures)
        font = label_font(self.font(), labels, one.pictures[0]) if one.pictures else None
        for number, cell in enumerate(one.pictures):
            picture = one.entry.pictures[number]
            image = self._images.setdefault(id(picture), image_of(picture.rgb))
            box = fit(image, cell)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth(image, box))
            painter.drawImage(box, self._shrunk(picture, image, box))
            if font is not None:
                paint_label(painter, font, self._label(picture), box, cell)
            painter.setFont(self.font())
            if hidden and number == len(one.pictures) - 1:
                more = f"+{hidden}"
                plate = QRectF(0, 0, metrics.horizontalAdvance(more) + 5, metrics.height() - 1)
                plate.moveTopRight(box.topRight())
                paint_plate(painter, more, plate)
            if self._pointed == (place, number):
                paint_frame(painter, box)

    def _shrunk(self, picture: UnitPicture, image: QImage, box: QRectF) -> QImage:
        ratio = self.devicePixelRatioF()
        key = id(picture), round(box.width() * ratio)
        if key not in self._drawn:
            self._drawn[key] = shrunk(image, box, ratio)
        return self._drawn[key]

    def _colour(self, *, muted: bool) -> QColor:
        role = QPalette.ColorRole.PlaceholderText if muted else QPalette.ColorRole.WindowText
        return self.palette().color(role)

    # ---- the mouse ----

    def tip_at(self, at: QPointF) -> str:
        """What is told where the mouse rests: of a figure, a picture or a method; "" elsewhere."""
        spot = self.spot_at(at)
        if spot is not None:
            return self._tooltip(self._entries[spot[0]].pictures[spot[1]])
        for one in self.layout_for(self.width()):
            for figure, cell in zip(one.entry.figures, one.figures, strict=True):
                if cell.contains(at):
                    return figure.tip
            if one.head.contains(at):
                return one.entry.tip
        return ""

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().toPointF()), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            self._point(self.spot_at(event.position()))

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        left = event is not None and event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.spot_at(event.position()) if left and event is not None else None

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        spot, self._pressed = self._pressed, None
        if event is not None and spot is not None and spot == self.spot_at(event.position()):
            self.chosen.emit(*spot)

    def _point(self, spot: Spot | None) -> None:
        shape = Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        if spot != self._pointed:
            self._pointed = spot
            QToolTip.hideText()
            self.update()
