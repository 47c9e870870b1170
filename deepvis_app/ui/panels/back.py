"""Where the selected unit looks: the backward picture and what it is made with."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.messages import SeedKind
from deepvis_app.render.views import VIEWS
from deepvis_app.session import Session, View
from deepvis_app.session.intents import toggle_frozen_origin
from deepvis_app.ui.panels.back_picture import BackPicture
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import Chooser, ElidedLabel, heading, row

SEEDS = (
    (
        "map",
        "whole map",
        "Start from every position of the unit's map, weighted by its activation (as in 2015)",
    ),
    ("max", "maximum", "Start from the strongest position only"),
    (
        "position",
        "picked",
        "Start from a position that you click in the enlarged unit, or right-click in the grid",
    ),
)


class BackPanel(Panel):
    """The backward picture with its choices: method, view, seed, frozen origin."""

    name, title = "back", "Where it looks"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        change = session.change
        methods = [
            ("off", "off", "No backward pass"),
            *((m.name, m.title, m.tooltip) for m in session.methods),
        ]
        views = [(name, option.title, option.tooltip) for name, option in VIEWS.items()]
        self.method = Chooser("Backward method (keys n and b)", methods, lambda key: change(method=key))
        self.view_chooser = Chooser("How it is drawn (key m)", views, lambda key: change(back_view=key))
        self.seed = Chooser("Where the backward pass starts", SEEDS, self._choose_seed)
        self.freeze = FlatButton(
            "Freeze origin", "Keep this unit as the start while you look at others (key d)",
            lambda: toggle_frozen_origin(session), checkable=True,
        )  # fmt: skip
        self.caption = ElidedLabel(muted=True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.picture = BackPicture(session, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row(heading(self.title), self.caption, gap=8))
        column.addWidget(self.picture, 1)
        column.addLayout(row(self.method, self.view_chooser))
        column.addLayout(row(self.seed, self.freeze))

    def show_view(self, view: View) -> None:
        state = view.state
        self.picture.show_back(view)
        self.method.show_key(state.method)
        self.view_chooser.show_key(state.back_view)
        self.seed.show_key(state.seed.kind)
        self.freeze.setChecked(state.origin is not None)
        for control in (self.view_chooser, self.seed):
            control.setEnabled(state.method != "off")
        self.caption.say(caption(view))

    def _choose_seed(self, kind: SeedKind) -> None:
        self.session.change(seed=replace(self.session.view.state.seed, kind=kind))


def caption(view: View) -> str:
    """The method as it really ran, and what to keep in mind."""
    heat = view.result.heat if view.result is not None else None
    if heat is None or view.state.method == "off":
        return ""
    return f"{heat.method}: {heat.note}" if heat.note and not heat.empty else heat.method
