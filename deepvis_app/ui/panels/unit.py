"""The selected unit, enlarged."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.session import Session, View
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.panels.unit_map import UnitMap
from deepvis_app.ui.panels.unit_standing import UnitStanding
from deepvis_app.ui.widgets.colour_bar import short
from deepvis_app.ui.widgets.controls import ElidedLabel, heading, row


class UnitPanel(Panel):
    """Name, maximum and map of the selected unit, and how unusual that maximum is."""

    name, title = "unit", "Unit"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.caption = ElidedLabel(muted=True, keep_end=True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.map = UnitMap(session, self)
        self.standing = UnitStanding()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row(heading(self.title), self.caption, gap=8))
        column.addWidget(self.map, 1)
        column.addWidget(self.standing)

    def show_view(self, view: View) -> None:
        self.map.show_unit(view)
        self.standing.show_standing(view)
        unit = view.result.unit if view.result is not None else None
        if unit is None:
            self.caption.say("")
            return
        name, value = unit_name(view.model, unit.ref), short(unit.maximum)
        if unit.values.size > 1:
            value = f"max {value} at ({unit.maximum_at[0]}, {unit.maximum_at[1]})"
        self.caption.say(f"{name}  {value}")

    def slow_tick(self) -> None:
        self.standing.slow_tick()
