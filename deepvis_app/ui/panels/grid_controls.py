"""The choices above the grid: content, order, colours, gamma, boost, overview, search."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from deepvis_app.render.palettes import PALETTE_TITLES
from deepvis_app.session import Session, ViewState
from deepvis_app.session.intents import BOOSTS, GAMMAS, show_content, toggle
from deepvis_app.ui.panels.search import UnitSearch
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser

_GAP = 4  # pixels between the controls
ORDER_CHOICES = (
    ("index", "by number", "In the network's own order"),
    ("activation", "by activation", "The most active unit first, as of this frame"),
    ("name", "by name", "Class layers: in alphabetical order"),
)
CONTENT_CHOICES = (
    ("forward", "activations", "What every unit does with this frame"),
    ("backward", "gradients", "Each unit's gradient, red and green, instead of its activation (key a)"),
    ("am", "what it prefers (AM)", "The picture made to excite each unit (activation maximisation)"),
    ("dgn-am", "what it prefers (DGN-AM)", "The picture that a generator network made to excite each unit"),
    ("top", "best real patch", "The patch of a real picture that excites each unit most"),
)


class GridControls(QWidget):
    """One line of drop-down lists and buttons; `host` is where search results may lie over the grid."""

    def __init__(self, session: Session, host: QWidget) -> None:
        super().__init__(host)
        self._session = session
        change = session.change
        palettes = [(name, name, title) for name, title in PALETTE_TITLES.items()]
        gammas = [(g, f"gamma {g:g}", "Below 1 brightens what is weak") for g in GAMMAS]
        boosts = [(b, f"boost {b:g}", "At 1 every unit uses the whole range of brightness") for b in BOOSTS]
        self.content = Chooser(
            "What each tile shows (keys s and a)", CONTENT_CHOICES, lambda key: show_content(session, key)
        )
        self.order = Chooser("Order of the units (key r)", ORDER_CHOICES, lambda key: change(order=key))
        self.palette_chooser = Chooser("Colours (key p)", palettes, lambda key: change(palette=key))
        self.gamma = Chooser("Brightness of weak activations (key t)", gammas, self._set_gamma)
        self.boost = Chooser("Boost of every unit by itself (key T)", boosts, self._set_boost)
        self.overview = FlatButton("All layers", "Show the units of every layer at once (key v)",
                                    lambda: toggle(session, "overview"), checkable=True)  # fmt: skip
        self.search = UnitSearch(session, host)
        self.search.setMinimumWidth(self.fontMetrics().averageCharWidth() * 10)
        self._choosers = (self.content, self.order, self.palette_chooser, self.gamma, self.boost)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(_GAP)
        for widget in (*self._choosers, self.overview):
            line.addWidget(widget)
        line.addWidget(self.search, 1)

    def show_state(self, state: ViewState) -> None:
        self.content.show_key(state.pattern or state.grid)
        self.order.show_key(state.order)
        self.palette_chooser.show_key(state.palette)
        self.gamma.show_key(state.scale.gamma)
        self.boost.show_key(state.scale.boost)
        for control in (self.palette_chooser, self.gamma, self.boost):  # pictures have their own colours
            control.setVisible(not state.pattern)
        self.overview.setChecked(state.overview)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow window a button that the toolbar has as well gives its room to the lists' words."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        beside = (*(chooser for chooser in self._choosers if not chooser.isHidden()), self.overview)
        wanted = sum(widget.sizeHint().width() + _GAP for widget in beside) + self.search.minimumWidth()
        self.overview.setVisible(wanted <= self.width())

    def _set_gamma(self, gamma: float) -> None:
        self._session.change(scale=replace(self._session.view.state.scale, gamma=gamma))

    def _set_boost(self, boost: float) -> None:
        self._session.change(scale=replace(self._session.view.state.scale, boost=boost))
