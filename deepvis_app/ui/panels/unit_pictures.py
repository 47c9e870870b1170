"""What is known of the selected unit: three sets of nine pictures from beforehand, or this session's records."""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import UnitPictures
from deepvis_app.session import Session, View
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.panels.session_pictures import SessionPictures
from deepvis_app.ui.panels.why_block import WhyBlock
from deepvis_app.ui.picture_words import provenance
from deepvis_app.ui.unit_words import passed_on
from deepvis_app.ui.widgets.controls import Chooser
from deepvis_app.ui.widgets.few_lines import FewLines
from deepvis_app.ui.widgets.picture_section import side_for
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource

FROM = (
    (
        "data",
        "From the data set",
        "Made beforehand: preferred pictures, the patches of real pictures, and why",
    ),
    ("session", "From this session", "What excited the unit most since the program was started"),
)
TOGETHER = ("top", "deconv")  # the same rank is the same patch
NO_NETWORK = "No network is loaded."
LOADING = "Reading the pictures ..."
NOT_YET = "Not computed yet."
COMPUTE = "Compute for this unit"
COMPUTE_TIP = "Make these pictures, this unit's first"
_PATIENCE = 2  # slow ticks before a unit whose pictures have not come is said to be read: most come at once


class UnitPicturesPanel(Panel):
    """Preferred pictures, top-9 patches and their deconv, one under the other; or the session's records."""

    name, title = "unit_pictures", "Unit pictures"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: tuple[object, ...] = ()
        self._pictures: UnitPictures | None = None  # what is on the screen
        self._waited = 0
        self.why = WhyBlock()
        self.blocks: dict[str, PictureBlock] = {  # by kind; guided backprop shares the place of deconv
            "am": PictureBlock(
                "What it prefers",
                "Pictures made to excite this unit (activation maximisation)",
                from_images=False,
            ),
            "top": PictureBlock(
                "What excites it most",
                "The patches of real pictures with the highest activation",
                from_images=True,
            ),
            "deconv": self.why,
        }
        self.provenance = FewLines(3)
        self.chooser = Chooser("Which pictures of the unit (key 7)", FROM, self._choose_from)
        self.live = SessionPictures(session)
        self.live.wanted.connect(self.wanted)
        self.data = QWidget()
        for widget, parts in (
            (self, (self.chooser, self.data, self.live)),
            (self.data, self.blocks.values()),
        ):
            column = QVBoxLayout(widget)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(4)
            for part in parts:
                column.addWidget(part, 0 if part is self.chooser else 1)
        column.addWidget(self.provenance)
        self.live.hide()
        for place, block in self.blocks.items():
            block.section.chosen.connect(partial(self._enlarge, place))
            block.section.opened.connect(partial(self._open, place))
        for place, other in (TOGETHER, TOGETHER[::-1]):
            self.blocks[place].section.pointed.connect(self.blocks[other].section.point_at)
        self.why.switched.connect(self._show_why)

    def show_view(self, view: View) -> None:
        """Draw anew only when the pictures or what they are of changed."""
        live = view.state.pictures_from == "session"
        self.chooser.show_key(view.state.pictures_from)
        self.data.setVisible(not live)
        self.live.setVisible(live)
        if live:
            self.live.show_view(view)
        key = (view.model, view.pictures, view.state.layer)
        if len(self._shown) == len(key) and all(a is b for a, b in zip(key, self._shown, strict=True)):
            return
        if not self._shown or self._shown[0] is not view.model:
            self._pictures = None  # another network's, not to be seen or asked for a moment longer
        self._shown = key
        if view.model is None:
            self._pictures = None
            self._say(NO_NETWORK)
        elif view.pictures is not None:
            self._waited, self._pictures = 0, view.pictures
            self._show(view, view.pictures)
        elif self._pictures is None:
            self._say(LOADING)

    def slow_tick(self) -> None:
        """A unit that is read at once never shows the word for it: sections would flash with every click."""
        if self.live.isVisible():
            self.live.slow_tick()
        if self.session.view.pictures is not None or self.session.view.model is None:
            return
        self._waited += 1
        if self._waited == _PATIENCE:
            self._pictures = None
            self._say(LOADING)

    def _choose_from(self, choice: str) -> None:
        self.session.change(pictures_from=choice)

    def _say(self, text: str) -> None:
        for block in self.blocks.values():
            block.say(text)
        self.provenance.say("")

    def _show(self, view: View, pictures: UnitPictures) -> None:
        self.why.settle(pictures)
        for place in self.blocks:
            self._fill(place, pictures)
        self.provenance.say(provenance(pictures, map(self._kind, self.blocks), passed_on(view)))

    def _show_why(self) -> None:
        """The same patches, explained by the other rule."""
        if self._pictures is not None:
            self._show(self.session.view, self._pictures)

    def _fill(self, place: str, pictures: UnitPictures) -> None:
        """Show a block's pictures, or say why there are none."""
        block, kind = self.blocks[place], self._kind(place)
        found, sets = pictures.pictures.get(kind, ()), map(self._kind, TOGETHER)
        if found:
            together = side_for(*(pictures.pictures.get(other, ()) for other in sets))
            block.show_pictures(found, together if place in TOGETHER else side_for(found))
        elif kind in pictures.notes:
            block.say(f"Tried, but there is nothing: {pictures.notes[kind]}")
        elif pictures.error:
            block.say(f"Failed: {pictures.error}")
        else:
            block.section.say(NOT_YET, COMPUTE, partial(self._compute, kind), COMPUTE_TIP)
            block.caption.say("")

    def _kind(self, place: str) -> str:
        """The kind of pictures that a block shows."""
        return self.why.kind if place == "deconv" else place

    def _compute(self, kind: str) -> None:
        if self._pictures is not None:
            self.wanted.emit(Compute(self._pictures.ref, kind))

    def _enlarge(self, place: str, rank: int) -> None:
        if self._pictures is None:
            return
        kind = self._kind(place)
        found = self._pictures.pictures.get(kind, ())
        at = next((number for number, picture in enumerate(found) if picture.rank == rank), 0)
        name = unit_name(self.session.view.model, self._pictures.ref)
        if found:
            title = f"{name}: {self.blocks[place].title.lower()}"
            self.wanted.emit(Enlarge(found, at, title, f"{name}-{kind}"))

    def _open(self, place: str, rank: int) -> None:
        """The image behind a patch, or behind what explains that patch."""
        known = self._pictures.pictures if self._pictures is not None else {}
        for picture in (*known.get(self._kind(place), ()), *known.get(TOGETHER[0], ())):
            if picture.rank == rank and picture.facts.source:
                self.wanted.emit(OpenSource(picture))
                return
