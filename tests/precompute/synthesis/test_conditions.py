"""Formulas of maps, segments, sentences and videos, computed slowly; and that pictures climb them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from deepvis_app.messages import LayerInfo
from precompute.conditions.opening import Answers
from precompute.conditions.videos import Watcher
from precompute.synthesis.aim import Task
from precompute.synthesis.ascent import Ascent, Climb
from precompute.synthesis.dreaming import dreamt
from precompute.synthesis.goals.base import Aimed
from precompute.synthesis.goals.segmentation import wanted_classes, weights_for
from precompute.synthesis.goals.sentence import spoken
from precompute.synthesis.goals.unit_map import matching
from precompute.synthesis.image import Pixels
from precompute.synthesis.maker import Wish
from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.presets import PRESETS
from tests.precompute.synthesis.nets import SIDE, Plain, model

MAPS = torch.randn(2, 6, 3, 5, generator=torch.Generator().manual_seed(0))
UNITS = torch.tensor([0, 5])
FRAMES = 3


def test_a_drawn_map_is_missed_by_the_distance_but_not_by_what_is_off_where_it_shall_be() -> None:
    targets = {4: torch.rand(3, 5, generator=torch.Generator().manual_seed(1)), 1: torch.zeros(3, 5)}
    targets[4][0] = 0
    targets[1][1, 2] = 2.0
    found = matching(targets).value(MAPS, UNITS)
    for row, value in enumerate(found.tolist()):
        shares = []
        for unit, target in targets.items():
            squares = 0.0
            for y in range(3):
                for x in range(5):
                    error = float(MAPS[row, unit, y, x] - target[y, x])
                    squares += 0.0 if float(target[y, x]) == 0 and error < 0 else error**2
            shares.append(math.sqrt(squares) / float(target.norm()))
        assert value == pytest.approx(-sum(shares) / 2, rel=1e-5)
    exact = torch.zeros(1, 6, 3, 5)
    exact[0, 4], exact[0, 1] = targets[4], targets[1]
    exact[0, 4, 0] = -3
    assert float(matching(targets).value(exact, UNITS[:1])) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("even", [False, True])
def test_segments_are_the_mean_log_probability_of_the_wanted_classes(even: bool) -> None:
    labels = torch.tensor([[0, 0, 0, 0, 0], [0, 3, 3, 255, 255], [5, 0, 0, 0, 0]])
    weights = weights_for(labels, 255, even=even)
    assert float(weights.sum()) == pytest.approx(1)
    assert float(weights[1, 3]) == 0
    found = wanted_classes(labels.where(labels != 255, 0), weights).value(MAPS, UNITS)
    counts = {0: 10, 3: 2, 5: 1}
    for row, value in enumerate(found.tolist()):
        slow = 0.0
        for y in range(3):
            for x in range(5):
                label = int(labels[y, x])
                if label == 255:
                    continue
                exps = [math.exp(float(MAPS[row, unit, y, x])) for unit in range(6)]
                share = 1 / (3 * counts[label]) if even else 1 / 13
                slow += share * math.log(exps[label] / sum(exps))
        assert value == pytest.approx(slow, rel=1e-4)


def test_a_sentence_is_the_sum_of_its_words() -> None:
    words = MAPS[:, :, :1, :1]
    assert spoken().value(words, UNITS).tolist() == pytest.approx(
        [sum(float(v) for v in row.flatten()) for row in words], rel=1e-5
    )


class Later(nn.Module):
    """Two classes: how much brighter, and how much darker, each frame is than the one before; frame 0 counts once."""

    def forward(self, clips: Tensor) -> Tensor:
        means = clips.flatten(2).mean(2)
        rise = (means[:, 1:] - means[:, :-1]).sum(1)
        return torch.stack([rise, -rise], 1)


def video_climb() -> tuple[Aimed, Wish]:
    watcher = Watcher(Later(), FRAMES)
    objective = replace(OBJECTIVES["log-softmax"], frames=FRAMES)
    aimed = Aimed(objective, unit=0, parts=Answers((SIDE, SIDE), watcher.maps))
    return aimed, Wish(replace(PRESETS["none"], steps=8, noise=0.01), (0, 1))


def test_all_frames_of_a_video_are_painted_at_once_and_in_their_order() -> None:
    aimed, wish = video_climb()
    layer = LayerInfo("classes", "classes", "Linear", (2,), 2, is_class_layer=True)
    made = dreamt(model(Plain()), layer, aimed, wish, most=1)
    assert [one.task.seed for one in made] == [0] * FRAMES + [1] * FRAMES
    for at in (0, FRAMES):
        clip = made[at : at + FRAMES]
        assert [one.reason for one in clip] == [""] * FRAMES  # the middle frame alone would stand still
        first, _, last = (float(one.rgb.mean()) for one in clip if one.rgb is not None)
        assert last > first + 10
        assert len({one.value for one in clip}) == 1
        assert clip[0].value > clip[0].trace[0]


def test_a_videos_gradient_is_that_of_its_one_value() -> None:
    aimed, wish = video_climb()
    made = model(Plain())
    layer = LayerInfo("classes", "classes", "Linear", (2,), 2, is_class_layer=True)
    assert aimed.parts is not None
    part = aimed.parts.of(layer)
    image = Pixels(made.preprocess, part.canvas, made.device, 0.01)
    ascent = Ascent(Climb(part, made.preprocess, image, aimed.objective, wish.preset), [Task(0, 7)] * FRAMES)
    stage = ascent._entered(0)
    values, gradient = ascent._gradient(0, ascent._moment(0, stage), ())
    codes = ascent._codes.detach().requires_grad_()
    inputs = made.preprocess.normalise(image.pictures(codes) * 255)
    value = Later()(inputs[None])[0].log_softmax(0)[0]
    (slow,) = torch.autograd.grad(value, codes)
    assert values.tolist() == pytest.approx([float(value.detach())] * FRAMES, rel=1e-4)
    torch.testing.assert_close(gradient, slow, rtol=1e-3, atol=1e-7)
