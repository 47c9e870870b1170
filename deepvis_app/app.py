"""The composition root: the one place where torch and Qt meet. It builds everything and decides nothing."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

from deepvis_app.atlas import AtlasDesk
from deepvis_app.atlas.pins import PinDesk
from deepvis_app.attribution import METHODS
from deepvis_app.jobs.painter import Painter
from deepvis_app.live.capture import Capture
from deepvis_app.live.engine import Engine
from deepvis_app.live.sources import SourceError, list_cameras, spec_for
from deepvis_app.messages import MethodInfo, ModelChoice, SourceSpec
from deepvis_app.models import load_model, model_names
from deepvis_app.models.devices import available_devices
from deepvis_app.pauses import settle
from deepvis_app.render.strips import pictures_in
from deepvis_app.session import Session, View, ViewState
from deepvis_app.ui.action import Services
from deepvis_app.ui.camera_permission import shielded
from deepvis_app.ui.dialogs import job_now, trust
from deepvis_app.ui.main_window import MainWindow

_log = logging.getLogger("deepvis.qt")


@dataclass(frozen=True)
class Start:
    """What the program starts with."""

    model: ModelChoice
    source: SourceSpec
    state: ViewState = field(default_factory=ViewState)
    camera: SourceSpec | None = None  # where key c goes, if not to the first camera
    theme: str | None = None  # None: what was chosen last time
    threads: int = 0  # 0: torch's own choice
    ask_first: ModelChoice | None = (
        None  # a python file that was remembered: loaded when the person allows it
    )
    sentences: tuple[str, ...] = ()  # what to tell the person at once


@dataclass(frozen=True)
class Program:
    """The running parts."""

    engine: Engine
    capture: Capture
    atlas: AtlasDesk
    pins: PinDesk
    painter: Painter
    session: Session
    window: MainWindow

    def stop(self) -> bool:
        """End the threads; False when one was still busy after two seconds."""
        stopped = [part.stop() for part in (self.painter, self.capture, self.engine, self.atlas, self.pins)]
        return all(stopped)


def application() -> QApplication:
    """The one QApplication of the process; what Qt has to say goes to the log, not to the terminal."""
    qInstallMessageHandler(_qt_said)
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])


def _qt_said(kind: QtMsgType, _where: QMessageLogContext, text: str | None) -> None:
    if kind == QtMsgType.QtFatalMsg:  # Qt ends the process right after this
        print(f"deepvis: {text}", file=sys.stderr, flush=True)
    _log.info("Qt: %s", text)


def build(start: Start, *, remember: bool, loaded: Callable[[], None] | None = None) -> Program:
    """Make and connect all parts and start the threads; the window is not shown yet.

    `loaded` is called in the window's thread after each change of network.
    """
    if start.threads:
        torch.set_num_threads(start.threads)
    engine = Engine(load_model)
    capture = Capture(engine.put)
    pins, painter = PinDesk(), Painter(pictures_in)
    methods = tuple(MethodInfo(m.name, m.title, m.tooltip, m.slow) for m in METHODS.values())
    atlas = AtlasDesk()
    session = Session(engine, capture, start.state, methods=methods, atlas=atlas, pins=pins)
    session.paints.port = painter
    session.source = shielded(capture, session.say)
    session.loaded = loaded

    def open_path(text: str) -> None:
        try:
            session.open_source(spec_for(text))
        except SourceError as error:
            session.say(str(error))

    services = Services(
        open_path=open_path,
        models=model_names,
        devices=available_devices,
        list_cameras=lambda: [(camera.index, camera.name) for camera in list_cameras()],
        compute=lambda ref, kind: job_now.compute(window.context, ref, kind),
    )
    window = MainWindow(session, services, remember=remember)
    if start.theme is not None:
        window.theme.choose(start.theme)
    for sentence in start.sentences:
        session.say(sentence)
    if start.camera is not None:
        window.camera = start.camera
    engine.start()
    capture.start()
    atlas.start()
    pins.start()
    session.open_source(start.source)
    session.load_model(start.model)
    return Program(engine, capture, atlas, pins, painter, session, window)


def run(start: Start, trusted: Callable[[ModelChoice], None]) -> View:
    """Show the window and stay until it is closed; the last view, to be remembered.

    `trusted` is called with a python file that the person allows to run from now on.
    """
    qt = application()
    program = build(start, remember=True, loaded=settle)
    program.window.show()
    asked = start.ask_first
    if asked is not None:

        def allowed(always: bool) -> None:
            if always:
                trusted(asked)
            program.session.load_model(asked)

        trust.ask(program.window, asked.name, allowed)
    qt.exec()
    program.stop()
    return program.session.view
