"""Phases: their steps, what they take from the preset, their objectives, and canvases of other sizes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from precompute.synthesis import canvas
from precompute.synthesis.ascent import Ascent, Climb, Task, ascend
from precompute.synthesis.image import Pixels
from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.part import part_for
from precompute.synthesis.policies import Constant, Normalised
from precompute.synthesis.presets import Preset
from precompute.synthesis.priors import Decay, Moment, Prior
from precompute.synthesis.schedule import Phase, stages
from tests.precompute.synthesis.nets import SIDE, Plain, model

THREE = (Phase(10), Phase(30, Constant(1.0), (Decay(0.1),), "auto"), Phase(10, scale=1.5))
PRESET = Preset("", "", 50, Normalised(4.0), (Decay(0.2),), noise=0.02, keep="last", phases=THREE)


@dataclass(frozen=True)
class Notes(Prior):
    """Notes what it is told, and the size of what it is shown."""

    told: list[tuple[int, int, tuple[int, ...], object]]

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:
        self.told.append((moment.index, moment.steps, tuple(pictures.shape[-2:]), moment.size))
        return pictures


def climb(preset: Preset, layer: str = "fc", first: np.ndarray | None = None) -> Climb:
    made = model(Plain())
    part = part_for(made, made.info.layer(layer))
    image = Pixels(made.preprocess, part.canvas, made.device, preset.noise, first)
    return Climb(part, made.preprocess, image, OBJECTIVES["centre"], preset)


def test_a_preset_without_phases_is_one_phase() -> None:
    (stage,) = stages(Preset("", "", 12, Constant(2.0), (Decay(0.1),)))
    assert (stage.begin, stage.steps, stage.scale, stage.objective) == (0, 12, 1.0, None)
    assert (stage.policy, stage.priors) == (Constant(2.0), (Decay(0.1),))


def test_phases_take_what_they_do_not_say_from_the_preset() -> None:
    first, second, third = stages(PRESET)
    assert (first.policy, first.priors) == (Normalised(4.0), (Decay(0.2),))
    assert (second.policy, second.priors, second.objective) == (Constant(1.0), (Decay(0.1),), "auto")
    assert (third.begin, third.scale) == (40, 1.5)


@pytest.mark.parametrize(
    ("steps", "expected"), [(100, [20, 60, 20]), (5, [1, 3, 1]), (1, [1]), (4, [1, 2, 1]), (7, [1, 5, 1])]
)
def test_another_number_of_steps_is_shared_out_as_the_phases_were(steps: int, expected: list[int]) -> None:
    found = stages(replace(PRESET, steps=steps))
    assert [stage.steps for stage in found] == expected
    assert [stage.begin for stage in found] == list(np.cumsum([0, *expected[:-1]]))


def test_priors_are_told_the_step_of_their_phase_and_the_canvas() -> None:
    told: list[tuple[int, int, tuple[int, ...], object]] = []
    preset = replace(
        PRESET, steps=6, priors=(Notes(told),), phases=(Phase(2, scale=0.5), Phase(2), Phase(2, scale=1.25))
    )
    ascend(climb(preset), [Task(0, 0)])
    assert [row[:2] for row in told] == [(0, 2), (1, 2)] * 3
    assert [row[2] for row in told] == [(16, 16)] * 2 + [(32, 32)] * 2 + [(40, 40)] * 2
    assert [row[3] for row in told] == [None] * 4 + [(32, 32)] * 2


def test_pictures_of_any_canvas_come_out_in_the_size_of_the_input() -> None:
    for scale in (0.5, 1.0, 1.44):
        way = climb(replace(PRESET, phases=(Phase(50), Phase(50, scale=scale)), steps=12))
        found = ascend(way, [Task(1, 0), Task(2, 1)])
        assert found is not None
        assert found.codes.shape[-2:] == canvas.size_of((SIDE, SIDE), scale)
        pictures, _ = way.painted(found.codes)
        assert pictures.shape == (2, 3, SIDE, SIDE)
        assert 0 <= float(pictures.amin()) <= float(pictures.amax()) <= 1
        assert bool((found.values > found.trace[0]).all())


def test_of_a_larger_canvas_only_the_middle_is_painted_without_a_shift() -> None:
    preset = replace(PRESET, noise=0.0, priors=(), phases=(Phase(3, scale=1.5),), steps=3)
    found = ascend(climb(preset), [Task(1, 0)])
    assert found is not None
    painted = found.codes[0].abs().sum(0) > 0
    assert painted.shape == (48, 48)
    assert bool(painted[8:40, 8:40].any())
    painted[8:40, 8:40] = False
    assert not bool(painted.any())


def test_a_phase_may_have_an_objective_of_its_own() -> None:
    preset = replace(PRESET, phases=(Phase(2, objective="log-softmax"), Phase(2)), steps=4)
    ascent = Ascent(climb(preset), [Task(1, 0)])
    kinds = []
    for _ in range(4):
        ascent.step()
        kinds.append(float(ascent.values[0]) == pytest.approx(float(ascent.activations[0])))
    assert kinds == [False, False, True, True]


def test_an_objective_that_a_layer_has_not_is_one_sentence() -> None:
    preset = replace(PRESET, phases=(Phase(2, objective="softmax"),), steps=2)
    with pytest.raises(ValueError, match="is for class layers, which conv2 is not"):
        ascend(climb(preset, "conv2"), [Task(1, 0)])


def test_the_best_of_a_preset_with_phases_is_that_of_its_last_one() -> None:
    wild = Phase(5, Normalised(60.0, 60.0), ())
    tame = Phase(5, Normalised(0.001, 0.001), (Decay(0.9),))
    found = ascend(
        climb(replace(PRESET, keep="best", phases=(wild, tame, tame), steps=15)),
        [Task(1, 0)],
    )
    assert found is not None
    assert float(found.values[0]) == pytest.approx(float(found.trace[10:, 0].max()), rel=1e-4)
    assert float(found.values[0]) < float(found.trace[:10, 0].max())


def test_a_picture_that_starts_on_a_small_canvas_gets_its_detail_back() -> None:
    first = np.random.default_rng(0).integers(60, 200, (SIDE, SIDE, 3), dtype=np.uint8)
    preset = replace(
        PRESET, noise=0.0, priors=(), policy=Normalised(0.0), phases=(Phase(2, scale=0.5), Phase(2)), steps=4
    )
    way = climb(preset, first=first)
    found = ascend(way, [Task(0, 0)])
    assert found is not None
    assert torch.allclose(
        way.painted(found.codes)[0][0] * 255, torch.from_numpy(first).permute(2, 0, 1).float(), atol=0.5
    )


def test_a_poke_may_lead_back_to_a_phase_with_another_canvas() -> None:
    preset = replace(PRESET, phases=(Phase(3), Phase(1, scale=2.0)), steps=4)
    ascent = Ascent(climb(preset), [Task(1, 0)])
    shapes = []
    for _ in range(4):
        ascent.step()
    ascent.poke()
    while not ascent.over:
        ascent.step()
        shapes.append(tuple(ascent.pictures.shape[-2:]))
    assert shapes == [(SIDE, SIDE)] * 2
    assert ascent.result().codes.shape[-1] == 2 * SIDE


def test_a_prior_stands_around_the_forward_pass_and_regards_the_gradient() -> None:
    told: list[str] = []
    found = ascend(climb(replace(PRESET, priors=(Around(told),), phases=(), steps=2)), [Task(0, 0)])
    assert found is not None
    assert told == ["in", "out", "regard", "in", "out"]


@dataclass(frozen=True)
class Around(Prior):
    told: list[str]

    @contextmanager
    def around(self, moment: Moment) -> Iterator[None]:
        self.told.append("in")
        yield
        self.told.append("out")

    def regard(self, gradient: Tensor, moment: Moment) -> Tensor:
        self.told.append("regard")
        return gradient
