"""A unit's pictures one by one, as large as the window, with all that is known of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QKeyEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.ask import ask_save
from deepvis_app.ui.picture_words import tooltip
from deepvis_app.ui.saving import SAVE_FOLDER, save_to
from deepvis_app.ui.widgets.buttons import FlatButton, SignButton
from deepvis_app.ui.widgets.image_view import ImageView
from deepvis_app.ui.widgets.images import image_of
from deepvis_app.ui.widgets.placement import FloatBox

WHOLE = "all of it; framed: what the unit sees"
_FRAME = QColor(255, 205, 60)
_SMOOTH_BELOW = 2.0  # enlarged less than so, squares would be of uneven size
_STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Space: 1,
}  # fmt: skip


class PictureDialog(QDialog):
    """The arrow keys go through the pictures, Ctrl+S saves one, Enter opens its image, Esc closes."""

    def __init__(
        self,
        context: ActionContext,
        pictures: tuple[UnitPicture, ...],
        at: int,
        title: str,
        name: str,
        open_source: Callable[[ActionContext, UnitPicture], None],
    ) -> None:
        """`at` is the place in `pictures` (at least one) to begin with; `name` begins the names of saved files."""
        super().__init__(context.window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._pictures, self._at = context, pictures, at
        self._title, self._name, self._open = title, name, open_source
        self.view, self.whole = ImageView(self), ImageView(self)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.previous = SignButton("previous", "The picture before (left arrow)", lambda: self.step(-1))
        self.next = SignButton("next", "The next picture (right arrow)", lambda: self.step(1))
        self.place = QLabel()
        self.source = FlatButton("Whole image", "Show the image in the live view (Enter)", self.show_source)
        self.save = FlatButton(
            "Save\N{HORIZONTAL ELLIPSIS}", "Save this picture as PNG (Ctrl+S)", self.ask_where
        )
        self._arrange()
        metrics = self.fontMetrics()
        beside = any(picture.whole is not None for picture in pictures)
        self.resize(metrics.averageCharWidth() * (150 if beside else 110), metrics.height() * 32)
        for view in (self.view, self.whole):
            view.resized.connect(self._smooth)
        self.step(0)

    @property
    def picture(self) -> UnitPicture:
        """The one that is shown."""
        return self._pictures[self._at]

    def step(self, by: int) -> None:
        """Go on or back; after the last comes the first."""
        self._at = (self._at + by) % len(self._pictures)
        self.view.set_rgb(self.picture.rgb)
        self.view.reset()
        self._show_whole()
        self._smooth()
        height, width = self.picture.rgb.shape[:2]
        self.facts.setText(tooltip(self.picture))
        self.place.setText(f"{self._at + 1} of {len(self._pictures)}   {width} x {height}")
        self.source.setVisible(bool(self.picture.facts.source))
        self.setWindowTitle(f"{self._title}, {self._at + 1} of {len(self._pictures)}")

    def show_source(self) -> None:
        if self.picture.facts.source:
            self._open(self._context, self.picture)

    def ask_where(self) -> None:
        """Save as it is, not as it is enlarged here."""
        state, image = self._context.window.state, image_of(self.picture.rgb)
        folder = Path(state.text(SAVE_FOLDER) or Path.home())
        name = re.sub(r"[^\w.-]+", "_", f"{self._name}-{self.picture.rank}").strip("_") + ".png"

        def done(path: str) -> None:
            state.keep(SAVE_FOLDER, str(Path(path).parent))
            save_to(self._context, path, image)

        ask_save(self, "Save as PNG", folder / name, done)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_source()
        elif key == Qt.Key.Key_S and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.ask_where()
        else:
            super().keyPressEvent(event)

    def _show_whole(self) -> None:
        """Beside a part of a generated picture all of it, with what the unit sees framed."""
        whole, field = self.picture.whole, _box(self.picture.facts.more.get("field"))
        self.whole.setVisible(whole is not None)
        if whole is not None:
            self.whole.set_rgb(whole)
            self.whole.reset()
            self.whole.set_mark("field", field, _FRAME)
            self.whole.readout.say(WHOLE if field is not None else "")

    def _smooth(self) -> None:
        for view in (self.view, self.whole):
            view.set_smooth(view.scale_now < _SMOOTH_BELOW)

    def _arrange(self) -> None:
        told = QScrollArea()
        told.setWidget(self.facts)
        told.setWidgetResizable(True)
        told.setFrameShape(QScrollArea.Shape.NoFrame)
        told.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        told.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        both = QHBoxLayout()
        both.addWidget(self.view, 3)
        both.addWidget(self.whole, 3)
        both.addWidget(told, 2)
        foot = QHBoxLayout()
        for widget in (self.previous, self.next, self.place):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self.source)
        foot.addWidget(self.save)
        column = QVBoxLayout(self)
        column.addLayout(both, 1)
        column.addLayout(foot)


def _box(value: object) -> FloatBox | None:
    """Top, left, bottom, right, as an atlas has them."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    top, left, bottom, right = (float(edge) for edge in value)
    return top, left, bottom, right
