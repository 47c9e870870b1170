"""A set of pictures that there may be of several kinds, with a list to choose by where there is more than one."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import UnitPictures
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.widgets.controls import Chooser


@dataclass(frozen=True)
class Kinds:
    """What a block can show: by kind its title where it is alone, and its name in the list where it is not."""

    titles: dict[str, str]
    names: dict[str, tuple[str, str]]  # name and tooltip
    before: str  # the heading before the list
    what: str  # what is chosen
    tip: str
    from_images: bool = False


WHY = Kinds(
    {
        "deconv": "Why: deconv of the nine",
        "guided": "Why: guided backprop of the nine",
        "lrp": "Why: LRP of the nine",
    },
    {
        "deconv": ("deconv", "Backward by the rule of the deconvnet"),
        "guided": ("guided backprop", "Backward by the rule of guided backprop"),
        "lrp": ("LRP", "The unit's value shared among the pixels: layer-wise relevance propagation"),
    },
    "Why:",
    "By which rule",
    "What in each of those patches the unit responds to",
    from_images=True,
)
DEEP = Kinds(
    {
        "dgn-am": "DGN-AM: what it prefers",
        "ppgn": "PPGN: samples of what it prefers",
        "pair": "DGN-AM: with another unit",
    },
    {
        "dgn-am": ("alone", "What this unit prefers"),
        "ppgn": (
            "PPGN",
            "What this unit prefers, as samples of a Markov chain: more different from each other",
        ),
        "pair": ("with another unit", "What excites this unit and another one together"),
    },
    "DGN-AM:",
    "Alone or together",
    "Pictures that a generator network made to excite this unit: natural colours and shapes",
)


class KindsBlock(PictureBlock):
    """The choice holds for every unit that has this kind."""

    switched = pyqtSignal()

    def __init__(self, kinds: Kinds, parent: QWidget | None = None) -> None:
        self._kinds = kinds
        first = next(iter(kinds.titles))
        super().__init__(kinds.titles[first], kinds.tip, from_images=kinds.from_images, parent=parent)
        self.kind = first  # what is shown
        self._wanted = first  # what was chosen
        self.chooser = Chooser(kinds.what, (), self._choose)
        self.header.insertWidget(1, self.chooser)
        self.chooser.hide()

    def settle(self, pictures: UnitPictures) -> None:
        """Choose the kind that is shown of these pictures, and name it above them."""
        there = [kind for kind in self._kinds.titles if pictures.pictures.get(kind)]
        several = len(there) > 1
        self.kind = (
            self._wanted if self._wanted in there else next(iter(there), next(iter(self._kinds.titles)))
        )
        self.title = self._kinds.titles[self.kind]
        self.heading.setText(self._kinds.before if several else self.title)
        self.chooser.set_choices((kind, *self._kinds.names[kind]) for kind in there)
        self.chooser.show_key(self.kind)
        self.chooser.setVisible(several)

    def _choose(self, kind: str) -> None:
        self._wanted = kind
        self.switched.emit()
