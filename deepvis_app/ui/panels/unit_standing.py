"""Where the selected unit's value of this frame lies among its values in a data set."""

from __future__ import annotations

import math

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.session import View, pictures_ref
from deepvis_app.ui.picture_words import made_by, standing
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.histogram)
        column.addWidget(self.words)

    def show_standing(self, view: View) -> None:
        """Move the mark; the words follow with `slow_tick`, at once where they speak of something else."""
        stats = view.pictures.stats if view.pictures is not None else None
        other = _on_another_scale(view)
        if view.pictures is not None or view.model is None:  # else it is being read: leave what stands there
            self.histogram.setVisible(stats is not None and not other)
            self.histogram.show_stats(stats)
        value = _value(view)
        self.histogram.set_value(value if stats is not None else None)
        before = self._text
        if other or view.model is None:
            self._text = other
        elif view.pictures is not None and stats is None:
            self._text = NO_STATS
        elif stats is not None and value is not None:
            self._text = standing(value, stats)
        if not before or self._text in (NO_STATS, other) or before in (NO_STATS, other):
            self.slow_tick()
        if stats is not None and stats.run is not None:
            self.histogram.setToolTip(
                f"The unit's largest value in each of {stats.count:,} images ({stats.run.data or 'no name'}; "
                f"{made_by(stats.run)}), from {stats.quantiles[0][1]:.3g} to {stats.quantiles[-1][1]:.3g}. "
                "Green: this frame. The tallest bar may be cut off."
            )

    def slow_tick(self) -> None:
        self.words.say(self._text)


def _value(view: View) -> float | None:
    """The selected unit's largest value in the newest frame."""
    unit = view.result.unit if view.result is not None else None
    if unit is None or (unit.ref.layer, unit.ref.unit) != (view.state.layer, view.state.unit):
        return None
    return unit.maximum if math.isfinite(unit.maximum) else None


def _on_another_scale(view: View) -> str:
    """Why the statistics say nothing of this layer's values, or ""."""
    ref = pictures_ref(view.model, view.state)
    if view.model is None or ref is None:
        return ""
    layer = view.model.layer(view.state.layer)
    if ref.layer == layer.name or "Softmax" not in layer.kind:
        return ""
    return f"Statistics: see {view.model.layer(ref.layer).alias}; {layer.alias} is on another scale."
