"""The one widget that shows pictures: zoom, pan, marks and a second picture on top."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QNativeGestureEvent, QPainter, QPen, QWheelEvent
from PyQt6.QtWidgets import QGraphicsRectItem, QWidget

from deepvis_app.messages import U8
from deepvis_app.render.palettes import PALETTES
from deepvis_app.ui.widgets.overlays import PICTURE_GROUND, Message, Readout
from deepvis_app.ui.widgets.placement import Fit, FloatBox, Placement

_WHEEL_STEP = 120.0  # eighths of a degree in one notch of a wheel
_DIMMED = 0.3


class ImageView(pyqtgraph.GraphicsView):  # type: ignore[misc]
    """A picture fitted into the widget, or zoomed (Ctrl+wheel, pinch) and panned (drag, wheel).

    All coordinates that go in or come out are (y, x) in picture pixels, mirrored or not. `set_numbers` takes
    (H, W) uint8 and a (256, 3) colour table, `set_rgb` (H, W, 3). A picture of another size than the last one
    is fitted again.
    """

    hovered = pyqtSignal(object)  # (y, x) as floats, or None when the mouse has left the picture
    clicked = pyqtSignal(float, float, object)  # y, x, the mouse button
    resized = pyqtSignal()

    def __init__(self, parent: QWidget | None = None, *, smooth: bool = False, zoomable: bool = True) -> None:
        super().__init__(parent, background=PICTURE_GROUND)
        self._smooth, self._zoomable = smooth, zoomable
        self._placement = Placement()
        self._pressed: QPointF | None = None
        self._dragged = self.shift = False  # whether Shift was held at the last click
        self._mouse: QPointF | None = None  # where the mouse is in the widget, while that is known
        self._content = pyqtgraph.ItemGroup()
        self._image = self._add_image(0)
        self._cover = self._add_image(1)
        self._pieces: list[pyqtgraph.ImageItem] = []
        self._marks: dict[str, QGraphicsRectItem] = {}
        self.scene().addItem(self._content)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.message = Message(self)
        self.readout = Readout(self)

    # ---- what is shown ----

    def set_numbers(self, pixels: U8, table: U8) -> None:
        self._image.setImage(pixels, autoLevels=False, levels=None, lut=table)
        self._sized(pixels.shape[0], pixels.shape[1])

    def set_rgb(self, rgb: U8) -> None:
        self._image.setImage(rgb, autoLevels=False, levels=None)
        self._sized(rgb.shape[0], rgb.shape[1])

    def set_cover(self, rgba: U8 | None, box: FloatBox | None = None) -> None:
        """A second, partly transparent picture (h, w, 4) stretched over `box` of the first; None removes it."""
        self._cover.setVisible(rgba is not None)
        if rgba is not None and box is not None:
            self._cover.setImage(rgba, autoLevels=False, levels=None)
            self._cover.setRect(_rect(box))

    def set_pieces(self, pieces: Sequence[tuple[U8, FloatBox]], table: U8, size: tuple[float, float]) -> None:
        """A picture of `size` made of several: (H, W) numbers, each stretched over its box."""
        while len(self._pieces) < len(pieces):
            self._pieces.append(self._add_image(0))
        for item, (pixels, box) in zip(self._pieces, pieces, strict=False):
            item.setImage(pixels, autoLevels=False, levels=None, lut=table)
            item.setRect(_rect(box))
            item.setVisible(True)
        for item in self._pieces[len(pieces) :]:
            item.setVisible(False)
        self.set_size(*size)

    @property
    def content(self) -> pyqtgraph.ItemGroup:
        """Where items of one's own are put, in picture pixels."""
        return self._content

    def set_size(self, height: float, width: float) -> None:
        """The size of a picture that items of one's own make up."""
        self._sized(height, width)
        self._image.setVisible(False)

    def clear_picture(self) -> None:
        self._image.clear()
        for item in self._pieces:
            item.setVisible(False)
        self.set_cover(None)
        self._placement.picture = (0, 0)
        self._place()  # an emptied item asks for no painting of where it was

    def set_mark(
        self, name: str, box: FloatBox | None, colour: QColor | None = None, width: float = 2
    ) -> None:
        """A rectangle on the picture, as wide as `width` on the screen at any zoom; None removes it."""
        mark = self._marks.get(name)
        if mark is None:
            mark = self._marks[name] = QGraphicsRectItem(self._content)
            mark.setZValue(2)
        mark.setVisible(box is not None)
        if box is None:
            return
        mark.setRect(_rect(box))
        pen = QPen(colour or QColor("white"), width)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        mark.setPen(pen)

    def mark(self, name: str) -> QRectF | None:
        """Where a mark is, in picture pixels; None when it is not shown."""
        mark = self._marks.get(name)
        return mark.rect() if mark is not None and mark.isVisible() else None

    def set_dimmed(self, dimmed: bool) -> None:
        """Darken the picture: it is not the one that was asked for."""
        self._content.setOpacity(_DIMMED if dimmed else 1.0)

    def set_mirrored(self, mirrored: bool) -> None:
        """Left for right, for the eye only: coordinates stay those of the picture."""
        if mirrored != self._placement.mirrored:
            self._placement.mirrored = mirrored
            self._place()

    def set_smooth(self, smooth: bool) -> None:
        self._smooth = smooth
        self._place()

    def set_fit(self, fit: Fit) -> None:
        """`whole`: all of it is seen; `width`: as wide as the pane, and the wheel scrolls."""
        if fit != self._placement.fit:
            self._placement.fit = fit
            self.reset()

    # ---- where it is ----

    @property
    def picture_size(self) -> tuple[float, float]:
        """(height, width) of the picture, (0, 0) when there is none."""
        return self._placement.picture

    @property
    def scale_now(self) -> float:
        """Screen pixels for one picture pixel."""
        return self._placement.scale

    def reset(self) -> None:
        """Fit the picture again, its top in view."""
        self._placement.reset()
        self._place()

    def zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom so that the point under the screen position `at` stays there."""
        self._placement.zoom_by(factor, at)
        self._place()

    def scroll_by(self, right: float, down: float) -> None:
        """Look further right and down by screen pixels."""
        self._placement.scroll_by(right, down)
        self._place()

    def show_box(self, box: FloatBox) -> None:
        """Scroll as little as brings the box into view."""
        self._placement.show_box(box)
        self._place()

    def to_screen(self, y: float, x: float) -> QPointF:
        """The widget position of picture pixel (y, x)."""
        return self._placement.transform().map(QPointF(x, y))

    def seen_box(self) -> FloatBox:
        """The part of the picture plane that the widget shows; it may reach beyond the picture."""
        corners = (QPointF(0, 0), QPointF(self.width(), self.height()))
        first, last = (self._placement.to_picture(corner) for corner in corners)
        left, right = sorted((first.x(), last.x()))  # mirrored, the left edge is on the right
        return first.y(), left, last.y(), right

    def _sized(self, height: float, width: float) -> None:
        self._image.setVisible(True)
        if (height, width) != self._placement.picture:
            self._placement.picture = (height, width)
            self.reset()

    def _place(self) -> None:
        self._content.setTransform(self._placement.transform())
        shrunk = self.scale_now * self.devicePixelRatioF() < 1
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth or shrunk)
        self.viewport().update()
        if self._mouse is not None:  # it points at something else now, though it has not moved
            self.hovered.emit(self._inside(self._mouse))

    def _add_image(self, z: int) -> pyqtgraph.ImageItem:
        item = pyqtgraph.ImageItem(axisOrder="row-major", lut=PALETTES["gray"])
        item.setParentItem(self._content)
        item.setZValue(z)
        item.setVisible(False)
        return item

    def sizeHint(self) -> QSize:
        """A few words' worth: the layout decides; the base class would ask for its present size."""
        return self.minimumSizeHint() * 2

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 16, self.fontMetrics().height() * 5)

    # ---- the mouse ----

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if (
            hasattr(self, "readout") and not self.closed
        ):  # the base class calls this while it is built and closed
            self._placement.pane = (max(self.height(), 1), max(self.width(), 1))
            self.message.place()
            self.readout.place()
            self._leave()  # the widget may have moved under the mouse
            self._place()
            self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._zoomable or not self.picture_size[0]:
            event.ignore()
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.25 ** (event.angleDelta().y() / _WHEEL_STEP), event.position())
        else:
            pixels = event.pixelDelta()
            move = event.angleDelta() / 2 if pixels.isNull() else pixels
            self.scroll_by(-move.x(), -move.y())
        event.accept()

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """Thin bars at the edges tell which part is seen while not all of it is."""
        super().drawForeground(painter, rect)
        if painter is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(255, 255, 255, 120))
        height, width = self.height(), self.width()
        if (seen := self._placement.seen(0)) is not None:
            painter.drawRect(QRectF(width - 4, seen[0] * height, 3, (seen[1] - seen[0]) * height))
        if (seen := self._placement.seen(1)) is not None:
            painter.drawRect(QRectF(seen[0] * width, height - 4, (seen[1] - seen[0]) * width, 3))

    def viewportEvent(self, event: QEvent) -> bool:
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch and self._zoomable:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return bool(super().viewportEvent(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton and self._zoomable:
            moved = at - self._pressed
            if self._dragged or moved.manhattanLength() > 6:
                self._dragged = True
                self.scroll_by(-moved.x(), -moved.y())
                self._pressed = self._mouse = at
                return
        self._mouse = at
        self.hovered.emit(self._inside(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._inside(event.position())
        self.shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._pressed is not None and not self._dragged and at is not None:
            self.clicked.emit(at[0], at[1], event.button())
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._zoomable:
            self.reset()

    def leaveEvent(self, _event: QEvent) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._mouse is not None:
            self._mouse = None
            self.hovered.emit(None)

    def _inside(self, at: QPointF) -> tuple[float, float] | None:
        point, (height, width) = self._placement.to_picture(at), self.picture_size
        inside = 0 <= point.x() < width and 0 <= point.y() < height
        return (point.y(), point.x()) if inside else None


def _rect(box: FloatBox) -> QRectF:
    top, left, bottom, right = box
    return QRectF(left, top, right - left, bottom - top)
