from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import (
    U8,
    Cell,
    Frame,
    Grid,
    LayerInfo,
    ModelAnswer,
    ModelChoice,
    ModelInfo,
    Mosaic,
    Request,
    Result,
    Seed,
    SourceCommand,
    SourceSpec,
    SourceStatus,
    UnitRef,
)
from deepvis_app.session import Session, UnknownNameError, ViewState, intents, named_unit
from deepvis_app.session.state import legal, request_of

LAYERS = (
    LayerInfo("conv1", "conv1", "Conv2d", (6, 8, 8), 6, (8, 8)),
    LayerInfo("odd", "odd", "Odd", (1, 2, 3, 4, 5), 0, hidden_because="rank 5"),
    LayerInfo("conv2", "c2", "Conv2d", (10, 4, 4), 10, (4, 4)),
    LayerInfo("fc8", "fc8", "Linear", (3,), 3, (1, 1), is_class_layer=True),
)
MODEL = ModelInfo(
    choice=ModelChoice("toy"),
    title="toy",
    layers=LAYERS,
    input_size=(16, 16),
    input_channels=3,
    crop="crop",
    labels=("goldfish", "school bus", "Bus stop"),
    fingerprint="0",
    device="cpu",
    weights="random",
    preprocessing="",
    start_layer="conv1",
)


class Compute:
    def __init__(self) -> None:
        self.submitted: list[Request] = []
        self.results: list[Result] = []
        self.answers: list[ModelAnswer] = []
        self.choices: list[ModelChoice] = []

    def submit(self, request: Request) -> None:
        self.submitted.append(request)

    def take(self) -> Result | None:
        return self.results.pop(0) if self.results else None

    def load(self, choice: ModelChoice) -> None:
        self.choices.append(choice)

    def take_model(self) -> ModelAnswer | None:
        return self.answers.pop(0) if self.answers else None


class Source:
    def __init__(self) -> None:
        self.commands: list[SourceCommand] = []
        self.opened: list[SourceSpec] = []
        self.now = SourceStatus()

    def open(self, spec: SourceSpec) -> None:
        self.opened.append(spec)
        self.now = SourceStatus("running", spec)

    def show(self, rgb: U8, name: str) -> None:
        raise AssertionError("not used here")

    def command(self, command: SourceCommand) -> None:
        self.commands.append(command)

    def status(self) -> SourceStatus:
        return self.now

    def latest(self) -> Frame | None:
        return None


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def compute() -> Compute:
    return Compute()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(compute: Compute, clock: Clock) -> Session:
    made = Session(compute, Source(), clock=clock)
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    made.poll()
    return made


def frame(index: int = 1) -> Frame:
    return Frame(index, np.zeros((4, 4, 3), np.uint8), 0.0)


def answer(request: Request, index: int = 1, mosaic: Mosaic | None = None, error: str = "") -> Result:
    return Result(frame(index), request, mosaic=mosaic, error=error)


def test_a_loaded_model_is_asked_for_its_start_layer_at_once(session: Session, compute: Compute) -> None:
    assert session.view.state.layer == "conv1"
    assert compute.submitted[-1].layer == "conv1"


def test_the_program_starts_at_the_named_layer_or_says_what_is_there(compute: Compute) -> None:
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    named = Session(compute, Source(), ViewState(layer="c2", unit=7))
    named.poll()
    assert (named.view.state.layer, named.view.state.unit) == ("conv2", 7)
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    wrong = Session(compute, Source(), ViewState(layer="conv7", unit=7))
    wrong.poll()
    assert (wrong.view.state.layer, wrong.view.state.unit) == ("conv1", 0)
    assert "no layer 'conv7'; the nearest are conv2, conv1" in wrong.view.notice


def test_a_unit_out_of_range_is_named_with_its_range() -> None:
    with pytest.raises(UnknownNameError, match="fc8 has no unit 3; its units are 0 to 2"):
        named_unit(MODEL, "fc8", 3)


