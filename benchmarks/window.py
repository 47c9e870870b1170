"""The window's own work, the way from a click to its picture, and the first start; offscreen."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from PyQt6.QtCore import QEventLoop, QTimer

from benchmarks.rows import Row
from benchmarks.steps import MODELS, load
from deepvis_app.app import Program, Start, application, build
from deepvis_app.messages import ModelChoice, SourceSpec, UnitRef
from deepvis_app.pauses import settle
from deepvis_app.session import intents
from deepvis_app.ui.clock import FAST_MS

RUN_S = 60.0
CLICKS = 40
STARTS = 3
SIZE = (1280, 800)

# Run in a fresh process: the times from its start to a painted window and to the first activations.
_START = """
import sys, time
began = float(sys.argv[1])
from deepvis_app import app, starting
from deepvis_app.arguments import parse
start = starting.starting(parse(["samples", "--device", "cpu"]), remembered=False).start
qt = app.application()
from PyQt6.QtCore import QTimer
program = app.build(start, remember=False)
program.window.show()
seen = {}
def look():
    if program.window.isVisible():
        seen.setdefault("window", time.time() - began)
    if program.session.view.fresh:
        print(seen["window"], time.time() - began)
        timer.stop()  # closing goes through the event loop, and the picture is still there meanwhile
        program.window.close()
timer = QTimer(); timer.timeout.connect(look); timer.start(5)
qt.exec()
program.stop()
"""


def rows(device: str = "auto", seconds: float = RUN_S) -> list[Row]:
    """The rows of every model, then those of the start, which is that of the bundled net."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = application()
    found = [row for name in MODELS for row in _model_rows(load(name, device).info.choice, seconds)]
    del qt
    return [*found, *_start_rows()]


def _model_rows(choice: ModelChoice, seconds: float) -> list[Row]:
    program = build(Start(choice, SourceSpec("pattern")), remember=False, loaded=settle)
    program.window.resize(*SIZE)
    program.window.show()
    try:
        until(lambda: program.session.view.fresh, 60)
        return [*_work_rows(program, seconds), _click_row(program)]
    finally:
        program.window.close()
        program.stop()


def _work_rows(program: Program, seconds: float) -> list[Row]:
    """A stream at camera speed while layers, units and methods change twice a second."""
    rng = random.Random(1)
    layers = intents.shown_layers(program.session)
    program.window.clock.work_ms.clear()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        layer = rng.choice(layers)
        intents.select(program.session, UnitRef(layer.name, rng.randrange(layer.units)))
        program.session.change(method=rng.choice(("off", "gradient", "deconv", "guided")))
        wait(500)
    work = list(program.window.clock.work_ms)
    detail = f"{len(work)} views in {seconds:g} s at {SIZE[0]}x{SIZE[1]}"
    what = f"{_name(program)}: window work per shown frame"
    return [
        Row(f"{what}, median", statistics.median(work), 5, "ms", detail),
        Row(f"{what}, worst", max(work), 50, "ms"),
    ]


def _click_row(program: Program) -> Row:
    """Steps that fit between a click and the matching picture, after one timer tick is taken off."""
    session = program.session
    layers = intents.shown_layers(session)
    layer = layers[len(layers) // 2]
    intents.select(session, UnitRef(layer.name, 0))
    session.change(method="deconv")
    until(lambda: session.view.fresh, 10)
    steps, waits = [], []
    for click in range(CLICKS):
        wait(random.Random(click).randrange(60, 140))
        began = time.perf_counter()
        intents.select_unit(session, (click * 37 + 1) % layer.units)
        until(lambda: session.view.fresh, 10)
        wait_ms = (time.perf_counter() - began) * 1e3
        result = session.view.result
        assert result is not None
        waits.append(wait_ms)
        steps.append((wait_ms - FAST_MS) / result.timing.step_ms)
    detail = f"median {statistics.median(waits):.0f} ms"
    what = f"{_name(program)}: click to matching picture, steps beyond one tick"
    return Row(what, statistics.median(steps), 2, "", detail)


def _name(program: Program) -> str:
    model = program.session.view.model
    assert model is not None
    return model.choice.name


def _start_rows() -> list[Row]:
    """The median of a few starts; the first, which may read a cold disk, is not counted."""
    times = [_one_start() for _ in range(STARTS + 1)][1:]
    window, activations = (statistics.median(column) for column in zip(*times, strict=True))
    return [
        Row("process start to visible window", window, 3, "s"),
        Row("process start to first activations", activations, 6, "s"),
    ]


def _one_start() -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _START, repr(time.time())],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    window, activations = map(float, done.stdout.split())
    return window, activations


def wait(milliseconds: int) -> None:
    """Let the event loop run for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Run the event loop until the condition holds. Raises TimeoutError."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(1)
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    if not condition():
        loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError(f"nothing within {seconds} s")
