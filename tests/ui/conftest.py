"""Every test of the window fails when it leaves a widget, a running timer or a thread behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Widgets given to `qtbot.addWidget` are closed before this looks.

    qtbot refers to them weakly: one that only the test's frame held could be collected while Qt still paints
    it, which crashes. So nothing is collected until they are closed.
    """
    threads = set(threading.enumerate())
    if QApplication.topLevelWidgets():  # a window of a test elsewhere, which only a collection finds
        gc.collect()
    gc.disable()
    gc.freeze()  # what was there before is not looked through: late in the whole run that took 5 s a test
    yield
    gc.enable()
    for _ in range(2):  # deleting a widget may ask for the deletion of another
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
    gc.collect()
    ours = gc.get_objects()
    gc.unfreeze()
    widgets = [f"{type(w).__name__} {w.objectName()!r}" for w in QApplication.topLevelWidgets()]
    assert not widgets, f"widgets left: {widgets}"
    # By type: isinstance would ask every object in memory for its class, and torch's deprecated ones warn.
    timers = [t for t in ours if issubclass(type(t), QTimer) and not sip.isdeleted(t) and t.isActive()]
    assert not timers, f"timers left running: {timers}"
    left = {t.name for t in set(threading.enumerate()) - threads}
    assert not left, f"threads left running: {left}"
