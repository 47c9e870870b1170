"""The one widget that shows pictures: zoom, pan, marks and a second picture on top."""

from __future__ import annotations

from typing import Literal, cast

import pyqtgraph
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QNativeGestureEvent, QPainter, QPen, QTransform, QWheelEvent
from PyQt6.QtWidgets import QGraphicsRectItem, QWidget

from deepvis_app.messages import U8, Box
from deepvis_app.render.palettes import PALETTES
from deepvis_app.ui.widgets.overlays import PICTURE_GROUND, Message, Readout

MOST_ZOOM = 64.0
_WHEEL_STEP = 120.0  # eighths of a degree in one notch of a wheel
_DIMMED = 0.3

FloatBox = tuple[float, float, float, float]  # top, left, bottom, right
Fit = Literal["whole", "width"]


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
        self._fit: Fit = "whole"
        self._mirrored = False
        self._size = (0, 0)
        self._zoom, self._centre = 1.0, QPointF()
        self._pressed: QPointF | None = None
        self._dragged = False
        self._content = pyqtgraph.ItemGroup()
        self._image = self._add_image(0)
        self._cover = self._add_image(1)
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

    def set_cover(self, rgba: U8 | None, box: Box | None = None) -> None:
        """A second, partly transparent picture (h, w, 4) stretched over `box` of the first; None removes it."""
        self._cover.setVisible(rgba is not None)
        if rgba is not None and box is not None:
            self._cover.setImage(rgba, autoLevels=False, levels=None)
            top, left, bottom, right = box
            self._cover.setRect(QRectF(left, top, right - left, bottom - top))

    def clear_picture(self) -> None:
        self._image.clear()
        self.set_cover(None)
        self._size = (0, 0)

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
        top, left, bottom, right = box
        mark.setRect(QRectF(left, top, right - left, bottom - top))
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
        if mirrored != self._mirrored:
            self._mirrored = mirrored
            self._place()

    def set_smooth(self, smooth: bool) -> None:
        self._smooth = smooth
        self._place()

    def set_fit(self, fit: Fit) -> None:
        """`whole`: all of it is seen; `width`: as wide as the pane, and the wheel scrolls."""
        if fit != self._fit:
            self._fit = fit
            self.reset()

    # ---- where it is ----

    @property
    def picture_size(self) -> tuple[int, int]:
        """(height, width) of the picture, (0, 0) when there is none."""
        return self._size

    @property
    def scale_now(self) -> float:
        """Screen pixels for one picture pixel."""
        return self._fitted_scale() * self._zoom

    def reset(self) -> None:
        """Fit the picture again, its top in view."""
        self._zoom = 1.0
        self._centre = QPointF(self._size[1] / 2, 0)
        if self._fit == "whole":
            self._centre.setY(self._size[0] / 2)
        self._place()

    def zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom so that the point under the screen position `at` stays there."""
        if not self._size[0]:
            return
        before = self._to_picture(at)
        self._zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        self._place()
        self._centre += before - self._to_picture(at)
        self._place()

    def scroll_by(self, right: float, down: float) -> None:
        """Move the picture by screen pixels."""
        side = -1 if self._mirrored else 1
        self._centre += QPointF(side * right, down) / max(self.scale_now, 1e-9)
        self._place()

    def show_box(self, box: FloatBox) -> None:
        """Scroll as little as brings the box into view."""
        scale = max(self.scale_now, 1e-9)
        for get, put, pane, low, high in (
            (self._centre.x, self._centre.setX, self.width(), box[1], box[3]),
            (self._centre.y, self._centre.setY, self.height(), box[0], box[2]),
        ):
            half = pane / scale / 2
            if high - low < 2 * half:
                put(min(max(get(), high - half), low + half))
        self._place()

    def to_screen(self, y: float, x: float) -> QPointF:
        """The widget position of picture pixel (y, x)."""
        return cast(QPointF, self._content.transform().map(QPointF(x, y)))

    def _to_picture(self, at: QPointF) -> QPointF:
        inverse, possible = self._content.transform().inverted()
        return inverse.map(at) if possible else QPointF(-1, -1)

    def _sized(self, height: int, width: int) -> None:
        self._image.setVisible(True)
        if (height, width) != self._size:
            self._size = (height, width)
            self.reset()

    def _fitted_scale(self) -> float:
        height, width = self._size
        if not height or not width:
            return 1.0
        across: float = self.width() / width
        down: float = self.height() / height
        return across if self._fit == "width" else min(across, down)

    def _place(self) -> None:
        scale = self.scale_now
        for get, put, pane, length in (
            (self._centre.x, self._centre.setX, self.width(), self._size[1]),
            (self._centre.y, self._centre.setY, self.height(), self._size[0]),
        ):
            half = pane / scale / 2
            put(length / 2 if 2 * half >= length else min(max(get(), half), length - half))
        place = QTransform.fromTranslate(self.width() / 2, self.height() / 2)
        place.scale(-scale if self._mirrored else scale, scale)
        place.translate(-self._centre.x(), -self._centre.y())
        self._content.setTransform(place)
        shrunk = scale * self.devicePixelRatioF() < 1
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth or shrunk)

    def _add_image(self, z: int) -> pyqtgraph.ImageItem:
        item = pyqtgraph.ImageItem(axisOrder="row-major", lut=PALETTES["gray"])
        item.setParentItem(self._content)
        item.setZValue(z)
        item.setVisible(False)
        return item

    # ---- the mouse ----

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if hasattr(self, "readout"):  # the base class calls this while it is being built
            self.message.place()
            self.readout.place()
            self._place()
            self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._zoomable or not self._size[0]:
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
        scale = self.scale_now
        tall, wide = self._size[0] * scale, self._size[1] * scale
        if painter is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(255, 255, 255, 120))
        if tall > self.height() + 1:
            top = (self._centre.y() * scale - self.height() / 2) / tall * self.height()
            painter.drawRect(QRectF(self.width() - 4, top, 3, self.height() ** 2 / tall))
        if wide > self.width() + 1:
            left = (self._centre.x() * scale - self.width() / 2) / wide * self.width()
            left = self.width() - left - self.width() ** 2 / wide if self._mirrored else left
            painter.drawRect(QRectF(left, self.height() - 4, self.width() ** 2 / wide, 3))

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
                self._pressed = at
                return
        self.hovered.emit(self._inside(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._inside(event.position())
        if self._pressed is not None and not self._dragged and at is not None:
            self.clicked.emit(at[0], at[1], event.button())
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._zoomable:
            self.reset()

    def leaveEvent(self, _event: QEvent) -> None:
        self.hovered.emit(None)

    def _inside(self, at: QPointF) -> tuple[float, float] | None:
        point = self._to_picture(at)
        inside = 0 <= point.x() < self._size[1] and 0 <= point.y() < self._size[0]
        return (point.y(), point.x()) if inside else None
