"""End to end, offscreen: the real window, engine and capture on the bundled network."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchmarks.steps import resident_mb
from deepvis_app.app import Program, Start, build
from deepvis_app.attribution import METHODS, Target
from deepvis_app.messages import ModelChoice, Seed, SourceSpec, UnitRef
from deepvis_app.models import load_model
from deepvis_app.render.grid import tile_box
from deepvis_app.render.views import VIEWS
from deepvis_app.session import View, intents
from deepvis_app.ui.panels.layer_grid import LayerGridPanel

NET = ModelChoice("caffenet64", device="cpu")
MONKEY_STEPS = 2000
SOAK_FRAMES = 5000
# Keys that open dialogs of the system or end the program are not for monkeys.
MONKEY_KEYS = "hcfewijkluoznmbadtT89s05gx "


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    ramp = np.linspace(0, 255, 160, dtype=np.uint8)
    rgb = np.stack(np.broadcast_arrays(ramp[None], ramp[:120, None], np.uint8(90)), -1)
    path = tmp_path / "ramp.png"
    Image.fromarray(np.ascontiguousarray(rgb)).save(path)
    return path


@pytest.fixture
def program(qtbot: QtBot, photograph: Path) -> Iterator[Program]:
    made = build(Start(NET, SourceSpec("picture", str(photograph)), theme="dark"), remember=False)
    qtbot.addWidget(made.window)
    made.window.resize(1280, 800)
    made.window.show()
    yield made
    made.window.close()
    assert made.stop()


def settled(qtbot: QtBot, program: Program, seconds: float = 20) -> View:
    """Wait until the window shows the answer to the newest request of a loaded model."""

    def fresh() -> bool:
        view = program.session.view
        return view.fresh and view.loading is None and view.result is not None

    qtbot.waitUntil(fresh, timeout=int(seconds * 1000))
    return program.session.view


def test_a_photograph_is_shown_with_tiles_scores_and_its_name(qtbot: QtBot, program: Program) -> None:
    view = settled(qtbot, program)
    assert view.result is not None
    assert view.result.error == ""
    assert view.result.mosaic is not None
    assert view.result.mosaic.layer == "conv1"
    assert len(view.result.scores) == 5
    assert view.result.frame.name == "ramp.png"
    assert "ramp.png" in program.window.windowTitle()


def test_a_click_on_a_tile_selects_it_and_the_back_pane_equals_a_direct_call(
    qtbot: QtBot, program: Program
) -> None:
    settled(qtbot, program)
    qtbot.keyClick(program.window, Qt.Key.Key_O)
    settled(qtbot, program)
    wanted = UnitRef("relu1", 13)
    click_tile(qtbot, program, wanted.unit)
    assert program.session.view.state.unit == wanted.unit
    program.session.change(method="deconv", back_view="raw", seed=Seed("max"))
    view = settled(qtbot, program)
    assert view.result is not None
    assert view.result.request.shown_unit() == wanted
    model = load_model(NET)
    x = model.preprocess(view.result.frame.rgb, model.device)
    direct = METHODS["deconv"].run(model, x, Target("relu1", 13, Seed("max")), frozenset(["relu1"]))
    picture = VIEWS["raw"].draw(direct.heat.numpy(), model.preprocess.picture(x))
    assert view.result.heat is not None
    np.testing.assert_array_equal(view.result.heat.picture, picture)


def click_tile(qtbot: QtBot, program: Program, unit: int) -> None:
    """Press the mouse in the middle of a unit's tile, wherever the pane has drawn it."""
    panel = program.window.panels["layer_grid"]
    assert isinstance(panel, LayerGridPanel)
    result = program.session.view.result
    assert result is not None
    assert result.mosaic is not None
    top, left, bottom, right = tile_box(result.mosaic.grid, result.mosaic.order.tolist().index(unit))
    at = panel.grid.to_screen((top + bottom) / 2, (left + right) / 2).toPoint()
    qtbot.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_layers_models_and_freezing_change_in_the_running_window(qtbot: QtBot, program: Program) -> None:
    settled(qtbot, program)
    intents.select(program.session, UnitRef("fc8", 7))
    view = settled(qtbot, program)
    assert view.result is not None
    assert view.result.mosaic is not None
    assert view.result.mosaic.layer == "fc8"
    program.session.load_model(ModelChoice("caffenet64", weights="random", device="cpu"))
    qtbot.waitUntil(lambda: program.session.view.loading is None, timeout=20_000)
    assert settled(qtbot, program).model is not None
    program.session.load_model(ModelChoice("no_such_net"))
    qtbot.waitUntil(lambda: program.session.view.loading is None, timeout=60_000)
    assert "no_such_net" in program.session.view.notice
    assert settled(qtbot, program).model is not None
    program.session.open_source(SourceSpec("pattern"))
    qtbot.waitUntil(lambda: program.session.view.fps > 0, timeout=20_000)
    qtbot.keyClick(program.window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: program.session.view.source.state == "paused", timeout=30_000)
    frozen_at = program.session.view.frame
    qtbot.wait(300)
    assert program.session.view.frame is frozen_at


def test_quitting_ends_everything_within_two_seconds(qtbot: QtBot, program: Program) -> None:
    settled(qtbot, program)
    program.session.open_source(SourceSpec("pattern"))
    qtbot.wait(200)
    began = time.perf_counter()
    with qtbot.waitSignal(program.window.closed, timeout=2000):
        qtbot.keyClick(program.window, Qt.Key.Key_Q)
    assert program.stop()
    assert time.perf_counter() - began < 2


@pytest.mark.slow
def test_a_monkey_breaks_nothing(qtbot: QtBot, program: Program) -> None:
    settled(qtbot, program)
    program.session.open_source(SourceSpec("pattern"))
    rng = random.Random(2015)
    for _ in range(MONKEY_STEPS):
        if rng.random() < 0.7:
            key = rng.choice(MONKEY_KEYS)
            qtbot.keyClicks(program.window, key)
        else:
            panel = rng.choice(list(program.window.panels.values()))
            click_somewhere(qtbot, panel, rng)
        if rng.random() < 0.05:
            qtbot.wait(5)
        close_popups(program)
        assert program.window.errors.take() is None
    assert program.window.isVisible()
    assert settled(qtbot, program, 60).result is not None


def click_somewhere(qtbot: QtBot, panel: QWidget, rng: random.Random) -> None:
    at = QPoint(rng.randrange(max(panel.width(), 1)), rng.randrange(max(panel.height(), 1)))
    target = panel.childAt(at) or panel
    qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(panel, at))


def close_popups(program: Program) -> None:
    """A menu or dialog that a click opened is closed again, as Esc would."""
    popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    if popup is not None and popup is not program.window:
        popup.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_five_thousand_frames_leave_the_memory_as_it_was(qtbot: QtBot, program: Program) -> None:
    settled(qtbot, program)
    program.session.open_source(SourceSpec("pattern"))
    shown = run_frames(qtbot, program, 300)
    before = resident_mb()
    run_frames(qtbot, program, shown + SOAK_FRAMES)
    assert resident_mb() - before < 20


def run_frames(qtbot: QtBot, program: Program, until: int) -> int:
    """Let the window run, with another layer, unit and method now and then; the number of the last frame."""
    names = [layer.name for layer in intents.shown_layers(program.session)]
    rng = random.Random(until)
    index = 0
    while index < until:
        intents.select(program.session, UnitRef(rng.choice(names), rng.randrange(64)))
        program.session.change(method=rng.choice(("off", "deconv", "guided")))
        qtbot.wait(500)
        frame = program.session.view.frame
        index = frame.index if frame is not None else 0
    return index
