"""What every part of the window is: a widget that shows views of the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from deepvis_app.session import Session, View

Area = Literal["left", "top", "centre", "right", "bottom"]


class Panel(QWidget):
    """A part of the window. It shows what a View holds and turns clicks into intents; it computes nothing."""

    wanted = pyqtSignal(object)  # a `wishes.Wish`: something that the window's services can do
    name: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName(self.name)

    def show_view(self, view: View) -> None:
        """Show the view. Called for every change, so touch only what differs from the last one."""
        raise NotImplementedError

    def slow_tick(self) -> None:
        """Called about four times a second: for text that need not follow every frame."""


@dataclass(frozen=True)
class PanelSpec:
    """One line of the PANELS table; panels of one area are placed in the table's order."""

    name: str
    title: str
    area: Area
    factory: Callable[[Session], Panel]
