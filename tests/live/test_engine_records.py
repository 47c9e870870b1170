"""The engine keeps the session's records beside its steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.live.engine import Engine
from deepvis_app.messages import Frame, ModelChoice, Request, Result
from deepvis_app.models import load_model

WAIT_S = 10.0
CHOICE = ModelChoice("caffenet64", weights="random", device="cpu")
REQUEST = Request(1, "conv3", 5, session_top=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine(load_model)
    made.start()
    load(made, CHOICE)
    yield made
    assert made.stop()


def load(engine: Engine, choice: ModelChoice) -> None:
    engine.load(choice)
    answer = engine.take_model(WAIT_S)
    assert answer is not None
    assert answer.info is not None


def answered(engine: Engine, request: Request, index: int) -> Result:
    rgb = np.random.default_rng(index).integers(0, 256, (70, 70, 3), np.uint8)
    engine.put(Frame(index, rgb, float(index), still=True))
    engine.submit(request)  # after the frame: else it might be answered for the one before
    while True:
        result = engine.take(WAIT_S)
        assert result is not None
        assert not result.error
        if (result.frame.index, result.request) == (index, request):
            return result


def frames(result: Result) -> set[int]:
    return {picture.facts.more["frame"] for picture in result.session_top}


def test_every_still_that_was_shown_has_its_place_among_the_records(engine: Engine) -> None:
    for index in (1, 2, 3):
        result = answered(engine, replace(REQUEST, generation=index), index)
    assert frames(result) == {1, 2, 3}
    assert answered(engine, replace(REQUEST, generation=4, session_top=False), 3).session_top == ()


def test_records_start_afresh_with_another_network_and_not_with_another_device(engine: Engine) -> None:
    answered(engine, REQUEST, 1)
    load(engine, CHOICE)  # as after a change of device: the same weights
    assert frames(answered(engine, replace(REQUEST, generation=2), 2)) == {1, 2}
    load(engine, replace(CHOICE, weights="default"))
    assert frames(answered(engine, replace(REQUEST, generation=3), 3)) == {3}
