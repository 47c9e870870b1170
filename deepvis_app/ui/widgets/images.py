"""Arrays as images of Qt."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QImage

from deepvis_app.messages import U8


def image_of(rgb: U8) -> QImage:
    """(H, W, 3) -> an image with pixels of its own."""
    height, width = rgb.shape[:2]
    return QImage(rgb.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def fitted(image: QImage, room: QSize) -> QImage:
    """As large as the room allows: single pixels stay visible when it grows, none is lost when it shrinks."""
    grows = image.width() <= room.width() and image.height() <= room.height()
    mode = Qt.TransformationMode.FastTransformation if grows else Qt.TransformationMode.SmoothTransformation
    return image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, mode)
