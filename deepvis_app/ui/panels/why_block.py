"""Why the nine patches excite the unit: by deconv, or by guided backprop where that was made as well."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import UnitPictures
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.widgets.controls import Chooser

DECONV, GUIDED = "deconv", "guided"
TIP = "What in each of those patches the unit responds to"
WHY = "Why:"  # the list beside it says the rest
TITLES = {DECONV: "Why: deconv of the nine", GUIDED: "Why: guided backprop of the nine"}
WAYS = (
    (DECONV, "deconv", "Backward by the rule of the deconvnet"),
    (GUIDED, "guided backprop", "Backward by the rule of guided backprop"),
)


class WhyBlock(PictureBlock):
    """A block that has two kinds of pictures; the list to choose by is there only where both are."""

    switched = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLES[DECONV], TIP, from_images=True, parent=parent)
        self.kind = DECONV  # what is shown
        self._wanted = DECONV  # what was chosen, for every unit that has both
        self.chooser = Chooser("By which rule", WAYS, self._choose)
        self.header.insertWidget(1, self.chooser)
        self.chooser.hide()

    def settle(self, pictures: UnitPictures) -> str:
        """Choose the kind that is shown of these pictures, and name it above them."""
        there = [kind for kind in TITLES if pictures.pictures.get(kind)]
        both = len(there) > 1
        self.kind = self._wanted if both else next(iter(there), DECONV)
        self.title = TITLES[self.kind]
        self.heading.setText(WHY if both else self.title)
        self.chooser.show_key(self.kind)
        self.chooser.setVisible(both)
        return self.kind

    def _choose(self, kind: str) -> None:
        self._wanted = kind
        self.switched.emit()
