"""The loop: it climbs, each picture by itself, and in the order of the code of 2015."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter1d

from deepvis_app.models.loaded import LoadedModel
from precompute.synthesis.ascent import Ascended, Climb, Task, ascend
from precompute.synthesis.image import Pixels
from precompute.synthesis.objectives import OBJECTIVES, Objective, centre
from precompute.synthesis.part import part_for
from precompute.synthesis.policies import Constant, Normalised, Policy, Progress
from precompute.synthesis.presets import PRESETS, Preset, presets_for
from precompute.synthesis.priors import (
    AlphaNorm,
    Blur,
    Decay,
    Jitter,
    Prior,
    SmallContribution,
    SmallNorm,
    Variation,
)
from tests.precompute.synthesis.nets import SIDE, Plain, model, weights_of

QUICK = replace(PRESETS["robust"], steps=12)
TASKS = [Task(unit, seed) for unit in (0, 3, 4) for seed in (0, 1)]


def climb(made: LoadedModel, layer: str, preset: Preset, *, half: bool = False) -> Climb:
    part = part_for(made, made.info.layer(layer))
    image = Pixels(made.preprocess, part.canvas, made.device, preset.noise)
    return Climb(part, made.preprocess, image, OBJECTIVES["centre"], preset, half=half)


def made_by(way: Climb, tasks: list[Task]) -> Ascended:
    found = ascend(way, tasks)
    assert found is not None
    return found


@pytest.mark.parametrize("name", presets_for(codes=False))
@pytest.mark.parametrize("layer", ["conv3", "fc"])
def test_every_preset_raises_every_unit(name: str, layer: str) -> None:
    """By its full number of steps where it smooths so strongly that 40 leave next to nothing."""
    steps = 120 if name == "mean-image" else 40
    way = climb(model(Plain()), layer, replace(PRESETS[name], steps=steps))
    found = made_by(way, TASKS)
    start = made_by(replace(way, preset=replace(way.preset, steps=1)), TASKS)
    assert bool((found.values > start.values + 0.1).all())


@pytest.mark.parametrize("name", ["A", "B", "C", "D"])
def test_the_steps_of_2015_raise_units_with_gradients_as_large_as_that_networks(name: str) -> None:
    made = model(Plain())
    with torch.no_grad():
        weights_of(made, "fc.weight").mul_(20)
    policy = PRESETS[name].policy_2015
    assert policy is not None
    found = made_by(climb(made, "fc", replace(PRESETS[name], steps=40, policy=policy)), TASKS)
    assert bool((found.values > found.trace[0] + 1).all())


def test_minimising_lowers_the_value() -> None:
    way = climb(model(Plain()), "fc", QUICK)
    up, down = made_by(way, TASKS), made_by(replace(way, minimise=True), TASKS)
    assert bool((down.values < up.values - 1).all())
    assert bool((down.trace[-1] < down.trace[0]).all())


@pytest.mark.parametrize("layer", ["conv2", "fc"])
def test_a_picture_made_in_a_batch_is_the_picture_made_alone(layer: str) -> None:
    way = climb(model(Plain()), layer, QUICK)
    together = made_by(way, TASKS)
    for k, task in enumerate(TASKS):
        alone = made_by(way, [task])
        assert torch.allclose(alone.codes[0], together.codes[k], atol=1e-4)
        assert float(alone.values[0]) == pytest.approx(float(together.values[k]), rel=1e-3)


def test_the_same_seed_gives_the_same_picture_and_another_seed_another() -> None:
    way = climb(model(Plain()), "fc", QUICK)
    first, second = made_by(way, TASKS), made_by(way, TASKS)
    assert torch.equal(first.codes, second.codes)
    assert not torch.allclose(first.codes[0], first.codes[1], atol=1e-2)


def test_a_cut_network_gives_the_picture_of_the_whole_one() -> None:
    made = model(Plain())
    preset = replace(QUICK, priors=(Decay(0.01),))  # blur and jitter look over the canvas's edge
    layer = made.info.layer("conv2")
    cut = climb(made, "conv2", preset)
    whole = replace(
        cut,
        part=part_for(made, layer, whole_map=True),
        image=Pixels(made.preprocess, (0, 0, SIDE, SIDE), made.device, preset.noise),
    )
    first, second = made_by(cut, TASKS), made_by(whole, TASKS)
    assert first.values.tolist() == pytest.approx(second.values.tolist(), rel=1e-3)
    top, left, bottom, right = cut.part.field
    assert torch.allclose(cut.part.shown(first.codes), second.codes[:, :, top:bottom, left:right], atol=1e-3)


def test_the_way_of_2015_step_by_step() -> None:
    """Clip, value and gradient, step, decay, blur at every 2nd, small norm, small contribution; best one kept."""
    made = model(Plain())
    preset = Preset(
        "",
        "",
        5,
        Constant(4000.0),
        (Decay(0.1), Blur(1.0, 2), SmallNorm(20.0), SmallContribution(30.0)),
        noise=0.2,
    )
    found = made_by(climb(made, "fc", preset), [Task(2, 4)])
    mean, std = torch.tensor([0.5, 0.45, 0.4]).view(3, 1, 1), torch.tensor([0.25, 0.2, 0.22]).view(3, 1, 1)
    x = torch.randn(3, SIDE, SIDE, generator=torch.Generator().manual_seed(4)) * 0.2
    values, kept = [], []
    for index in range(5):
        leaf = ((x + mean).clamp(0, 1) - mean).requires_grad_()
        value = made.net((leaf + mean - mean)[None] / std)[0, 2]
        (g,) = torch.autograd.grad(value, leaf)
        values.append(float(value.detach()))
        kept.append(leaf.detach())
        y = (leaf.detach() + 4000 / 255**2 * g).double().numpy() * 0.9
        if index % 2 == 0:
            y = gaussian_filter1d(
                gaussian_filter1d(y, 0.6, axis=1, mode="reflect"), 0.6, axis=2, mode="reflect"
            )
        norm = np.sqrt((y**2).sum(0))
        y = np.where(norm < np.percentile(norm, 20), 0, y)
        contribution = np.abs((y * g.numpy()).sum(0))
        x = torch.from_numpy(np.where(contribution < np.percentile(contribution, 30), 0, y)).float()
    assert found.trace[:, 0].tolist() == pytest.approx(values, rel=1e-3, abs=1e-3)
    assert torch.allclose(found.codes[0], kept[int(np.argmax(values))], atol=1e-4)


def test_penalties_work_against_the_gradient_and_make_the_picture_smoother() -> None:
    made = model(Plain())
    plain = Preset("", "", 15, Normalised(4.0), (), keep="last")
    rough = made_by(climb(made, "fc", plain), TASKS).codes
    smooth = made_by(climb(made, "fc", replace(plain, priors=(Variation(1.0),))), TASKS).codes
    steps = [(x[..., 1:] - x[..., :-1]).abs().mean() / x.abs().mean() for x in (rough, smooth)]
    assert steps[1] < 0.8 * steps[0]


@pytest.mark.parametrize("image", ["pixels", "fourier"])
@pytest.mark.parametrize("policy", [Normalised(4.0, 4.0), Progress(0.01, 1e8)])
@pytest.mark.parametrize("prior", [AlphaNorm(0.002, 2.0, 0.1), Variation(0.02)])
def test_a_penalty_does_not_change_the_size_of_steps_by_what_the_unit_does_not_see(
    prior: Prior, policy: Policy, image: str
) -> None:
    """One step towards a unit that sees 5 x 5 of 32 x 32 pixels: penalties as weak as these hardly change it."""
    made = model(Plain())
    plain = Preset("", "", 2, policy, noise=0.05, keep="last", image=image)
    part = part_for(made, made.info.layer("conv1"), whole_map=True)
    way = replace(climb(made, "conv1", plain), part=part)
    way = replace(way, image=Pixels(made.preprocess, part.canvas, made.device, 0.05))
    top, left, bottom, right = part.field
    start, free, held = (
        made_by(replace(way, preset=preset), TASKS).codes[:, :, top:bottom, left:right]
        for preset in (replace(plain, steps=1), plain, replace(plain, priors=(prior,)))
    )
    assert (right - left, bottom - top) == (5, 5)
    moved = (held - start).abs().mean((1, 2, 3)) / (free - start).abs().mean((1, 2, 3))
    assert not torch.equal(held, free)
    assert moved.tolist() == pytest.approx([1.0] * len(TASKS), abs=0.1)


def dead_start() -> LoadedModel:
    """Every unit of conv2 is below zero for what is near the mean colour, so nothing comes through."""
    made = model(Plain())
    with torch.no_grad():
        weights_of(made, "conv2.bias").fill_(-1.5)
    return made


def test_a_start_without_gradient_is_rescued_and_told() -> None:
    preset = Preset("", "", 60, Normalised(6.0), (), noise=0.001)
    found = made_by(climb(dead_start(), "conv3", preset), [Task(unit, 0) for unit in range(8)])
    assert float(found.trace[0].std()) > 0
    assert torch.equal(found.trace[0], found.trace[0])
    assert sum(found.rescued) >= 4
    ended = torch.tensor([not reason for reason in found.reasons])
    assert bool((found.values[ended] > found.trace[0][ended]).all())


def test_a_unit_that_nothing_can_move_is_told() -> None:
    made = model(Plain())
    with torch.no_grad():
        weights_of(made, "conv3.weight")[2] = 0
    found = made_by(climb(made, "conv3", QUICK), [Task(1, 0), Task(2, 0)])
    assert found.reasons == ("", "zero gradient")
    assert found.rescued == (False, False)


def test_a_picture_that_becomes_nan_does_not_disturb_the_others() -> None:
    def bursting(maps: torch.Tensor, units: torch.Tensor) -> torch.Tensor:
        return centre(maps, units) * torch.where(units == 1, torch.nan, 1.0)

    way = replace(climb(model(Plain()), "fc", QUICK), objective=Objective(bursting, "one unit bursts"))
    found = made_by(way, [Task(0, 0), Task(1, 0)])
    alone = made_by(way, [Task(0, 0)])
    assert found.reasons == ("", "became NaN")
    assert bool(found.codes.isfinite().all())
    assert torch.allclose(found.codes[:1], alone.codes, atol=1e-4)


def test_it_stops_between_two_steps_when_asked() -> None:
    asked = iter([False, False, True])
    assert ascend(climb(model(Plain()), "fc", QUICK), TASKS, lambda: next(asked)) is None


def test_half_precision_climbs_as_well_and_ends_exactly() -> None:
    made = model(Plain())
    exact = made_by(climb(made, "fc", replace(QUICK, steps=30)), TASKS)
    half = made_by(climb(made, "fc", replace(QUICK, steps=30), half=True), TASKS)
    assert half.values.dtype == torch.float32
    assert half.values.tolist() == pytest.approx(exact.values.tolist(), rel=0.15)


def test_the_last_picture_is_kept_where_the_preset_says_so() -> None:
    """With a step far too large the best picture is not the last one."""
    wild = Preset("", "", 20, Normalised(120.0, 120.0), (Jitter(),))
    way = climb(model(Plain()), "fc", wild)
    best, last = made_by(way, TASKS), made_by(replace(way, preset=replace(wild, keep="last")), TASKS)
    assert not torch.equal(best.codes, last.codes)
    assert torch.allclose(best.trace, last.trace)


def test_a_picture_may_start_at_its_own_place_beside_others_that_do_not() -> None:
    way = climb(model(Plain()), "fc", Preset("", "", 1, Normalised(1.0), noise=0.0))
    red = np.full((SIDE, SIDE, 3), (250, 10, 10), np.uint8)
    found = made_by(way, [Task(0, 0), Task(0, 0, first=red), Task(1, 0)])
    shown = way.image.pictures(found.codes)
    assert torch.allclose(shown[1] * 255, torch.from_numpy(red).permute(2, 0, 1).float(), atol=0.01)
    assert torch.equal(shown[0], shown[2])
    assert float(shown[0].std(dim=(1, 2)).amax()) < 1e-6


def test_a_start_that_is_no_input_sized_picture_is_named() -> None:
    way = climb(model(Plain()), "fc", QUICK)
    with pytest.raises(ValueError, match="Pixels start at RGB bytes of"):
        ascend(way, [Task(0, 0, first=np.zeros((2, 2, 3), np.uint8))])
