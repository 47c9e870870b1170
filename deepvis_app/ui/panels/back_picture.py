"""The backward picture."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from deepvis_app.messages import Heat
from deepvis_app.session import Session, View
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.widgets.image_view import ImageView

SHOW_ME = "Show where this unit looks"
FIRST_METHOD = "deconv"


class BackPicture(ImageView):
    """The backward picture of the newest result, or the reason why there is none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._heat: Heat | None = None

    def show_back(self, view: View) -> None:
        heat = view.result.heat if view.result is not None else None
        if heat is not self._heat:
            self._heat = heat
            if heat is None:
                self.clear_picture()
            else:
                self.set_rgb(heat.picture)
        self.set_mirrored(view.state.mirror)
        self._explain(view)

    def _explain(self, view: View) -> None:
        state, heat, result = view.state, self._heat, view.result
        off = state.method == "off"
        if view.model is None:
            self.message.say("No network is loaded.")
        elif off:
            self.message.say("The backward pass is off.", SHOW_ME, self._switch_on)
        elif result is not None and result.error:
            self.message.say(f"Failed: {result.error}")
        elif heat is None:
            self.message.say("computing ..." if result is None or not view.fresh else _why_none(view))
        else:
            self.message.say(heat.note or "Zero everywhere: nothing passes back." if heat.empty else "")
        frozen = ", frozen" if state.origin is not None else ""
        self.readout.say("" if off or heat is None else f"from {unit_name(view.model, heat.origin)}{frozen}")
        self.set_dimmed(off or (result is not None and bool(result.error)))

    def _switch_on(self) -> None:
        names = [method.name for method in self._session.methods]
        method = FIRST_METHOD if FIRST_METHOD in names or not names else names[0]
        self._session.change(method=method)


def _why_none(view: View) -> str:
    notes = view.result.notes if view.result is not None else ()
    return notes[0] if notes else f"The method {view.state.method} gave no picture for this layer."
