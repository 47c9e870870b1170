"""The map of the selected unit."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import Cell, UnitView
from deepvis_app.session import Session, View
from deepvis_app.session.intents import pick_position
from deepvis_app.ui.panels.common import POINTED, SELECTED, PointedCell, table_of
from deepvis_app.ui.widgets.colour_bar import short
from deepvis_app.ui.widgets.image_view import ImageView


class UnitMap(ImageView):
    """The map of the selected unit: exact values under the mouse, its maximum marked; a click picks a seed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip("The selected unit. A click starts the backward pass at that position.")
        self._session, self._cell = session, PointedCell(session)
        self._unit: UnitView | None = None
        self._view: View | None = None
        self._at: tuple[int, int] | None = None
        self.hovered.connect(self._point)
        self.clicked.connect(self._pick)

    def show_unit(self, view: View) -> None:
        last, self._view = self._view, view
        unit = view.result.unit if view.result is not None else None
        self._cell.flush(view)
        if unit is not None and (unit is not self._unit or last is None or last.state != view.state):
            self.set_numbers(unit.pixels, table_of(view.state, "forward"))
            self._mark(view, unit)
        elif unit is None and self._unit is not None:
            self.clear_picture()
            self._unmark()
        self._unit = unit
        self.set_mirrored(view.state.mirror)
        self._explain(view)
        self._read()

    def _mark(self, view: View, unit: UnitView) -> None:
        y, x = unit.maximum_at
        single = unit.values.size == 1
        self.set_mark("maximum", None if single else (y, x, y + 1, x + 1), SELECTED, 1.5)
        seed, origin = view.state.seed, view.state.origin
        picked = seed.kind == "position" and not single and origin in (None, unit.ref)
        y, x = seed.position
        self.set_mark("seed", (y, x, y + 1, x + 1) if picked else None, POINTED, 2)

    def _unmark(self) -> None:
        self.set_mark("maximum", None)
        self.set_mark("seed", None)

    def _explain(self, view: View) -> None:
        unit, state = self._unit, view.state
        if view.model is None:
            text = "No network is loaded."
        elif unit is None:
            text = "The map of the selected unit appears here."
        elif (unit.ref.layer, unit.ref.unit) != (state.layer, state.unit):
            text = "computing ..."
        elif unit.values.size == 1:
            text = short(float(unit.values[0, 0]))
        else:
            text = ""
        self.set_dimmed(text == "computing ...")
        self.message.say(text)

    def _point(self, at: tuple[float, float] | None) -> None:
        self._at = None if at is None else (int(at[0]), int(at[1]))
        unit = self._unit
        if unit is not None:
            self._cell.point(None if self._at is None else Cell(unit.ref.unit, *self._at))
        self._read()

    def _read(self) -> None:
        unit, at = self._unit, self._at
        inside = (
            unit is not None
            and at is not None
            and at[0] < unit.values.shape[0]
            and at[1] < unit.values.shape[1]
        )
        if inside and unit is not None and at is not None and unit.values.size > 1:
            self.readout.say(f"({at[0]}, {at[1]})  {unit.values[at]:.4g}")
        else:
            self.readout.say("")

    def _pick(self, y: float, x: float, button: Qt.MouseButton) -> None:
        if self._unit is not None and button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            pick_position(self._session, int(y), int(x))
