"""Watch it paint: the selected unit's preferred picture as it comes about, and what can be done with it."""

from __future__ import annotations

import time
from functools import partial

from PyQt6.QtCore import QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QMenu, QProgressBar, QVBoxLayout, QWidget

from deepvis_app.jobs.generators import known_generators
from deepvis_app.messages import ModelInfo, Painting, UnitPicture, UnitPictures, UnitRef
from deepvis_app.session import Session, View
from deepvis_app.session import painting as intents
from deepvis_app.session.state import PAINT_COUNTS
from deepvis_app.ui.paint_words import METHODS, share, state_words, value_words
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.picture_words import score_text, tooltip
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser
from deepvis_app.ui.widgets.few_lines import FewLines
from deepvis_app.ui.widgets.flow import FlowRow
from deepvis_app.ui.widgets.picture_section import PictureSection, side_for
from deepvis_app.ui.wishes import Enlarge, OpenSource

PAINT, STOP, PAUSE, GO = "Paint", "Stop", "Pause", "Go on"
PAINT_NOW, AGAIN = "Paint this unit now", "Try again"
INVITATION = (
    "Watch a picture come about that this unit prefers.\n"
    "Shift and a click on a second unit of the layer paint both together."
)
HINT = "Click: full size.  Right click: keep it, or take it out again."
STAR = "\N{BLACK STAR}"
MOVING = ("starting", "painting", "paused")
_FINE = 1000  # steps of the progress bar
_COUNTS = {1: "one picture", 4: "four pictures", 9: "nine pictures"}
_UNBOUNDED = (1 << 24) - 1  # pixels: Qt's own limit of a widget's height
_ROOMY = 1.5  # times the width: from so much height for pictures on there is room for the real patches, too


