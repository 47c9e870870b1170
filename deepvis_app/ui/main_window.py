"""The window: panels, menus and clock put together; it computes nothing and knows no network."""

from __future__ import annotations

from functools import partial
from time import perf_counter

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QCursor, QDragEnterEvent, QDropEvent, QIcon
from PyQt6.QtWidgets import QApplication, QDialog, QMainWindow

from deepvis_app.files import assets_folder
from deepvis_app.messages import SourceSpec
from deepvis_app.session import Session, View, intents
from deepvis_app.ui import clipboard
from deepvis_app.ui.action import ActionContext, Services
from deepvis_app.ui.actions import ACTIONS
from deepvis_app.ui.banner import Banner
from deepvis_app.ui.clock import Clock, Listener
from deepvis_app.ui.errors import Errors
from deepvis_app.ui.job_watch import JobWatch
from deepvis_app.ui.layout import Layout
from deepvis_app.ui.menus import Menus
from deepvis_app.ui.panels.search import UnitSearch
from deepvis_app.ui.theme import Theme
from deepvis_app.ui.window_state import WindowState
from deepvis_app.ui.wishes import grant

# Panes whose visibility is part of the ViewState, because keys of 2015 switch them.
STATE_PANES = {"scores": "show_scores", "unit_pictures": "show_unit_pictures"}


class MainWindow(QMainWindow):
    """`closed` is emitted once, when the window is gone and everything can be stopped."""

    closed = pyqtSignal()

    def __init__(self, session: Session, services: Services, *, remember: bool = True) -> None:
        """With `remember` off nothing of the last time is used or kept, as for a screenshot."""
        super().__init__()
        self.session = session
        self.state = WindowState()
        self.files, self.camera = SourceSpec("samples"), SourceSpec("camera", "0")  # where key c goes
        self._remember, self._told, self._ended = remember, 0, False
        self.errors = Errors(interrupted=self.leave)
        self.errors.install()
        self.theme = Theme(self.state.text("theme", "system") if remember else "system", self)
        self.setWindowIcon(QIcon(str(assets_folder() / "icons" / "deepvis.svg")))
        self.setAcceptDrops(True)
        self.banner = Banner(dismissed=self.errors.forget)
        self.centre = Layout(session, self.banner)
        self.panels = self.centre.panels
        self.setCentralWidget(self.centre)
        self.context = ActionContext(session, services, self)
        for panel in self.panels.values():
            panel.wanted.connect(partial(grant, self.context))
        self.jobs = JobWatch(self.context)
        self.centre.add_to_status(self.jobs.indicator)
        self.menus = Menus(self, self.context, ACTIONS)
        self._restore()
        listeners: list[Listener] = [self, *self.panels.values()]
        self.clock = Clock(session, listeners, self.errors.report, self)
        self.clock.start()

    # ---- what the clock calls ----

    def show_view(self, view: View) -> None:
        """Menus, title, notices, and the panes that belong to the state."""
        for name, field in STATE_PANES.items():
            if name in self.panels and self.centre.is_shown(name) != getattr(view.state, field):
                self.centre.show_pane(name, getattr(view.state, field))
        spec = view.source.spec
        if spec is not None and spec.kind == "camera":
            self.camera = spec
        elif spec is not None:
            self.files = spec
        if view.notice_number != self._told:
            self._told = view.notice_number
            self.banner.notice(view.notice)
        self.menus.show_view(view)
        title = " - ".join(
            filter(None, (view.model.title if view.model else "", view.source.title, "DeepVis"))
        )
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def slow_tick(self) -> None:
        self.banner.slow_tick()
        self.jobs.slow_tick()
        sentence = self.errors.take()
        if sentence is not None:
            self.banner.failure(sentence)

    # ---- what actions call ----

    def leave(self) -> None:
        """Close after the event that asked for it has been dealt with."""
        QTimer.singleShot(0, self.close)

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def toggle_pane(self, name: str) -> None:
        if name in STATE_PANES:
            intents.toggle(self.session, STATE_PANES[name])
        else:
            self.centre.show_pane(name, not self.centre.is_shown(name))

    def focus_search(self) -> None:
        """Put the cursor into the search field of the grid."""
        field = self.findChild(UnitSearch)
        if field is not None:
            self.centre.show_pane("layer_grid", True)
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def pane_under_mouse(self) -> str:
        """The panel that the mouse points at, or else the unit grid."""
        widget = QApplication.widgetAt(QCursor.pos())
        while widget is not None and widget.objectName() not in self.panels:
            widget = widget.parentWidget()
        return widget.objectName() if widget is not None else "layer_grid"

    # ---- Qt ----

    def event(self, event: QEvent | None) -> bool:
        """Times the painting, which is most of the window's work for a frame."""
        if event is None or event.type() != QEvent.Type.UpdateRequest:
            return super().event(event)
        began = perf_counter()
        done = super().event(event)
        self.clock.painted(1000 * (perf_counter() - began))
        return done

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        mime = event.mimeData() if event else None
        if event is not None and mime is not None and clipboard.can_take(mime):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        mime = event.mimeData() if event else None
        if event is not None and mime is not None and clipboard.take(self.context, mime, "dropped picture"):
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if event is not None and self._remember and not self._ended and not self.jobs.may_close():
            event.ignore()
            return
        if not self._ended:
            self._ended = True
            self._end()
            self.closed.emit()
        super().closeEvent(event)

    def _restore(self) -> None:
        if not self._remember:
            self.resize(1280, 800)
            return
        self.state.restore(self, self.centre.splitters, self.panels)
        hidden = [name for name in self.panels if not self.centre.is_shown(name)]
        for name in hidden:
            self.centre.show_pane(name, False)
        self.session.change(**{field: name not in hidden for name, field in STATE_PANES.items()})

    def _end(self) -> None:
        self.clock.stop()
        self.jobs.end()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        if self._remember:
            self.state.keep("theme", self.theme.choice)
            self.state.save(self, self.centre.splitters, self.panels)
        self.errors.restore()
