"""Where the selected unit's value of this frame lies among its values in a data set."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import ModelInfo
from deepvis_app.session import View
from deepvis_app.ui.picture_words import made_by
from deepvis_app.ui.unit_words import on_another_scale, standing_of, value_now
from deepvis_app.ui.widgets.controls import ElidedLabel
from deepvis_app.ui.widgets.histogram import Histogram

NO_STATS = "No statistics yet (job “top”)."


class UnitStanding(QWidget):
    """A small histogram with a mark that follows every frame, and the same in words a few times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.histogram = Histogram()
        self.words = ElidedLabel(muted=True)
        self._text = ""
        self._model: ModelInfo | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.histogram)
        column.addWidget(self.words)

    def show_standing(self, view: View) -> None:
        """Move the mark; the words follow with `slow_tick`, at once where they speak of something else."""
        stats = view.pictures.stats if view.pictures is not None else None
        other = on_another_scale(view)
        another_model, self._model = view.model is not self._model, view.model
        reading = view.pictures is None and not another_model
        if not reading:  # else leave what stands there: most units are read at once
            self.histogram.setVisible(stats is not None and not other)
            self.histogram.show_stats(stats)
        value = value_now(view)
        self.histogram.set_value(value if stats is not None else None)
        before = self._text
        if other or (another_model and view.pictures is None):
            self._text = other
        elif view.pictures is not None and stats is None:
            self._text = NO_STATS
        else:
            self._text = standing_of(view) or before
        if not before or self._text in (NO_STATS, other) or before in (NO_STATS, other):
            self.slow_tick()
        if stats is not None and stats.run is not None and stats.quantiles:
            self.histogram.setToolTip(
                f"The unit's largest value in each of {stats.count:,} images ({stats.run.data or 'no name'}; "
                f"{made_by(stats.run)}), from {stats.quantiles[0][1]:.3g} to {stats.quantiles[-1][1]:.3g}. "
                "Green: this frame. The tallest bar may be cut off."
            )

    def slow_tick(self) -> None:
        self.words.say(self._text)
