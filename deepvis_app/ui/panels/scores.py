"""The best classes of the frame."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.session import Session, View
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.widgets.controls import heading
from deepvis_app.ui.widgets.score_bars import ScoreBars


class ScoresPanel(Panel):
    """Up to five probabilities with their labels, or why there are none."""

    name, title = "scores", "Classes"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.bars = ScoreBars(self)
        self.bars.setToolTip("The most probable classes of this frame (key 8 shows and hides them)")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(heading(self.title))
        column.addWidget(self.bars)

    def show_view(self, view: View) -> None:
        scores = view.result.scores if view.result is not None else ()
        self.bars.show_scores(scores, "" if scores else why_empty(view))


def why_empty(view: View) -> str:
    """Why there are no scores, in one sentence."""
    if view.model is None:
        return "No network is loaded."
    if view.result is None:
        return "Nothing computed yet."
    if view.result.error:
        return "The last frame could not be computed."
    return view.result.scores_note or "This network has no class scores."
