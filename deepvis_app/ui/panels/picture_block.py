"""A titled set of pictures of one kind."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.picture_words import score_text, tooltip
from deepvis_app.ui.widgets.controls import ElidedLabel, heading, row
from deepvis_app.ui.widgets.picture_section import SIDE, PictureSection

CLICK = "Click: full size."
DOUBLE_CLICK = "Click: full size.  Double click: the whole image in the live view."


class PictureBlock(QWidget):
    """Title, a word beside it, and nine places. Controls that belong to the set go into `header`."""

    def __init__(
        self,
        title: str,
        tip: str,
        *,
        from_images: bool,
        label: Callable[[UnitPicture], str] = score_text,
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`from_images`: the pictures were cut from images, which a double click opens.

        `label` is what stands in a picture's corner, `hint` what the mouse can do if not this.
        """
        super().__init__(parent)
        hint = hint or (DOUBLE_CLICK if from_images else CLICK)
        self.title = title
        self.heading = ElidedLabel(title, colon=True)  # two may stand side by side in a narrow column
        self.heading.setFont(heading("").font())
        self.heading.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.heading.setToolTip(f"{tip} (key 9 shows and hides this column)")
        self.caption = ElidedLabel(muted=True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.section = PictureSection(
            label, lambda picture: tooltip(picture, hint), double_clicks=from_images
        )
        self.header = row(self.heading, self.caption, gap=6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self.header)
        column.addWidget(self.section, 1)

    def show_pictures(self, pictures: tuple[UnitPicture, ...], side: int = SIDE) -> None:
        """Any pictures of one kind; how many there are is said when there are more than places."""
        self.section.show_pictures(pictures, side)
        count = len(self.section.pictures)
        self.caption.say(f"{count} of {len(pictures)}" if len(pictures) > count else "")

    def say(self, text: str) -> None:
        """A sentence instead of pictures."""
        self.section.say(text)
        self.caption.say("")
