"""Places for pictures of a unit, three by three, or the words that say why there are none."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QApplication, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.images import image_of
from deepvis_app.ui.widgets.picture_paint import fit, is_smooth, label_font, paint_frame, paint_label, shrunk

SIDE = 3
_GAP = 3


class PictureSection(QWidget):
    """Up to nine pictures in the order of their ranks; rank k always has the same place.

    `label` gives the text in a picture's corner (of several lines the first that fits), `tooltip` the HTML told
    when the mouse rests on it. A click is told as `chosen`, a double click as `opened`; where a double click means
    nothing, clicks are told at once.
    """

    pointed = pyqtSignal(object)  # the rank under the mouse, or None
    chosen = pyqtSignal(int)
    opened = pyqtSignal(int)

    def __init__(
        self,
        label: Callable[[UnitPicture], str],
        tooltip: Callable[[UnitPicture], str],
        *,
        double_clicks: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label, self._tooltip, self._double_clicks = label, tooltip, double_clicks
        self._pictures: dict[int, UnitPicture] = {}
        self._images: dict[int, QImage] = {}
        self._drawn: dict[tuple[int, int, int], QImage] = {}  # by rank and size: what was shrunk
        self._side, self._pointed = SIDE, -1
        self.smooth = False  # no squares, however large the pictures are shown
        self._pressed: int | None = None
        self._click = QTimer(self)
        self._click.setSingleShot(True)
        self._waiting = -1  # the rank that was clicked, until it is clear that no second click follows
        self._click.timeout.connect(lambda: self.chosen.emit(self._waiting))
        self.words = _words()
        self.button = FlatButton("", "Make what is missing here", self._ask)
        self._action: Callable[[], None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 2)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.say("")

    # ---- what is shown ----

    @property
    def pictures(self) -> tuple[UnitPicture, ...]:
        """What is shown, by rank."""
        return tuple(self._pictures.values())

    def show_pictures(self, pictures: tuple[UnitPicture, ...], side: int = SIDE) -> None:
        """The first `side` x `side` ranks of these, and no words."""
        self._click.stop()  # it was meant for what stood there
        self._pictures = {p.rank: p for p in pictures if p.rank < side * side}
        self._images = {rank: image_of(p.rgb) for rank, p in self._pictures.items()}
        self._side, self._drawn = side, {}
        self.say("")

    def say(
        self, text: str, button: str = "", action: Callable[[], None] | None = None, tip: str = ""
    ) -> None:
        """Show a sentence, and perhaps a button, instead of pictures; "" only takes words away."""
        if text:
            self._click.stop()
            self._pictures, self._images, self._drawn, self._side = {}, {}, {}, SIDE
        self._action = action
        self.words.setText(text)
        self.words.setToolTip(text)
        self.words.setVisible(bool(text))
        self.button.setText(button)
        self.button.setToolTip(tip or button or self.button.toolTip())
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.button.updateGeometry()
        self.setAccessibleDescription(text or f"{len(self._pictures)} pictures")
        self.update()

    def point_at(self, rank: int | None) -> None:
        """Frame one picture: the mouse points at it here, or at what belongs to it elsewhere."""
        new = -1 if rank is None else rank
        if new != self._pointed:
            self._pointed = new
            self.update()

    # ---- geometry ----

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 28
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 16
        return QSize(side, side // 2)

    def hasHeightForWidth(self) -> bool:
        """Words that are broken into lines would otherwise ask for more than their share of a column."""
        return False

    def cells(self) -> list[QRectF]:
        """The places, row by row: square, as large as the widget allows, centred."""
        count = self._side
        side = max((min(self.width(), self.height()) - _GAP * (count - 1) - 1) / count, 1)
        step = side + _GAP
        left = (self.width() - count * step + _GAP) / 2
        top = (self.height() - count * step + _GAP) / 2
        return [
            QRectF(left + c * step, top + r * step, side, side) for r in range(count) for c in range(count)
        ]

    def rank_at(self, at: QPointF) -> int | None:
        """The rank of the picture under a point of the widget."""
        found = (rank for rank, cell in enumerate(self.cells()) if cell.contains(at))
        rank = next(found, None)
        return rank if rank in self._pictures else None

    # ---- painting ----

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.words.text():  # one quiet ground: lines between places would run through the words
            self._paint_empty(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        labels = {rank: self._label(picture) for rank, picture in self._pictures.items()}
        cells = self.cells() if self._pictures else []
        font = label_font(self.font(), labels.values(), cells[0]) if cells else None
        for rank, cell in enumerate(cells):
            if rank in self._images:
                self._paint_picture(painter, rank, cell)
                if font is not None:
                    paint_label(painter, font, labels[rank], fit(self._images[rank], cell), cell)
                if rank == self._pointed:
                    paint_frame(painter, fit(self._images[rank], cell))
            else:
                self._paint_empty(painter, cell)
        painter.end()

    def _paint_empty(self, painter: QPainter, cell: QRectF) -> None:
        ground = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        line = QColor(ground)
        ground.setAlphaF(0.05)
        line.setAlphaF(0.12)
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(cell, 3, 3)

    def _paint_picture(self, painter: QPainter, rank: int, cell: QRectF) -> None:
        image = self._images[rank]
        box = fit(image, cell)
        smooth = self.smooth or is_smooth(image, box)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(box, self._shrunk(rank, image, box))

    def _shrunk(self, rank: int, image: QImage, box: QRectF) -> QImage:
        ratio = self.devicePixelRatioF()
        key = (rank, round(box.width() * ratio), round(box.height() * ratio))
        if key not in self._drawn:
            self._drawn[key] = shrunk(image, box, ratio)
        return self._drawn[key]

    # ---- the mouse ----

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            rank = self.rank_at(event.pos().toPointF())
            if rank is not None:
                QToolTip.showText(event.globalPos(), self._tooltip(self._pictures[rank]), self)
                return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            self._point(self.rank_at(event.position()))

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        left = event is not None and event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.rank_at(event.position()) if left and event is not None else None

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        rank, self._pressed = self._pressed, None
        if event is None or rank is None or rank != self.rank_at(event.position()):
            return
        if self._double_clicks:
            self._waiting = rank
            self._click.start(QApplication.doubleClickInterval())
        else:
            self.chosen.emit(rank)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self._click.stop()
        self._pressed = None
        rank = self.rank_at(event.position()) if event is not None else None
        if rank is not None and self._double_clicks:
            self.opened.emit(rank)

    def _point(self, rank: int | None) -> None:
        shape = Qt.CursorShape.ArrowCursor if rank is None else Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        if (-1 if rank is None else rank) != self._pointed:
            QToolTip.hideText()
            self.point_at(rank)
            self.pointed.emit(rank)

    def _ask(self) -> None:
        if self._action is not None:
            self._action()


def side_for(*sets: tuple[UnitPicture, ...]) -> int:
    """Places along a side so that the ranks of all these sets have one: one, two or three."""
    highest = max((picture.rank for pictures in sets for picture in pictures), default=0)
    return next((side for side in (1, 2) if highest < side * side), SIDE)


def _words() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
