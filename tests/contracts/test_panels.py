"""Every line of the PANELS table: builds, survives whatever the session shows, leaves nothing behind."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QLineEdit, QSlider, QToolButton
from pytestqt.qtbot import QtBot

import deepvis_app.ui.panels
from deepvis_app.messages import ModelAnswer, ModelChoice, SourceStatus, UnitRef
from deepvis_app.session import Session, View
from deepvis_app.ui.panels import PANELS, Panel
from tests.ui.conftest import nothing_left  # noqa: F401  (the leak check of the window's tests)
from tests.ui.fakes import FakeCompute, FakeSource, canned_model, canned_result, canned_session, large_model


@pytest.fixture(params=PANELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shown(qtbot: QtBot, session: Session, name: str) -> Panel:
    panel = PANELS[name].factory(session)
    qtbot.addWidget(panel)
    panel.resize(700, 420)
    panel.show()
    return panel


def draw(panel: Panel, session: Session) -> View:
    """One turn of the clock, painted."""
    view = session.poll() or session.view
    panel.show_view(view)
    panel.slow_tick()
    assert not panel.grab().isNull()
    return view


def test_the_table_names_each_panel_as_the_panel_does(name: str) -> None:
    spec = PANELS[name]
    assert spec.name == name
    assert spec.title
    assert spec.area in ("left", "top", "centre", "right", "bottom")


def test_a_panel_builds_and_shows_an_empty_session(qtbot: QtBot, name: str) -> None:
    session = Session(FakeCompute(), FakeSource())
    panel = shown(qtbot, session, name)
    assert panel.name == panel.objectName() == name
    assert panel.title
    draw(panel, session)


def test_a_panel_shows_a_result_again_and_again(qtbot: QtBot, name: str) -> None:
    session, _, _ = canned_session()
    panel = shown(qtbot, session, name)
    for method in ("off", "deconv"):
        session.change(method=method, unit=3, in_grid=True, origin=UnitRef("features.conv5", 7))
        draw(panel, session)
        draw(panel, session)
    assert session.view.result is not None
    assert session.view.result.request.method == "deconv"


def test_a_panel_survives_an_error_and_what_came_before_it(qtbot: QtBot, name: str) -> None:
    session, compute, _ = canned_session()
    panel = shown(qtbot, session, name)
    draw(panel, session)
    result = session.view.result
    assert result is not None
    compute.results = [
        replace(result, mosaic=None, unit=None, scores=(), network_input=None, error="It broke.")
    ]
    draw(panel, session)
    assert session.view.result is not None
    assert session.view.result.error == "It broke."
    compute.results = [canned_result(canned_model(), compute.requests[-1])]
    draw(panel, session)


def test_a_panel_follows_a_change_of_the_model(qtbot: QtBot, name: str) -> None:
    session, compute, _ = canned_session()
    panel = shown(qtbot, session, name)
    session.change(layer="fc6", unit=1000, overview=True)
    draw(panel, session)
    other = large_model(120)
    session.load_model(other.choice)
    draw(panel, session)
    compute.models = [ModelAnswer(other.choice, other)]
    assert draw(panel, session).model is other
    draw(panel, session)
    compute.models = [ModelAnswer(ModelChoice("x"), None, "There is no model x.")]
    draw(panel, session)
    assert session.view.model is other


def test_a_panel_survives_a_result_of_another_layer(qtbot: QtBot, name: str) -> None:
    session, compute, _ = canned_session()
    panel = shown(qtbot, session, name)
    draw(panel, session)
    compute.answering = False
    session.change(layer="fc8", unit=9, zoom=1)
    view = draw(panel, session)
    assert view.result is not None
    assert view.result.request.layer != view.state.layer


@pytest.mark.parametrize("state", ["none", "opening", "running", "paused", "ended", "failed"])
def test_a_panel_survives_every_state_of_the_source(qtbot: QtBot, name: str, state: str) -> None:
    session, _, source = canned_session()
    panel = shown(qtbot, session, name)
    kept = SourceStatus(title="cam", message="It is gone.", length=3, can_seek=True, can_step=True)
    source.now = replace(kept, state=state)  # type: ignore[arg-type]
    source.frame = None if state == "none" else source.frame
    assert draw(panel, session).source.state == state


def test_a_panel_without_room_still_draws(qtbot: QtBot, name: str) -> None:
    session, _, _ = canned_session()
    panel = shown(qtbot, session, name)
    panel.resize(1, 1)
    draw(panel, session)


def test_no_control_takes_the_keyboard_unasked_and_every_one_has_a_tooltip(qtbot: QtBot, name: str) -> None:
    session, _, _ = canned_session()
    panel = shown(qtbot, session, name)
    for kind in (QToolButton, QComboBox, QSlider):
        for control in panel.findChildren(kind):
            if isinstance(control.parentWidget(), QLineEdit):
                continue  # the clear button that Qt puts into a text field
            assert not control.focusPolicy() & Qt.FocusPolicy.TabFocus, control
            assert control.toolTip(), control


def test_panels_import_no_heavy_library() -> None:
    for path in Path(deepvis_app.ui.panels.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert not names & {"torch", "torchvision", "skimage", "cv2", "scipy"}, path.name
