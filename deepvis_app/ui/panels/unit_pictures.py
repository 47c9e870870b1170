"""What is known of the selected unit from beforehand: three sets of nine pictures."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from deepvis_app.session import Session, View
from deepvis_app.ui.panels.base import Panel
from deepvis_app.ui.widgets.controls import heading
from deepvis_app.ui.widgets.picture_section import PictureSection

SECTIONS = (
    ("What it prefers", "Pictures made to excite this unit (activation maximisation)"),
    ("What excites it most", "The nine patches of real pictures with the highest activation"),
    ("Why: deconv of the nine", "What in each of those patches the unit responds to"),
)
WHY_EMPTY = "Not computed yet.\nThe command\ndeepvis-precompute\nwill fill this."


class UnitPicturesPanel(Panel):
    """Preferred pictures, top-9 patches and their deconv, one under the other."""

    name, title = "unit_pictures", "Unit pictures"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.sections = []
        for title, tooltip in SECTIONS:
            label, section = heading(title), PictureSection(WHY_EMPTY)
            for widget in (label, section):
                widget.setToolTip(f"{tooltip} (key 9 shows and hides this column)")
            column.addWidget(label)
            column.addWidget(section, 1)
            self.sections.append(section)

    def show_view(self, view: View) -> None:
        """Nothing to follow: the sections are empty for every unit."""
