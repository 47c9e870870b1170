"""Below the facet map: the real pictures nearest to a facet's centre, and what excites the unit in each of them."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from deepvis_app.messages import (
    BLOCK_KINDS,
    DECONV_FACET,
    LRP_FACET,
    REAL_FACET,
    UnitPicture,
    UnitPictures,
)
from deepvis_app.render.blocks import apart
from deepvis_app.ui.facet_words import named
from deepvis_app.ui.panels.picture_block import CLICK, DOUBLE_CLICK
from deepvis_app.ui.picture_words import score_text, tooltip
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser, ElidedLabel, row
from deepvis_app.ui.widgets.facet_paint import facet_icon
from deepvis_app.ui.widgets.few_lines import FewLines
from deepvis_app.ui.widgets.picture_row import PictureRow
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource

ROWS = {  # kind -> what stands at its row, the same in a title, its tooltip
    REAL_FACET: ("real", "nearest real pictures", "Real pictures, the nearest to the facet's middle first"),
    DECONV_FACET: (
        "deconv",
        "deconv",
        "What excites the unit in each: backward by the rule of the deconvnet",
    ),
    LRP_FACET: (
        "LRP",
        "LRP",
        "What excites the unit in each: its value shared among the pixels (layer-wise relevance propagation). "
        "Orange speaks for the unit, blue against it",
    ),
}
CHOOSE = "Whose real pictures are shown; pointing at an image or a facet in the map shows its own for as long"
OLD = "This map was made without its facets' real pictures and what excites the unit in them (deconv, LRP)."
MAKE, MAKE_TIP = "Make them", "Find this unit's facets anew, with these pictures, before all that waits"


class FacetWhy(QWidget):
    """One facet at a time: the chosen one, or while the mouse is at something in the map that one's."""

    wanted = pyqtSignal(object)  # as a panel's

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: UnitPictures | None = None
        self._name = ""
        self._facet = self._pointed = -1
        self.heading = ElidedLabel("Nearest real pictures")
        self.facets = Chooser(CHOOSE, (), self.choose)
        self.old, self.make = FewLines(4), FlatButton(MAKE, MAKE_TIP, self._compute)
        self.rows = {
            kind: PictureRow(
                score_text if kind == REAL_FACET else lambda _: "",
                lambda picture: tooltip(picture, DOUBLE_CLICK if picture.facts.source else CLICK),
                double_clicks=True,
            )
            for kind in ROWS
        }
        self.names = {kind: _named(*words) for kind, words in ROWS.items()}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._head = row(self.heading, self.facets, gap=6)
        self._head.setStretch(0, 1)
        column.addLayout(self._head)
        column.addWidget(self.old)
        column.addWidget(self.make, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._grid())
        self._connect()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for at, kind in enumerate(ROWS):
            grid.addWidget(self.names[kind], at, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self.rows[kind], at, 1)
        return grid

    def _connect(self) -> None:
        for kind, shown in self.rows.items():
            shown.chosen.connect(partial(self._enlarge, kind))
            shown.opened.connect(partial(self._open, kind))
            for other in self.rows.values():
                if other is not shown:
                    shown.pointed.connect(other.point_at)

    # ---- what is shown ----

    def show_unit(self, pictures: UnitPictures, name: str) -> None:
        """Of a unit with a facet map; another unit begins with its largest facet."""
        if self._pictures is None or pictures.facets is not self._pictures.facets:
            self._facet, self._pointed = 0, -1
        self._pictures, self._name = pictures, name
        facets = pictures.facets
        assert facets is not None
        count = len(facets.facets)
        self.facets.set_choices((k, f"facet {k}", named(facets, k)) for k in range(count))
        for k in range(count):
            self.facets.setItemIcon(k, facet_icon(k, self.fontMetrics().ascent()))
        self._draw()

    def choose(self, facet: int) -> None:
        """Stay at a facet."""
        self._facet = facet
        self._draw()

    def point(self, facet: int | None) -> None:
        """Show another facet for as long as the mouse is there; None: the chosen one again."""
        new = -1 if facet is None else facet
        if new != self._pointed:
            self._pointed = new
            self._draw()

    @property
    def shown(self) -> int:
        return self._facet if self._pointed < 0 else self._pointed

    def _draw(self) -> None:
        """The rows that there are, or why there are none."""
        if self._pictures is None:
            return
        there = {kind: self._of(kind) for kind in ROWS}
        none = not any(self._pictures.pictures.get(kind) for kind in BLOCK_KINDS)
        self.old.say(OLD if none else "")
        self.make.setVisible(none)
        for widget in (self.heading, self.facets):
            widget.setVisible(not none)
        self.facets.show_key(self.shown)
        count = max((len(found) for found in there.values()), default=0)
        for kind, found in there.items():
            self.rows[kind].setVisible(bool(found))
            self.names[kind].setVisible(bool(found))
            if found:
                self.rows[kind].show_row(found, count)

    def _of(self, kind: str) -> tuple[UnitPicture, ...]:
        """The facet's pictures of a kind, one by one: rank k is the k-th nearest image."""
        assert self._pictures is not None
        assert self._pictures.facets is not None
        found = self._pictures.pictures.get(kind, ())
        block = next((picture for picture in found if picture.rank == self.shown), None)
        return apart(block, self._pictures.facets) if block is not None else ()

    # ---- the mouse ----

    def _enlarge(self, kind: str, rank: int) -> None:
        found = self._of(kind)
        facet = f"facet-{self.shown}"
        title = f"{self._name}: facet {self.shown}, {ROWS[kind][1]}"
        self.wanted.emit(Enlarge(found, rank, title, f"{self._name}-{facet}-{kind.removeprefix('facet-')}"))

    def _open(self, kind: str, rank: int) -> None:
        self.wanted.emit(OpenSource(self._of(kind)[rank]))

    def _compute(self) -> None:
        if self._pictures is not None:
            self.wanted.emit(Compute(self._pictures.ref, REAL_FACET))


def _named(text: str, _title: str, tip: str) -> QLabel:
    label = QLabel(text)
    label.setToolTip(tip)
    return label
