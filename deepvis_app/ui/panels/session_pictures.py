"""What excited the selected unit most in this session, and what was pinned from it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PyQt6.QtCore import QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtWidgets import QMenu, QVBoxLayout, QWidget

from deepvis_app.messages import ModelInfo, UnitPicture, UnitRef
from deepvis_app.session import Session, View
from deepvis_app.session.pinning import is_pinned, pinned, seen_at, session_top, start_afresh, toggle_pin
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.picture_block import PictureBlock
from deepvis_app.ui.picture_words import score_text
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.picture_section import SIDE, side_for
from deepvis_app.ui.wishes import Enlarge

NOTHING_YET = (
    "Nothing has excited this unit yet.\nPoint the camera at things, or go through pictures and videos: "
    "the best nine of this session gather here."
)
NOTHING_PINNED = "Nothing is pinned.\nA right click on a picture keeps it here for good."
WAITING = "Waiting for the next picture ..."
HINT = "Click: full size.  Right click: pin it, or take it out again."
STAR = "\N{BLACK STAR}"
_PATIENCE = 2  # slow ticks before a unit without an answer is said to wait for one


class SessionPictures(QWidget):
    """The records of this session above, the pinned pictures below."""

    wanted = pyqtSignal(object)  # as a panel's

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._records: tuple[UnitPicture, ...] = ()  # what is on the screen
        self._pins: tuple[UnitPicture, ...] | None = None
        self._model: ModelInfo | None = None
        self._words, self._waited = "", 0
        self._pointed: UnitPicture | None = None
        self.records = self._block(
            "This session", "The moments of this session that excited the unit most, at most one a second"
        )
        self.pins = self._block("Pinned", "Kept in your own atlas of this network")
        self.pin_button = FlatButton(
            "Pin", "Keep the strongest picture (key P: the one under the mouse)", lambda: toggle_pin(session)
        )
        self.fresh_button = FlatButton(
            "Start afresh", "Forget the records; pinned pictures stay", lambda: start_afresh(session)
        )
        for button in (self.pin_button, self.fresh_button):
            self.records.header.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.records, 3)
        column.addWidget(self.pins, 2)

    @property
    def pointed(self) -> UnitPicture | None:
        """The picture under the mouse."""
        return self._pointed if self.isVisible() else None

    def show_view(self, view: View) -> None:
        """Draw anew only what changed; a unit's pictures stay until the next unit's are there."""
        if view.model is not self._model:
            self._model, self._pins = view.model, None
            self.pins.show_pictures(())  # another network's are not to be seen a moment longer
        kept = pinned(view) if view.pictures is not None else self._pins
        if kept is not None and kept is not self._pins:
            self._pins = kept
            self._show_pins(kept)
            self.records.section.update()  # the stars
        records = session_top(view)
        if records is None:
            self._say(_trouble(view))
            return
        self._waited = 0
        if not records:
            self._say(NOTHING_YET)
        elif records is not self._records:
            self._words, self._records = "", records
            self.records.show_pictures(records, SIDE)
        self.pin_button.setEnabled(bool(records))

    def slow_tick(self) -> None:
        """Time passes, also for what is shown."""
        if self._records:
            self.records.section.update()
        if session_top(self.session.view) is None:
            self._waited += 1
            if self._waited == _PATIENCE:
                self._say(WAITING)

    def _say(self, text: str) -> None:
        if text and text != self._words:
            self._words, self._records = text, ()
            self.records.say(text)

    def _show_pins(self, kept: tuple[UnitPicture, ...]) -> None:
        if kept:
            self.pins.show_pictures(kept, side_for(kept))
        else:
            self.pins.say(NOTHING_PINNED)

    def _block(self, title: str, tip: str) -> PictureBlock:
        block = PictureBlock(title, tip, from_images=False, label=self._label, hint=HINT)
        section = block.section
        section.chosen.connect(partial(self._enlarge, block))
        section.pointed.connect(partial(self._point, block))
        section.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        section.customContextMenuRequested.connect(partial(self._menu, block))
        return block

    def _label(self, picture: UnitPicture) -> str:
        """With the time where there is room for it."""
        star = STAR if is_pinned(self.session.view, picture) else ""
        score = f"{star}{score_text(picture)}"
        return f"{score}  {ago(seen_at(picture), datetime.now(UTC))}\n{score}"

    def _point(self, block: PictureBlock, rank: int | None) -> None:
        self._pointed = _of_rank(block, rank)
        block.caption.say("" if self._pointed is None else when_and_where(self._pointed))

    def _enlarge(self, block: PictureBlock, rank: int) -> None:
        found, state = block.section.pictures, self.session.view.state
        at = next((place for place, picture in enumerate(found) if picture.rank == rank), 0)
        if found:
            name = unit_name(self.session.view.model, UnitRef(state.layer, state.unit))
            self.wanted.emit(Enlarge(found, at, f"{name}: {block.title.lower()}", f"{name}-session"))

    def _menu(self, block: PictureBlock, at: QPoint) -> None:
        rank = block.section.rank_at(QPointF(at))
        picture = _of_rank(block, rank)
        if picture is None or rank is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = "Take out of the atlas" if is_pinned(self.session.view, picture) else "Pin to the atlas"
        menu.addAction(text, partial(toggle_pin, self.session, picture))
        menu.addAction("Full size", partial(self._enlarge, block, rank))
        menu.popup(block.section.mapToGlobal(at))


def when_and_where(picture: UnitPicture) -> str:
    """`12 s ago, Front camera`, as far as it is known."""
    time, name = ago(seen_at(picture), datetime.now(UTC)), str(picture.facts.more.get("from", ""))
    return ", ".join(part for part in (f"{time} ago" if time else "", name) if part)


def ago(seen: str, now: datetime) -> str:
    """How long ago an ISO 8601 time was, in the largest unit that fits; "" for no time."""
    try:
        seconds = max(int((now - datetime.fromisoformat(seen)).total_seconds()), 0)
    except (ValueError, TypeError):
        return ""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _of_rank(block: PictureBlock, rank: int | None) -> UnitPicture | None:
    return next((picture for picture in block.section.pictures if picture.rank == rank), None)


def _trouble(view: View) -> str:
    """Why there is no answer, as far as that is known at once."""
    if view.model is None:
        return "No network is loaded."
    if view.result is None:
        return NOTHING_YET
    return f"Failed: {view.result.error}" if view.result.error else ""
