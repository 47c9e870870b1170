from __future__ import annotations

import pytest

from deepvis_app.messages import (
    ModelAnswer,
    ModelChoice,
)
from deepvis_app.session import Session
from tests.session.stand_ins import MODEL, Clock, Compute, Source


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
