"""The engine with a scripted loader and step: order, errors and stillness, without a network."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.attribution import SupersededError
from deepvis_app.live.engine import Engine
from deepvis_app.live.step import Memo
from deepvis_app.messages import Frame, ModelAnswer, ModelChoice, ModelInfo, Request, Result
from deepvis_app.models import ModelError
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.preprocess import Preprocess

WAIT_S = 5.0


def info(choice: ModelChoice) -> ModelInfo:
    return ModelInfo(choice, choice.name, (), (4, 4), 3, "crop", (), "0", choice.device, "random", "")


def loader(choice: ModelChoice) -> LoadedModel:
    if choice.name == "missing":
        raise ModelError("There is no model missing.")
    if choice.name == "surprise":
        raise ZeroDivisionError("boom")
    if choice.name == "exits":
        raise SystemExit(3)
    if choice.name == "interrupts":
        raise KeyboardInterrupt
    device = torch.device("meta" if choice.device == "cuda" else "cpu")  # stands in for a graphics card
    return LoadedModel(torch.nn.Identity(), info(choice), Preprocess((4, 4)), device)


class Steps:
    """A step that records what it saw and can be told to fail or to wait."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(
        self, model: LoadedModel, frame: Frame, request: Request, memo: Memo, wanted: Callable[[], bool]
    ) -> Result:
        self.seen.append((frame.index, request.generation))
        if request.layer == "slow":
            while wanted():
                time.sleep(0.001)
            raise SupersededError
        assert self.go.wait(WAIT_S)
        if request.layer == "broken":
            raise RuntimeError("shape mismatch\nand a long tail")
        if request.layer == "exits":
            raise SystemExit("good bye")
        if request.layer == "huge" and model.device.type != "cpu":
            raise torch.cuda.OutOfMemoryError("no room")
        return Result(frame, request)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def engine(steps: Steps) -> Iterator[Engine]:
    made = Engine(loader, steps)
    made.start()
    yield made
    steps.go.set()
    assert made.stop()


def frame(index: int) -> Frame:
    return Frame(index, np.zeros((4, 4, 3), np.uint8), float(index))


def loaded(engine: Engine, choice: ModelChoice | None = None) -> ModelAnswer:
    engine.load(choice or ModelChoice("toy", device="cpu"))
    answer = engine.take_model(WAIT_S)
    assert answer is not None
    return answer


def result(engine: Engine) -> Result:
    found = engine.take(WAIT_S)
    assert found is not None
    return found


def test_a_still_picture_is_computed_once_per_request(engine: Engine, steps: Steps) -> None:
    loaded(engine)
    engine.submit(Request(1, "a"))
    engine.put(frame(7))
    assert result(engine).request.generation == 1
    engine.put(frame(7))
    assert engine.take(0.2) is None
    engine.submit(Request(2, "a"))
    assert result(engine).request.generation == 2
    assert steps.seen == [(7, 1), (7, 2)]


def test_a_slow_step_skips_to_the_newest_frame_and_request(engine: Engine, steps: Steps) -> None:
    loaded(engine)
    steps.go.clear()
    engine.submit(Request(1, "a"))
    engine.put(frame(1))
    while not steps.seen:
        pass
    for index in range(2, 60):
        engine.put(frame(index))
        engine.submit(Request(index, "a"))
    steps.go.set()
    while (found := result(engine)).frame.index != 59:
        pass
    assert found.request.generation == 59
    assert len(steps.seen) == 2


def test_a_network_that_fails_with_every_frame_is_logged_once(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    loaded(engine)
    engine.submit(Request(1, "broken"))
    for index in range(3):
        engine.put(frame(index))
        assert result(engine).error
    assert caplog.messages == ["step failed"]


def test_an_exception_becomes_an_error_and_the_engine_goes_on(engine: Engine) -> None:
    loaded(engine)
    engine.put(frame(1))
    engine.submit(Request(1, "broken"))
    assert result(engine).error == "broken: RuntimeError: shape mismatch"
    engine.submit(Request(2, "exits"))
    assert result(engine).error == "exits: SystemExit: good bye"
    engine.submit(Request(3, "a"))
    assert result(engine).error == ""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "There is no model missing."),
        ("surprise", "surprise cannot be loaded: ZeroDivisionError: boom"),
        ("exits", "exits cannot be loaded: SystemExit: 3"),
        ("interrupts", "interrupts cannot be loaded: KeyboardInterrupt: no message"),
    ],
)
def test_a_model_that_does_not_load_leaves_the_old_one_running(
    engine: Engine, name: str, sentence: str
) -> None:
    loaded(engine)
    engine.put(frame(1))
    answer = loaded(engine, ModelChoice(name))
    assert (answer.info, answer.error) == (None, sentence)
    engine.submit(Request(1, "a"))
    assert result(engine).error == ""


def test_a_request_to_the_old_model_is_not_put_to_the_new_one(engine: Engine, steps: Steps) -> None:
    loaded(engine)
    engine.put(frame(1))
    engine.submit(Request(1, "a"))
    result(engine)
    loaded(engine, ModelChoice("other", device="cpu"))
    engine.put(frame(2))
    assert engine.take(0.2) is None
    assert steps.seen == [(1, 1)]


def test_the_old_network_is_let_go_when_another_is_there() -> None:
    nets: list[weakref.ref[torch.nn.Module]] = []

    def load(choice: ModelChoice) -> LoadedModel:
        made = loader(choice)
        nets.append(weakref.ref(made.net))
        return made

    engine = Engine(load, Steps())
    engine.start()
    for number in range(3):
        loaded(engine, ModelChoice(f"toy{number}", device="cpu"))
        gc.collect()
        assert [net() is not None for net in nets] == [False] * number + [True]
        engine.submit(Request(number, "a"))
        engine.put(replace(frame(number), still=True))  # it comes once: what is prepared of it would stay
        result(engine)
    assert engine.stop()


def test_without_room_on_the_device_the_engine_moves_to_the_cpu_and_says_so(engine: Engine) -> None:
    choice = ModelChoice("toy", device="cuda")
    assert loaded(engine, choice).info == info(choice)
    engine.put(frame(1))
    engine.submit(Request(1, "huge"))
    assert "out of memory: computing on the CPU" in result(engine).error
    answer = engine.take_model(WAIT_S)
    assert answer is not None
    assert answer.info == info(replace(choice, device="cpu"))
    engine.submit(Request(2, "huge"))
    assert result(engine).error == ""


def test_a_slow_method_gives_way_to_a_new_request_a_new_model_and_the_end(
    engine: Engine, steps: Steps
) -> None:
    loaded(engine)
    engine.put(frame(1))
    engine.submit(Request(1, "slow"))
    while not steps.seen:
        pass
    engine.submit(Request(2, "a"))
    assert result(engine).request.generation == 2
    engine.submit(Request(3, "slow"))
    assert loaded(engine, ModelChoice("other", device="cpu")).info is not None
    engine.submit(Request(4, "slow"))  # the fixture stops the engine in the middle of it


def test_stopping_does_not_wait_for_a_step_that_hangs(steps: Steps) -> None:
    engine = Engine(loader, steps)
    engine.start()
    loaded(engine)
    steps.go.clear()
    engine.submit(Request(1, "a"))
    engine.put(frame(1))
    while not steps.seen:
        pass
    assert engine.stop(timeout=0.1) is False
    steps.go.set()
    assert engine.stop(timeout=WAIT_S)
