"""Pictures for studies: made once, kept, gone on with, and treated as the network deserves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.models import LoadedModel
from precompute.generators.store import GeneratorError
from precompute.options import OptionError
from precompute.studies.base import Desk, StudyStoppedError
from precompute.studies.painting import DGN, drawings, open_drawing, paint, tasks_of, way
from precompute.synthesis.maker import Maker
from precompute.synthesis.making import Making
from precompute.synthesis.policies import CodeStep
from tests.precompute.studies.small import desk, generator, network
from tests.precompute.synthesis.nets import SIDE


@pytest.fixture
def model() -> LoadedModel:
    return network()


@pytest.fixture
def at(tmp_path: Path, model: LoadedModel) -> Desk:
    return desk("quality", tmp_path, model, generator=generator(tmp_path, model))


def test_there_is_a_picture_for_each_unit_and_seed_in_order(at: Desk) -> None:
    painted = paint(at, way(at, "none", None), tasks_of(at))
    assert [(one.unit, one.seed) for one in painted] == [(0, 0), (0, 1), (2, 0), (2, 1)]
    assert {one.rgb.shape for one in painted} == {(SIDE, SIDE, 3)}
    assert [one.reason for one in painted] == [""] * 4


def test_what_is_kept_is_not_made_again_and_other_wishes_are(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = way(at, DGN, open_drawing(at.options.generator))
    first = paint(at, how, tasks_of(at))
    made: list[int] = []
    real = Maker.make

    def counted(self: Maker, tasks: Sequence[Any]) -> Any:
        made.append(len(tasks))
        return real(self, tasks)

    monkeypatch.setattr(Maker, "make", counted)
    again = paint(at, how, tasks_of(at))
    assert made == []
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(first, again, strict=True))
    assert [a.activation for a in first] == [b.activation for b in again]
    at.options.steps = 3
    paint(at, way(at, DGN, open_drawing(at.options.generator)), tasks_of(at))
    assert sum(made) == 4


def test_a_study_that_was_stopped_goes_on_where_it_was(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Making, "units_at_once", lambda self, layer: 1)
    at.stop.ask()
    with pytest.raises(StudyStoppedError):
        paint(at, way(at, "none", None), tasks_of(at))
    at.stop._asked.clear()
    real = Maker.make
    calls: list[int] = []

    def stopping(self: Maker, tasks: Sequence[Any]) -> Any:
        calls.append(len(tasks))
        found = real(self, tasks)
        at.stop.ask()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Maker, "make", stopping)
        with pytest.raises(StudyStoppedError):
            paint(at, way(at, "none", None), tasks_of(at))
    at.stop._asked.clear()
    monkeypatch.setattr(at.stop, "ask", lambda: None)
    monkeypatch.setattr(Maker, "make", stopping)
    assert len(paint(at, way(at, "none", None), tasks_of(at))) == 4
    assert calls == [2, 2]


def test_another_network_than_the_generators_own_gets_smaller_steps(at: Desk, model: LoadedModel) -> None:
    drawing = open_drawing(at.options.generator)
    own = way(at, DGN, drawing).wish.preset.policy
    other = way(at, DGN, drawing, model=network(1)).wish.preset.policy
    alike = way(at, DGN, drawing, model=network(1), like=model).wish.preset.policy
    assert isinstance(own, CodeStep)
    assert isinstance(other, CodeStep)
    assert other.step < own.step
    assert alike == own


def test_ways_are_dgn_and_presets_for_pixels(at: Desk) -> None:
    found = drawings("dgn, robust", at.options.generator)
    assert list(found) == ["dgn", "robust"]
    assert found["robust"] is None
    assert found["dgn"] is not None
    for wrong in ("dgn-start", "robust,nothing", ""):
        with pytest.raises(OptionError, match="known are dgn, robust, A"):
            drawings(wrong, at.options.generator)
    with pytest.raises(GeneratorError, match="There is no generator nowhere"):
        drawings("dgn", "nowhere")
    assert drawings("A", "nowhere") == {"A": None}
