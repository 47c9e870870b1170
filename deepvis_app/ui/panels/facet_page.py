"""The facet map of the selected unit: the kinds of images that it fires for, and where the live frame lies."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import (
    AM_FACET,
    DGN_FACET,
    FACET_KINDS,
    MEAN_FACET,
    ModelInfo,
    UnitPicture,
    UnitPictures,
)
from deepvis_app.session import Session, View
from deepvis_app.session.facets import live_place
from deepvis_app.ui.facet_words import (
    OPEN,
    SUMMARY_TIP,
    facet_tip,
    image_picture,
    live_value,
    live_words,
    summary,
)
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.facet_why import FacetWhy
from deepvis_app.ui.picture_words import provenance, score_text, tooltip
from deepvis_app.ui.unit_words import on_another_scale, passed_on, value_now
from deepvis_app.ui.widgets.controls import Chooser, ElidedLabel
from deepvis_app.ui.widgets.facet_plot import FacetPlot, Spot
from deepvis_app.ui.widgets.few_lines import FewLines
from deepvis_app.ui.widgets.picture_section import PictureSection
from deepvis_app.ui.wishes import Compute, Enlarge, OpenSource

NO_NETWORK = "No network is loaded."
LOADING = "Reading the facet map ..."
INVITATION = (
    "Not computed yet.\nA facet map lays the images that excite this unit out so that like lies near like, "
    "and paints each kind of them."
)
FIND, FIND_TIP = (
    "Find facets",
    "Look through images for the kinds that excite this unit, before all that waits",
)
NO_LIVE = "Where the live frame lies is not known: its code could not be read."
KINDS = (  # what stands at each facet, the first that is there unless another is chosen
    (DGN_FACET, "painted (DGN-AM)", "Each facet painted through a generator network"),
    (AM_FACET, "painted (AM)", "Each facet painted pixel by pixel, from its mean picture"),
    (MEAN_FACET, "mean pictures", "The mean of the images nearest to each facet's middle"),
)
_PATIENCE = 2  # slow ticks before a map that has not come is said to be read


class FacetPage(QWidget):
    """The map with each facet's picture; what the mouse points at and where the live frame lies stands below it."""

    wanted = pyqtSignal(object)  # as a panel's

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._pictures: UnitPictures | None = None  # what is on the screen
        self._model: ModelInfo | None = None
        self._kind, self._chosen, self._waited = MEAN_FACET, "", 0
        self.kinds = Chooser("Which pictures stand at the facets", (), self._choose)
        self.plot = FacetPlot(self._tip)
        self.section = PictureSection(score_text, tooltip)  # only words: why there is no map
        # of one line each: the map would jump if what is said of each frame took now two lines, now three
        self.live, self.value = ElidedLabel(muted=True), ElidedLabel(muted=True)
        self.made = FewLines(2)
        self.why = FacetWhy()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.kinds)
        for widget in (self.plot, self.section):
            column.addWidget(widget, 1)
        column.addWidget(self.why)
        for line in (self.live, self.value, self.made):
            column.addWidget(line)
        self.plot.chosen.connect(self._open)
        self.plot.pointed.connect(lambda spot: self.why.point(self._facet_at(spot)))
        self.why.wanted.connect(self.wanted)
        self._say(LOADING)

    def show_view(self, view: View) -> None:
        """Draw the map anew only when it is another one; the live dot follows every frame."""
        if view.model is not self._model:
            self._model, self._pictures = view.model, None
            self._say(LOADING if view.model is not None else NO_NETWORK)
        if view.pictures is not None and view.pictures is not self._pictures:
            self._waited, self._pictures = 0, view.pictures
            self._show(view, view.pictures)
        self._show_live(view)

    def slow_tick(self) -> None:
        """A map that is read at once never shows the word for it."""
        if self.session.view.pictures is not None or self.session.view.model is None:
            return
        self._waited += 1
        if self._waited == _PATIENCE:
            self._pictures = None
            self._say(LOADING)

    def _show_live(self, view: View) -> None:
        """The live frame's dot; while an answer is awaited the last one stays."""
        facets = self._pictures.facets if self._pictures is not None else None
        if facets is None or view.pictures is not self._pictures:
            self.plot.show_live(None)
            return
        live = live_place(view)
        if live is None and not view.fresh:
            return
        self.plot.show_live(live.xy if live is not None else None, live.nearest if live is not None else ())
        value = value_now(view) if not on_another_scale(view) else None
        self.live.say(live_words(facets, live) if live is not None else NO_LIVE)
        self.value.say(live_value(facets, value) if live is not None and value is not None else "")

    def _show(self, view: View, pictures: UnitPictures) -> None:
        """The unit's map, or why there is none."""
        facets = pictures.facets
        if facets is None:
            self._say_why(pictures)
            return
        there = [kind for kind in KINDS if pictures.pictures.get(kind[0])]
        names = [kind for kind, _, _ in there]
        self._kind = self._chosen if self._chosen in names else next(iter(names), MEAN_FACET)
        self.kinds.set_choices(there)
        self.kinds.show_key(self._kind)
        self.section.hide()
        for widget in (self.plot, self.why, self.live, self.value):
            widget.show()
        self.why.show_unit(pictures, unit_name(view.model, pictures.ref))
        self.kinds.setVisible(len(there) > 1)
        self.plot.show_map(facets, {picture.rank: picture.rgb for picture in self._of_kind()})
        made = (
            f"{summary(facets)}.  {provenance(replace(pictures, stats=None), FACET_KINDS, passed_on(view))}"
        )
        self.made.say(made, f"{made}\n\n{SUMMARY_TIP}")

    def _say_why(self, pictures: UnitPictures) -> None:
        if MEAN_FACET in pictures.notes:
            self._say(f"Tried, but there is nothing: {pictures.notes[MEAN_FACET]}")
        elif pictures.error:
            self._say(f"Failed: {pictures.error}")
        else:
            self._say(INVITATION)
            self.section.say(INVITATION, FIND, self._compute, FIND_TIP)

    def _say(self, text: str) -> None:
        """A sentence instead of a map."""
        self.section.say(text)
        self.section.show()
        self.plot.hide()
        self.kinds.hide()
        for widget in (self.why, self.live, self.value):
            widget.hide()
        self.made.say("")

    def _choose(self, kind: str) -> None:
        self._chosen = kind
        if self._pictures is not None:
            self._show(self.session.view, self._pictures)

    def _of_kind(self) -> tuple[UnitPicture, ...]:
        return self._pictures.pictures.get(self._kind, ()) if self._pictures is not None else ()

    def _picture(self, facet: int) -> UnitPicture | None:
        return next((picture for picture in self._of_kind() if picture.rank == facet), None)

    # ---- the mouse ----

    def _tip(self, spot: Spot) -> str:
        pictures = self._pictures
        if pictures is None or pictures.facets is None:
            return ""
        if spot.kind == "facet":
            return facet_tip(pictures.facets, spot.number, self._picture(spot.number))
        return tooltip(image_picture(pictures, pictures.facets, spot.number), OPEN)

    def _facet_at(self, spot: Spot | None) -> int | None:
        """The facet of what the mouse is at."""
        facets = self._pictures.facets if self._pictures is not None else None
        if spot is None or facets is None:
            return None
        return spot.number if spot.kind == "facet" else int(facets.cluster[spot.number])

    def _open(self, spot: Spot) -> None:
        """An image opens in the live view, a facet's picture in a window of its own."""
        pictures = self._pictures
        if pictures is None or pictures.facets is None:
            return
        self.why.choose(self._facet_at(spot) or 0)
        if spot.kind == "image":
            self.wanted.emit(OpenSource(image_picture(pictures, pictures.facets, spot.number)))
            return
        found = self._of_kind()
        at = next(place for place, picture in enumerate(found) if picture.rank == spot.number)
        name = unit_name(self.session.view.model, pictures.ref)
        title = next(title for kind, title, _ in KINDS if kind == self._kind)
        self.wanted.emit(Enlarge(found, at, f"{name}: facets, {title}", f"{name}-{self._kind}"))

    def _compute(self) -> None:
        if self._pictures is not None:
            self.wanted.emit(Compute(self._pictures.ref, MEAN_FACET))