def test_only_changes_that_need_computing_make_a_request(session: Session, compute: Compute) -> None:
    asked = len(compute.submitted)
    session.change(palette="signed", mirror=True, show_scores=False)
    session.change(unit=0)
    assert len(compute.submitted) == asked
    session.change(unit=3)
    assert len(compute.submitted) == asked + 1
    assert compute.submitted[-1].generation > compute.submitted[-2].generation


def test_an_answer_to_an_earlier_click_is_dropped(session: Session, compute: Compute) -> None:
    session.change(unit=1)
    late = compute.submitted[-1]
    session.change(unit=2)
    compute.results.append(answer(late))
    session.poll()
    assert session.view.result is None
    assert not session.view.fresh
    compute.results.append(answer(compute.submitted[-1]))
    session.poll()
    assert session.view.fresh


def test_poll_tells_nothing_when_nothing_happened(session: Session) -> None:
    session.poll()
    assert session.poll() is None


def test_a_failed_load_keeps_the_old_model_and_says_why(session: Session, compute: Compute) -> None:
    session.load_model(ModelChoice("nonesuch"))
    assert compute.choices == [ModelChoice("nonesuch")]
    compute.answers.append(ModelAnswer(ModelChoice("nonesuch"), error="no such model"))
    session.poll()
    assert session.view.model is MODEL
    assert session.view.loading is None
    assert session.view.notice == "no such model"


def test_an_error_is_said_once_not_for_every_frame(session: Session, compute: Compute) -> None:
    for index in (1, 2, 3):
        compute.results.append(answer(compute.submitted[-1], index, error="broken"))
        session.poll()
    assert session.view.notice_number == 1


def test_the_frame_rate_is_smoothed_and_hidden_when_idle(
    session: Session, compute: Compute, clock: Clock
) -> None:
    for index in range(1, 6):
        clock.now += 0.1
        compute.results.append(answer(compute.submitted[-1], index))
        session.poll()
    assert session.view.fps == pytest.approx(10)
    clock.now += 3
    session.poll()
    assert session.view.fps == 0


@pytest.mark.parametrize(
    "state",
    [
        ViewState(),
        ViewState(layer="odd", unit=99),
        ViewState(layer="fc8", unit=-4, zoom=2, grid="backward"),
        ViewState(layer="conv2", unit=77, cell=Cell(3, 9, 9), origin=UnitRef("gone", 1)),
        ViewState(layer="conv2", method="deconv", seed=Seed("position", (9, -1)), origin=UnitRef("fc8", 2)),
    ],
)
def test_what_is_legal_stays_as_it_is(state: ViewState) -> None:
    once = legal(state, MODEL)
    assert legal(once, MODEL) == once
    layer = MODEL.layer(once.layer)
    assert 0 <= once.unit < layer.units


def test_illegal_wishes_are_clamped() -> None:
    state = legal(ViewState(layer="conv2", unit=77, cell=Cell(3, 9, 9), seed=Seed("position", (9, 9))), MODEL)
    assert (state.unit, state.cell, state.seed.position) == (9, None, (3, 3))
    assert legal(ViewState(layer="conv1", zoom=2), MODEL).zoom == 1
    assert legal(ViewState(layer="conv1", origin=UnitRef("fc8", 3)), MODEL).origin is None


def test_the_backward_pass_starts_at_the_frozen_origin() -> None:
    request = request_of(ViewState(layer="conv1", unit=2, origin=UnitRef("fc8", 1)), 7)
    assert request.seed_unit() == UnitRef("fc8", 1)
    assert request_of(ViewState(layer="conv1", unit=2), 7).seed_unit() == UnitRef("conv1", 2)


