"""What is known of the selected unit: pictures from beforehand, this session's, one being painted, facets, methods."""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import UnitPictures
from deepvis_app.session import Session, View
from deepvis_app.session.painting import toggle_painting
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.data_pictures import DataPictures
from deepvis_app.ui.panels.facet_page import FacetPage
from deepvis_app.ui.panels.kinds_block import DEEP, WHY, KindsBlock
from deepvis_app.ui.panels.methods_page import MethodsPage
from deepvis_app.ui.panels.paint_page import PaintPage
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.panels.session_pictures import SessionPictures
from deepvis_app.ui.picture_words import provenance
from deepvis_app.ui.unit_words import passed_on
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser, row
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
    ("painting", "Painted now", "A picture that excites the unit, while it comes about (key 6)"),
    ("facets", "Its facets", "The kinds of images that excite the unit, as a map (key Shift+F)"),
    (
        "methods",
        "All methods",
        "Every way to make its picture, side by side with figures of each (key Shift+M)",
    ),
)
TOGETHER = ("top", "deconv")  # the same rank is the same patch
NO_NETWORK = "No network is loaded."
LOADING = "Reading the pictures ..."
NOT_YET = "Not computed yet."
COMPUTE = "Compute"
COMPUTE_TIP = "Make these pictures of this unit, before all that waits"
_PATIENCE = 2  # slow ticks before a unit whose pictures have not come is said to be read: most come at once


class UnitPicturesPanel(Panel):
    """Preferred pictures, top-9 patches and their deconv; or the session's records, a painting, facets, methods."""

    name, title = "unit_pictures", "Unit pictures"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: tuple[object, ...] = ()
        self._pictures: UnitPictures | None = None  # what is on the screen
        self._waited = 0
        self.deep, self.why = KindsBlock(DEEP), KindsBlock(WHY)
        self.blocks: dict[str, PictureBlock] = {  # by the first kind that a block shows
            "am": PictureBlock(
                "AM: what it prefers",
                "Pictures made to excite this unit, pixel by pixel (activation maximisation)",
                from_images=False,
            ),
            "dgn-am": self.deep,
            "top": PictureBlock(
                "What excites it most",
                "The patches of real pictures with the highest activation",
                from_images=True,
            ),
            "deconv": self.why,
        }
        self.provenance = FewLines(3)
        self.chooser = Chooser(
            "Which pictures of the unit (keys 7, 6, Shift+F and Shift+M)", FROM, self._choose_from
        )
        self.paint = FlatButton(
            "Paint", "Paint this unit now and watch it, or stop (key 6)",
            lambda: toggle_painting(session), checkable=True,
        )  # fmt: skip
        self.data = DataPictures(tuple(self.blocks.values()), self.provenance)
        self.live, self.painting = SessionPictures(session), PaintPage(session)
        self.facets, self.methods = FacetPage(session), MethodsPage(session)
        self._live_pages: dict[str, SessionPictures | PaintPage | FacetPage | MethodsPage] = {
            "session": self.live, "painting": self.painting, "facets": self.facets, "methods": self.methods,
        }  # fmt: skip
        self._pages: dict[str, QWidget] = {"data": self.data, **self._live_pages}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        above = row(self.chooser, self.paint)
        above.setStretch(0, 1)
        column.addLayout(above)
        for page in self._pages.values():
            column.addWidget(page, 1)
        self._connect()
        self._show_page("data")

    def _connect(self) -> None:
        for page in self._live_pages.values():
            page.wanted.connect(self.wanted)
        for place, block in self.blocks.items():
            block.section.chosen.connect(partial(self._enlarge, place))
            block.section.opened.connect(partial(self._open, place))
        for place, other in (TOGETHER, TOGETHER[::-1]):
            self.blocks[place].section.pointed.connect(self.blocks[other].section.point_at)
        for block in (self.deep, self.why):
            block.switched.connect(self._show_other)

    def show_view(self, view: View) -> None:
        """Draw anew only when the pictures or what they are of changed."""
        state = view.state
        self.chooser.show_key(state.pictures_from)
        self.paint.setChecked(state.painting)
        self._show_page(state.pictures_from)
        if state.pictures_from in self._live_pages:
            self._live_pages[state.pictures_from].show_view(view)
        key = (view.model, view.pictures, state.layer)
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
        for page in self._live_pages.values():
            if page.isVisible():
                page.slow_tick()
        if self.session.view.pictures is not None or self.session.view.model is None:
            return
        self._waited += 1
        if self._waited == _PATIENCE:
            self._pictures = None
            self._say(LOADING)

    def _choose_from(self, choice: str) -> None:
        self.session.change(pictures_from=choice)

    def _show_page(self, name: str) -> None:
        for key, page in self._pages.items():
            page.setVisible(key == name)

    def _say(self, text: str) -> None:
        for block in self.blocks.values():
            block.say(text)
        self.provenance.say("")

    def _show(self, view: View, pictures: UnitPictures) -> None:
        for block in (self.deep, self.why):
            block.settle(pictures)
        for place in self.blocks:
            self._fill(place, pictures)
        self.provenance.say(provenance(pictures, map(self._kind, self.blocks), passed_on(view)))

    def _show_other(self) -> None:
        """The other kind of a block that has two."""
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
        block = self.blocks[place]
        return block.kind if isinstance(block, KindsBlock) else place

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
            title = self.blocks[place].title
            title = f"{name}: {title if title[1].isupper() else title.lower()}"  # AM and DGN-AM stay
            self.wanted.emit(Enlarge(found, at, title, f"{name}-{kind}"))

    def _open(self, place: str, rank: int) -> None:
        """The image behind a patch, or behind what explains that patch."""
        known = self._pictures.pictures if self._pictures is not None else {}
        for picture in (*known.get(self._kind(place), ()), *known.get(TOGETHER[0], ())):
            if picture.rank == rank and picture.facts.source:
                self.wanted.emit(OpenSource(picture))
                return
