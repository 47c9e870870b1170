"""Panels on a canned session, ready to be clicked."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pytestqt.qtbot import QtBot

from deepvis_app.session import Session, View
from deepvis_app.ui.panels import Panel
from tests.ui.fakes import FakeCompute, FakeSource, canned_session

P = TypeVar("P", bound=Panel)


class Stage(Generic[P]):
    """A panel, its session and the fakes behind it."""

    def __init__(
        self, qtbot: QtBot, kind: type[P], size: tuple[int, int] = (700, 500), **session: Any
    ) -> None:
        self.session: Session
        self.compute: FakeCompute
        self.source: FakeSource
        self.session, self.compute, self.source = canned_session(**session)
        self.panel = kind(self.session)
        qtbot.addWidget(self.panel)
        self.panel.resize(*size)
        self.panel.show()
        self.turn()

    def turn(self, **changes: Any) -> View:
        """Change the state, then two turns of the window's clock."""
        self.session.change(**changes)
        for _ in range(2):
            self.session.poll()
            self.panel.show_view(self.session.view)
        return self.session.view
