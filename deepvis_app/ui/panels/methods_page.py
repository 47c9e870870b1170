"""Every way to make a preferred picture of the selected unit, side by side with the same figures of each."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from deepvis_app.jobs import JobView
from deepvis_app.messages import COMPARED, MethodResult, ModelInfo, UnitComparison
from deepvis_app.session import Session, View
from deepvis_app.ui.method_words import (
    REAL,
    REAL_TIP,
    Score,
    empty_words,
    is_best,
    known_scores,
    lost_words,
    method_tip,
    score_tip,
    state_words,
    value,
    waiting_word,
)
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.picture_words import score_text, tooltip
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser
from deepvis_app.ui.widgets.few_lines import FewLines
from deepvis_app.ui.widgets.flow import FlowRow
from deepvis_app.ui.widgets.method_layout import Entry, Figure
from deepvis_app.ui.widgets.method_list import MethodList
from deepvis_app.ui.widgets.picture_section import PictureSection
from deepvis_app.ui.wishes import Choose, Compute, Enlarge, RunAgain

NO_NETWORK = "No network is loaded."
LOADING = "Reading the comparison ..."
INVITATION = (
    "Not compared yet.\nEvery way to make a preferred picture of this unit, side by side: how strongly each excites "
    "it, who sees the class in it, how natural it looks, how long it takes."
)
COMPARE, GO_ON, AGAIN = "Compare", "Go on", "Try again"
COMPARE_TIP = "Make this unit's picture by every method and measure them alike; it takes some minutes"
AGAIN_TIP = "Run it once more: what is finished is kept"
CHOOSE, CHOOSE_TIP = "Choose\N{HORIZONTAL ELLIPSIS}", "Choose methods, images, judges and numbers first"
BEST, BEST_TIP = "Who is best", "Say first which method is best at what; else it is said at the end"
CLICK = "Click: full size."
LISTED = "as listed"
_PATIENCE = 2  # slow ticks before a comparison that has not come is said to be read


class MethodsPage(QWidget):
    """What is known so far, filled in while the job goes on; where there is nothing, why, and how to begin."""

    wanted = pyqtSignal(object)  # as a panel's

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._model: ModelInfo | None = None
        self._known: UnitComparison | None = None  # what is on the screen
        self._job: JobView | None = None
        self._waited, self._order = 0, ""
        self._rows: list[MethodResult] = []  # in the order in which they stand
        self._said = 0  # sentences before them
        self._waiting: list[str] = []  # what is said of those that are still to come
        self.section = PictureSection(score_text, tooltip)  # only words: why there is nothing
        self.state = FewLines(5)
        self.again = FlatButton(GO_ON, AGAIN_TIP, self._go_on)
        self.choose = FlatButton(CHOOSE, CHOOSE_TIP, self._choose)
        self.best = FlatButton(BEST, BEST_TIP, self._toggle_best, checkable=True)
        self.order = Chooser("In which order the methods stand", (), self._order_by)
        self.list = MethodList(score_text, lambda picture: tooltip(picture, CLICK))
        self.list.chosen.connect(self._enlarge)
        self.area = QScrollArea()
        self.area.setWidget(self.list)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.state)
        column.addWidget(FlowRow(self.again, self.choose, self.best, self.order))
        for widget in (self.section, self.area):
            column.addWidget(widget, 1)
        self._say(LOADING)

    def show_view(self, view: View) -> None:
        """Fill in what is new; another unit's methods stay until this one's are read."""
        if view.model is not self._model:
            self._model, self._known = view.model, None
            self._say(LOADING if view.model is not None else NO_NETWORK)
        known = view.methods if view.methods is not None else self._known
        if known is None or (known is self._known and view.comparing == self._job):
            return
        if view.methods is not None:
            self._waited = 0
        self._show(known, view.comparing)

    def slow_tick(self) -> None:
        """A comparison that is read at once never shows the word for it."""
        if self.session.view.methods is not None or self.session.view.model is None:
            return
        self._waited += 1
        if self._waited == _PATIENCE:
            self._known = None
            self._say(LOADING)

    def _show(self, known: UnitComparison, job: JobView | None) -> None:
        another = known is not self._known
        self._known, self._job = known, job
        if known.error or not known.methods:
            self._show_why(known, job)
            return
        self.state.say(state_words(known, job))
        over = job is None or job.over
        failed = job is not None and job.state == "failed"
        self.again.setText(AGAIN if failed else GO_ON)
        self.again.setVisible(over and (failed or not known.finished))
        self.again.updateGeometry()
        self.best.setVisible(bool(known.best))
        if another:
            scores = [(score.key, score.title, score.tip) for score in known_scores(known)]
            self.order.set_choices([("", LISTED, "In the order of the methods' table"), *scores])
            self.order.show_key(self._order)
        self.order.setVisible(len(known.methods) > 1)
        self.section.hide()
        self.area.show()
        if another or self._waiting_words() != self._waiting:
            self._fill()

    def _show_why(self, known: UnitComparison, job: JobView | None) -> None:
        waiting = job is not None and not job.over
        told = known.error if known.error and not waiting else empty_words(job, INVITATION)
        if waiting or (job is not None and job.state in ("failed", "stopped") and not known.error):
            self._say(told, "" if waiting else AGAIN if job is not None and job.state == "failed" else GO_ON)
        else:
            self._say(told, COMPARE)

    def _say(self, text: str, button: str = "") -> None:
        """Words instead of methods."""
        if (text, button) != (self.section.words.text(), self.section.button.text()):
            tip = COMPARE_TIP if button == COMPARE else AGAIN_TIP
            self.section.say(text, button, self._compute if button == COMPARE else self._go_on, tip)
        self.section.show()
        self.area.hide()
        self.state.say("")
        for widget in (self.again, self.best, self.order):
            widget.hide()
        self.choose.setVisible(self._model is not None)

    def _fill(self) -> None:
        """The list: real pictures, the methods, those that are still to come, and before or behind it who is best."""
        known = self._known
        assert known is not None  # there are methods
        scores = known_scores(known)
        made = sorted(known.methods, key=self._rank) if self._order else list(known.methods)
        self._rows = [*([known.real] if known.real is not None else []), *made]
        entries = [_entry(row, scores, known) for row in self._rows]
        self._waiting = self._waiting_words()
        entries += [
            Entry(row.name, row.title, method_tip(row), note=word)
            for row, word in zip(known.to_come, self._waiting, strict=True)
        ]
        said, first = [Entry(note=sentence) for sentence in known.best], self.best.isChecked()
        self._said = len(said) if first else 0
        self.list.show_entries([*said, *entries] if first else [*entries, *said])

    def _waiting_words(self) -> list[str]:
        to_come = self._known.to_come if self._known is not None else ()
        return [waiting_word(place, self._job) for place in range(len(to_come))]

    def _rank(self, row: MethodResult) -> tuple[bool, float]:
        """Larger figures first, those that are not known last."""
        number = row.scores.get(self._order)
        return number is None, -(number or 0.0)

    # ---- what a person does ----

    def _order_by(self, key: str) -> None:
        self._order = key
        self._fill()

    def _toggle_best(self) -> None:
        self.best.setChecked(not self.best.isChecked())
        self._fill()
        bar = self.area.verticalScrollBar()
        assert bar is not None  # every scroll area has one
        bar.setValue(0)

    def _compute(self) -> None:
        if self._known is not None:
            self.wanted.emit(Compute(self._known.ref, COMPARED))

    def _go_on(self) -> None:
        """The same job once more, or where none is known one as by default."""
        if self._job is not None and self._job.over:
            self.wanted.emit(RunAgain(self._job.key))
        else:
            self._compute()

    def _choose(self) -> None:
        self.wanted.emit(Choose(COMPARED))

    def _enlarge(self, place: int, number: int) -> None:
        known, at = self._known, place - self._said
        if known is None:
            return
        row, name = self._rows[at], unit_name(self.session.view.model, known.ref)
        title = REAL.lower() if row is known.real else row.name
        self.wanted.emit(Enlarge(row.pictures, number, f"{name}: {title}", f"{name}-{row.name}"))


def _entry(row: MethodResult, scores: tuple[Score, ...], known: UnitComparison) -> Entry:
    figures = tuple(
        Figure(score.title, value(score, row), score_tip(score, row, known), is_best(score, row, known))
        for score in scores
    )
    if row is known.real:
        return Entry(REAL, "", REAL_TIP, row.pictures, figures, lost_words(row))
    return Entry(row.name, row.title, method_tip(row), row.pictures, figures, lost_words(row))