def test_arrows_walk_the_layers_then_the_tiles_and_back(session: Session, compute: Compute) -> None:
    mosaic = Mosaic(
        "conv1", Grid(6, 3, (8, 8)), np.zeros((4, 4), np.uint8), np.array([5, 4, 3, 2, 1, 0], np.int32), 1.0
    )
    compute.results.append(answer(compute.submitted[-1], mosaic=mosaic))
    session.poll()
    intents.move(session, 0, 1)
    assert session.view.state.layer == "conv2"
    intents.move(session, 0, -5)
    assert session.view.state.layer == "conv1"
    intents.move(session, 1, 0)
    assert session.view.state.in_grid
    intents.move(session, -1, 0)  # unit 0 stands in the second row here
    assert session.view.state.unit == 3
    intents.move(session, 0, -intents.FAST)
    assert session.view.state.unit == 5
    intents.move(session, -1, 0)
    assert not session.view.state.in_grid


def test_the_cycles_are_those_of_2015(session: Session) -> None:
    seen = []
    for _ in range(len(intents.BACK_CYCLE)):
        intents.cycle_back(session)
        seen.append((session.view.state.method, session.view.state.back_view))
    assert seen[:3] == [("gradient", "raw"), ("gradient", "norm"), ("deconv", "raw")]
    assert seen[-1] == ("off", "raw")
    gammas = []
    for _ in intents.GAMMAS:
        intents.cycle_gamma(session)
        gammas.append(session.view.state.scale.gamma)
    assert gammas == [0.7, 0.5, 0.3, 1.0]
    intents.cycle_boost(session)
    assert session.view.state.scale.boost == 0.3


def test_the_backward_grid_switches_a_method_on_and_zoom_skips_an_empty_back_pane(session: Session) -> None:
    for expected in (1, 0):
        intents.cycle_zoom(session)
        assert session.view.state.zoom == expected
    intents.toggle_backward_grid(session)
    assert (session.view.state.method, session.view.state.grid) == ("gradient", "backward")
    for expected in (1, 2, 0):
        intents.cycle_zoom(session)
        assert session.view.state.zoom == expected
    session.change(method="off")
    assert session.view.state.grid == "forward"


def test_the_origin_stays_while_other_layers_are_looked_at(session: Session) -> None:
    intents.select(session, UnitRef("fc8", 2))
    intents.toggle_frozen_origin(session)
    intents.select_layer(session, "conv1")
    assert session.view.state.origin == UnitRef("fc8", 2)
    intents.toggle_frozen_origin(session)
    assert session.view.state.origin is None


def test_reset_undoes_everything_that_changes_the_picture(session: Session) -> None:
    intents.toggle_backward_grid(session)
    intents.select(session, UnitRef("conv2", 4))
    intents.toggle_frozen_origin(session)
    intents.cycle_gamma(session)
    intents.cycle_zoom(session)
    intents.pick_position(session, 2, 2)
    intents.reset(session)
    assert session.view.state == replace(ViewState(), layer="conv1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", [UnitRef("conv1", 4)]),
        ("99", []),
        ("c2:7", [UnitRef("conv2", 7)]),
        ("conv2", [UnitRef("conv2", 0)]),
        ("bus", [UnitRef("fc8", 2), UnitRef("fc8", 1)]),
        ("goldfisch", [UnitRef("fc8", 0)]),
        ("", []),
    ],
)
def test_units_are_found_by_number_name_and_class(
    session: Session, text: str, expected: list[UnitRef]
) -> None:
    assert intents.find(session, text) == expected


def test_key_c_goes_between_camera_and_files(session: Session) -> None:
    files = SourceSpec("samples")
    intents.toggle_camera(session, files)
    session.poll()
    assert session.view.source.spec == SourceSpec("camera", "0")
    intents.toggle_camera(session, files)
    session.poll()
    assert session.view.source.spec == files


def test_crop_and_stretch_alternate(session: Session) -> None:
    crops = []
    for _ in range(3):
        intents.toggle_crop(session)
        crops.append(session.view.state.crop)
    assert crops == ["squash", "crop", "squash"]
