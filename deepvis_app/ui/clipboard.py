"""What comes in by dropping or pasting, and what goes out by copying."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QMimeData
from PyQt6.QtGui import QGuiApplication, QImage, QPainter

from deepvis_app.messages import U8, frozen
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.model import open_model_file

NOTHING = "The clipboard holds neither a picture nor a file: copy one, then paste again."
MODEL_FILE = ".py"


def can_take(mime: QMimeData) -> bool:
    """Whether something dropped could be opened."""
    return mime.hasUrls() or mime.hasImage() or mime.hasText()


def take(context: ActionContext, mime: QMimeData, name: str) -> bool:
    """Open what was dropped or pasted; files before pixels, because they keep their full size and name."""
    paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    addresses = [url.toString() for url in mime.urls() if not url.isLocalFile()]
    if paths:
        _open_first(context, paths)
    elif mime.hasImage():
        image = QImage(mime.imageData())
        if image.isNull():
            return False
        context.session.source.show(rgb_of(image), name)
    elif addresses:
        _open_first(context, addresses)
    elif mime.text().strip():
        context.services.open_path(mime.text().strip().splitlines()[0])
    else:
        return False
    return True


def paste(context: ActionContext) -> None:
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData() if clipboard else None
    if mime is None or not take(context, mime, "pasted picture"):
        context.session.say(NOTHING)


def copy_pane(context: ActionContext) -> None:
    """The pane under the mouse (or the grid) as a picture, to the clipboard."""
    clipboard = QGuiApplication.clipboard()
    name = context.window.pane_under_mouse()
    if clipboard is not None:
        clipboard.setPixmap(context.window.panels[name].grab())
        context.session.say(f"Copied the pane “{context.window.panels[name].title}”.")


def rgb_of(image: QImage) -> U8:
    """(H, W, 3); what is transparent becomes white."""
    if image.hasAlphaChannel():
        flat = QImage(image.size(), QImage.Format.Format_RGB888)
        flat.fill(0xFFFFFF)
        _paint(flat, image)
        image = flat
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None  # not null
    rows = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    return frozen(rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy())


def _paint(target: QImage, image: QImage) -> None:
    painter = QPainter(target)
    painter.drawImage(0, 0, image)
    painter.end()


def _open_first(context: ActionContext, targets: list[str]) -> None:
    if targets[0].endswith(MODEL_FILE):
        open_model_file(context, targets[0])
        return
    context.services.open_path(targets[0])
    if len(targets) > 1:
        context.session.say(
            f"Opened the first of {len(targets)} files; drop their folder to go through all of them."
        )