class PaintPage(QWidget):
    """The picture large, how far it is, the buttons; below what was kept, and what excites the unit in reality."""

    wanted = pyqtSignal(object)  # as a panel's

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._painting: Painting | None = None  # what is on the screen
        self._known: UnitPictures | None = None
        self._model: ModelInfo | None = None
        counts = [(n, _COUNTS[n], "How many side by side, each from another start") for n in PAINT_COUNTS]
        self.method = Chooser("How it is painted", METHODS, lambda key: session.change(paint_method=key))
        self.count = Chooser("How many pictures", counts, lambda key: session.change(paint_count=key))
        self.generator = Chooser(
            "Which generator paints", (), lambda key: session.change(paint_generator=key)
        )
        self.section = PictureSection(self._label, lambda picture: tooltip(picture, HINT))
        self.section.smooth = True
        self.bar = QProgressBar()
        self.bar.setRange(0, _FINE)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the painting")
        self.bar.setFixedHeight(max(self.fontMetrics().height() // 4, 3))
        self.words, self.value = FewLines(2), FewLines(2)
        self.buttons = {name: FlatButton(text, tip, press) for name, text, tip, press in self._presses()}
        self.kept = PictureBlock(
            "Kept", "Painted pictures in your own atlas of this network", from_images=False, hint=HINT
        )
        self.patches = PictureBlock(
            "What excites it most",
            "The patches of real pictures with the highest activation",
            from_images=True,
        )
        choosers = FlowRow(self.method, self.generator, self.count)
        self._rows = (choosers, self.bar, self.words, self.value, FlowRow(*self.buttons.values()))
        self._arrange()
        self._show_painting(None)
        self._show_known(())

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._rows[0])
        column.addWidget(self.section, 3)
        for row in self._rows[1:]:
            column.addWidget(row)
        column.addWidget(self.kept, 1)
        column.addWidget(self.patches, 1)
        column.addStretch(0)  # what is left when the picture is as high as it is wide
        for section, name in ((self.section, "painted"), (self.kept.section, "kept")):
            section.chosen.connect(partial(self._enlarge, section, name))
            section.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            section.customContextMenuRequested.connect(partial(self._menu, section, name))
        self.patches.section.chosen.connect(partial(self._enlarge, self.patches.section, "top"))
        self.patches.section.opened.connect(self._open)

    def show_view(self, view: View) -> None:
        """Draw anew only what changed."""
        self.method.show_key(view.state.paint_method)
        self.count.show_key(view.state.paint_count)
        self.generator.show_key(view.state.paint_generator)
        if view.model is not self._model:
            self._model, self._known = view.model, None
            self._list_generators()
            self._show_known(())  # another network's are not to be seen a moment longer
        if view.painting is not self._painting:
            self._show_painting(view.painting)
        if view.pictures is not None and view.pictures is not self._known:
            self._known = view.pictures
            self._show_known(view.pictures.pictures.get("top", ()), intents.kept(view))

    def slow_tick(self) -> None:
        """The seconds of a start go on; a generator may have been trained."""
        self._list_generators()
        if self._painting is not None and self._painting.state == "starting":
            self._show_words(self._painting)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """The picture is as large as it can be; in a short column nothing stands below while it is painted.

        Why there is none may be a long sentence: it has the room of the patches, too.
        """
        width = self.width()
        heights = (
            row.heightForWidth(width) if row.hasHeightForWidth() else row.maximumHeight()
            for row in self._rows
            if not row.isHidden()
        )
        roomy = self.height() - sum(heights) > _ROOMY * width
        painting = self._painting
        moving = painting is not None and painting.state in MOVING
        failed = painting is not None and painting.state == "failed" and not painting.pictures
        self.section.setMaximumHeight(_UNBOUNDED if failed else max(width, 1))
        self.kept.setVisible(bool(self.kept.section.pictures) and (roomy or not moving))
        self.patches.setVisible(bool(self.patches.section.pictures) and roomy and not failed)

    def _list_generators(self) -> None:
        """To be chosen from where there are several."""
        known = known_generators()
        self.generator.set_choices((one.name, one.title, "A generator network") for one in known)
        state = self.session.view.state
        self.generator.show_key(state.paint_generator)
        self.generator.setVisible(len(known) > 1 and state.paint_method == "dgn-am")

    def _show_known(self, top: tuple[UnitPicture, ...], kept: tuple[UnitPicture, ...] = ()) -> None:
        """What the atlases know of the unit."""
        self.patches.show_pictures(top, side_for(top))
        self.kept.show_pictures(kept, side_for(kept))
        self.section.update()  # the stars
        self._share_room()

    def _show_painting(self, painting: Painting | None) -> None:
        self._painting = painting
        if painting is not None and painting.pictures:
            self.section.show_pictures(painting.pictures, side_for(painting.pictures))
        self._show_words(painting)
        self._show_buttons(painting)
        self._share_room()

    def _show_words(self, painting: Painting | None) -> None:
        """Where there is no picture, its place says why."""
        there = painting is not None and bool(painting.pictures)
        self.bar.setVisible(there)
        told = value = ""
        if painting is None:
            self.section.say(INVITATION, PAINT_NOW, self._toggle, "Begin (key 6)")
        else:
            told = f"{painting.order.name}: {state_words(painting, time.monotonic())}"
            if not there:
                over = painting.over
                self.section.say(told, AGAIN if over else "", self._toggle if over else None)
                told = ""
            else:
                known = self.session.view.pictures
                value = value_words(painting, known.stats if known is not None else None)
                self.bar.setValue(round(_FINE * share(painting)))
        self.words.say(
            f"{told}.  {painting.note}" if painting is not None and told and painting.note else told
        )
        self.value.say(value)

    def _show_buttons(self, painting: Painting | None) -> None:
        """Only what can be done now can be pressed."""
        state = "" if painting is None else painting.state
        buttons = self.buttons
        buttons["paint"].setText(STOP if painting is not None and not painting.over else PAINT)
        buttons["pause"].setText(GO if state == "paused" else PAUSE)
        buttons["pause"].setEnabled(state in ("painting", "paused"))
        for name in ("poke", "again"):
            buttons[name].setEnabled(state in ("painting", "paused", "resting"))
        buttons["keep"].setEnabled(painting is not None and bool(painting.pictures))
        for button in buttons.values():
            button.updateGeometry()

    def _presses(self) -> tuple[tuple[str, str, str, partial[None]], ...]:
        """Name, text, tooltip and what is done."""
        session = self.session
        return (
            ("paint", PAINT, "Paint the selected unit, or stop (key 6)", partial(self._toggle)),
            ("pause", PAUSE, "Hold it, or let it go on", partial(intents.toggle_pause, session)),
            ("poke", "Poke", "Shake it with noise; it goes on from there (key 1)", partial(intents.poke, session)),
            ("again", "Again", "From another start (key 2)", partial(intents.again, session)),
            ("from", "From frame", "Begin with what the network sees now (key 3)",
             partial(intents.start_from_input, session)),
            ("keep", "Keep", "Keep the strongest picture in your own atlas (key 4)", partial(intents.keep, session)),
        )  # fmt: skip

    def _toggle(self) -> None:
        intents.toggle_painting(self.session)

    def _label(self, picture: UnitPicture) -> str:
        star = STAR if intents.is_kept(self.session.view, picture) else ""
        return f"{star}{score_text(picture)}"

    # ---- the mouse ----

    def _enlarge(self, section: PictureSection, name: str, rank: int) -> None:
        found, state = section.pictures, self.session.view.state
        at = next((place for place, picture in enumerate(found) if picture.rank == rank), 0)
        if found:
            unit = unit_name(self.session.view.model, UnitRef(state.layer, state.unit))
            self.wanted.emit(Enlarge(found, at, f"{unit}: {name}", f"{unit}-{name}"))

    def _open(self, rank: int) -> None:
        picture = _of_rank(self.patches.section, rank)
        if picture is not None and picture.facts.source:
            self.wanted.emit(OpenSource(picture))

    def _menu(self, section: PictureSection, name: str, at: QPoint) -> None:
        rank = section.rank_at(QPointF(at))
        picture = _of_rank(section, rank)
        if picture is None or rank is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = "Take out of the atlas" if intents.is_kept(self.session.view, picture) else "Keep in the atlas"
        menu.addAction(text, partial(intents.keep, self.session, picture))
        menu.addAction("Full size", partial(self._enlarge, section, name, rank))
        menu.popup(section.mapToGlobal(at))


def _of_rank(section: PictureSection, rank: int | None) -> UnitPicture | None:
    return next((picture for picture in section.pictures if picture.rank == rank), None)
