"""Codes of a generator: their bounds, their start, and the published loop around them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from deepvis_app.models.preprocess import Preprocess
from precompute.generators.topology import UPSAMPLINGS
from precompute.synthesis.ascent import Ascended, Ascent, Climb, Task, ascend
from precompute.synthesis.codes import Codes, inside
from precompute.synthesis.dice import Dice
from precompute.synthesis.maker import Maker, Wish
from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.part import part_for
from precompute.synthesis.policies import CodeStep
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import Decay
from tests.precompute.synthesis.generators import CODE, Small, of_family
from tests.precompute.synthesis.nets import SIDE, Plain, model

CPU = torch.device("cpu")
COLOUR = Preprocess((SIDE, SIDE))
WHOLE = (0, 0, SIDE, SIDE)
QUICK = replace(PRESETS["dgn"], steps=12)
TASKS = [Task(unit, seed) for unit in (0, 3) for seed in (0, 1)]


def climb(generator: Small, layer: str = "fc", *, minimise: bool = False, half: bool = False) -> Climb:
    made = model(Plain())
    part = part_for(made, made.info.layer(layer))
    image = Codes(generator, made.preprocess, part.canvas, CPU)
    return Climb(part, made.preprocess, image, OBJECTIVES["centre"], QUICK, minimise, half)


def test_the_published_loop_step_by_step() -> None:
    """Gradient of one chain, step of a mean size that falls to 0, clip to [0, mean + 3 std], then times 0.99."""
    made, generator = model(Plain()), Small()
    found = ascend(climb(generator), [Task(2, 4)])
    assert found is not None
    mean, std = torch.tensor([0.5, 0.45, 0.4]).view(3, 1, 1), torch.tensor([0.25, 0.2, 0.22]).view(3, 1, 1)
    y = (torch.randn(CODE, generator=torch.Generator().manual_seed(4)) * generator.code_std).abs()
    upper, sigma = generator.code_mean + 3 * generator.code_std, generator.code_std.mean()
    values = []
    for index in range(12):
        leaf = y.clone().requires_grad_()
        painted = generator(leaf[None])
        shown = painted.detach().clamp(0, 1).requires_grad_()
        value = made.net((shown - mean) / std)[0, 2]
        (uphill,) = torch.autograd.grad(value, shown)
        uphill[((painted > 1) & (uphill > 0)) | ((painted < 0) & (uphill < 0))] = 0
        (g,) = torch.autograd.grad(painted, leaf, uphill)
        values.append(float(value.detach()))
        kept, size = y, 2.0 * (1 - index / 11) * sigma
        y = torch.minimum((y + size * g / g.abs().mean()).clamp(min=0), upper) * 0.99
    assert found.trace[:, 0].tolist() == pytest.approx(values, rel=1e-3, abs=1e-3)
    codes = climb(generator).image.code(found.codes)
    assert codes is not None
    assert torch.allclose(codes[0], kept, atol=1e-3)


def test_the_clip_comes_before_the_shrinking() -> None:
    """So a code that hits its upper bound ends at 0.99 of it."""
    generator = Small()
    image = Codes(generator, COLOUR, WHOLE, CPU)
    far = image.moved(torch.zeros(1, CODE), torch.full((1, CODE), 99.0))
    shrunk = image.code(Decay(0.01).project(far, None))  # type: ignore[arg-type]
    assert torch.allclose(shrunk[0], 0.99 * generator.upper_bound())
    assert torch.equal(image.moved(far, -2 * far - 9), torch.zeros(1, CODE))


def test_every_picture_is_normalised_by_itself_and_over_all_its_elements() -> None:
    gradient = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0))
    gradient *= torch.tensor([1e-6, 1.0, 1e6]).view(3, 1, 1)
    gradient[:, 0] = 0
    step = CodeStep(2.0)(gradient, torch.zeros(3), 0.25)
    assert step.abs().mean((1, 2)).tolist() == pytest.approx([1.5] * 3)
    assert bool((step.sign() == gradient.sign()).all())
    assert torch.allclose(step[0] / step[0].abs().sum(), gradient[0] / gradient[0].abs().sum(), atol=1e-6)
    assert CodeStep(2.0)(gradient, torch.zeros(3), 1.0).abs().sum() == 0


def test_signed_codes_rest_at_their_mean_and_are_bounded_on_both_sides() -> None:
    generator = Small(signed=True)
    image = Codes(generator, COLOUR, WHOLE, CPU)
    assert image.signed
    assert not Codes(Small(), COLOUR, WHOLE, CPU).signed
    zero = torch.zeros(1, CODE)
    assert torch.allclose(image.code(zero)[0], generator.code_mean)
    top, low = (image.code(image.moved(zero, zero + far))[0] for far in (99.0, -99.0))
    assert torch.allclose(top, generator.code_mean + 3 * generator.code_std)
    assert torch.allclose(low, generator.code_mean - 3 * generator.code_std, atol=1e-6)


def test_codes_whose_statistics_say_mean_zero_are_signed() -> None:
    """Logits on average: a unit behind a ReLU that varies has a mean above zero."""
    generator = Small()
    generator.code_mean.fill_(0)
    assert Codes(generator, COLOUR, WHOLE, CPU).signed
    generator.code_mean.fill_(0.1)
    generator.code_mean[3] = generator.code_std[3] = 0  # a unit that is never active
    assert not Codes(generator, COLOUR, WHOLE, CPU).signed


def test_the_bound_is_the_presets() -> None:
    generator = Small()
    image = Codes(generator, COLOUR, WHOLE, CPU, bound=1.0)
    top = image.code(image.moved(torch.zeros(1, CODE), torch.full((1, CODE), 99.0)))
    assert torch.allclose(top[0], generator.code_mean + generator.code_std)


def test_a_start_is_of_the_pictures_own_dice_and_not_bounded() -> None:
    generator = Small()
    generator.code_std[0] = 40.0
    generator.code_mean[0] = 0.0
    image = Codes(generator, COLOUR, WHOLE, CPU, noise=2.0)
    together, alone = image.start(Dice([3, 8]).normal), image.start(Dice([8]).normal)
    assert torch.equal(together[1:], alone)
    expected = torch.randn(CODE, generator=torch.Generator().manual_seed(8)) * generator.code_std * 2
    expected = generator.code_mean + expected if image.signed else expected.abs()
    assert torch.allclose(image.code(alone)[0], expected, atol=1e-4)
    assert torch.equal(image.bounded(together), together)


def test_a_code_can_be_the_start() -> None:
    first = np.linspace(0, 9, CODE, dtype=np.float32)
    image = Codes(Small(), COLOUR, WHOLE, CPU, noise=0.0, first=first)
    assert torch.allclose(image.code(image.start(Dice([0, 1]).normal)), torch.from_numpy(first), atol=1e-5)
    with pytest.raises(ValueError, match=r"shape \(3,\), but the generator takes \(12,\)"):
        Codes(Small(), COLOUR, WHOLE, CPU, first=first[:3])


def test_every_picture_may_start_at_its_own_code() -> None:
    generator = Small()
    image = climb(generator).image
    own = np.linspace(0.1, 0.9, CODE, dtype=np.float32)
    dice = Dice([3, 3])
    codes = image.code(image.start(dice.normal, [None, own]))
    alone = image.code(image.start(Dice([3]).normal))
    assert codes is not None
    assert alone is not None
    noise = torch.randn(CODE, generator=torch.Generator().manual_seed(3)) * generator.code_std
    assert torch.allclose(codes[0], alone[0])
    assert torch.allclose(codes[1], torch.from_numpy(own) + noise, atol=1e-5)


@pytest.mark.parametrize(("size", "antialias"), [(16, False), (48, True)])
def test_pictures_of_another_size_are_resized_and_then_cut(size: int, antialias: bool) -> None:
    generator, box = Small(size), (3, 5, 20, 31)
    codes = torch.rand(2, CODE) * 3
    painted = generator(Codes(generator, COLOUR, WHOLE, CPU).code(codes)).clamp(0, 1)
    wide = F.interpolate(painted, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=antialias)
    image = Codes(generator, COLOUR, box, CPU)
    assert torch.allclose(image.whole(codes), wide)
    assert torch.allclose(image.pictures(codes), wide[:, :, 3:20, 5:31])
    assert bool((image.pictures(codes).clamp(0, 1) == image.pictures(codes)).all())
    assert torch.equal(image.displayed(painted), painted)


@pytest.mark.parametrize("size", [SIDE, 20])
def test_the_gradient_through_both_networks_is_that_of_two_stages(size: int) -> None:
    """Nguyen's code goes back through the network to the picture, and then through the generator to the code."""
    way = climb(Small(size))
    ascent = Ascent(way, [Task(1, 0), Task(4, 1)])
    ascent.step()
    codes = way.image.start(Dice([0, 1]).normal)
    end_to_end = codes.clone().requires_grad_()
    units = torch.tensor([1, 4])

    def value(pictures: torch.Tensor) -> torch.Tensor:
        return OBJECTIVES["centre"].value(way.part.run(way.preprocess.normalise(pictures * 255)), units).sum()

    (one,) = torch.autograd.grad(value(way.image.pictures(end_to_end)), end_to_end)
    leaf = codes.clone().requires_grad_()
    pictures = way.image.pictures(leaf)
    shown = pictures.detach().requires_grad_()
    (at_picture,) = torch.autograd.grad(value(shown), shown)
    (two,) = torch.autograd.grad(pictures, leaf, grad_outputs=at_picture)
    assert F.cosine_similarity(one, two).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_a_picture_made_in_a_batch_is_the_picture_made_alone() -> None:
    way = climb(Small())
    together = ascend(way, TASKS)
    assert together is not None
    for k, task in enumerate(TASKS):
        alone = ascend(way, [task])
        assert alone is not None
        assert torch.allclose(alone.codes[0], together.codes[k], atol=1e-3)


def test_values_rise_and_when_minimising_fall() -> None:
    up, down = ascend(climb(Small()), TASKS), ascend(climb(Small(), minimise=True), TASKS)
    assert up is not None
    assert down is not None
    assert bool((up.trace[-1] > up.trace[0]).all())
    assert bool((down.trace[-1] < down.trace[0]).all())


def test_half_precision_paints_nearly_the_same_and_climbs_as_well() -> None:
    image = climb(Small()).image
    codes = image.start(Dice([0, 1]).normal)
    assert torch.allclose(image.pictures(codes, half=True), image.pictures(codes), atol=0.05)
    half = ascend(climb(Small(), half=True), TASKS)
    assert half is not None
    assert half.values.dtype == torch.float32
    assert bool((half.values > half.trace[0] + 0.3).all())


@pytest.mark.parametrize("code", [(CODE,), (5, 4, 4)])
def test_the_trained_family_paints_for_vectors_and_maps(code: tuple[int, ...]) -> None:
    made = model(Plain())
    maker = Maker(made, made.info.layer("fc"), Wish(QUICK, (0,), generator=of_family(code)))
    (one,) = maker.make([Task(1, 0)])
    assert one.reason == ""
    assert one.code is not None
    assert one.code.shape == code
    assert one.trace[-1] > one.trace[0]


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_the_copy_that_paints_is_the_generator(upsampling: Any) -> None:
    """It computes once what depends on weights alone; the generator itself stays as it is."""
    generator = of_family((CODE,), upsampling=upsampling)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    image = Codes(generator, Preprocess((64, 64)), (0, 0, 64, 64), CPU)
    codes = torch.rand(2, CODE)
    assert torch.allclose(image.whole(codes), generator(image.code(codes)).clamp(0, 1), atol=1e-5)
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())


def test_a_network_of_one_channel_has_pictures_in_colour() -> None:
    made = model(Plain(channels=1), channels=1)
    (one,) = Maker(made, made.info.layer("fc"), Wish(QUICK, (0,), generator=Small())).make([Task(1, 0)])
    assert one.rgb is not None
    assert one.rgb.shape == (SIDE, SIDE, 3)
    assert one.trace[-1] > one.trace[0]


def ended(ascent: Ascent) -> Ascended:
    while not ascent.over:
        ascent.step()
    return ascent.result()


def test_a_poke_moves_the_code_and_the_steps_are_large_again() -> None:
    ascent = Ascent(climb(Small()), TASKS)
    before = ended(ascent)
    ascent.poke()
    assert ascent.index == 6
    after = ended(ascent)
    assert not torch.allclose(before.codes, after.codes, atol=1e-2)
    assert len(after.trace) == 18
    code = climb(Small()).image.code(after.codes)
    assert code is not None
    assert bool((code <= Small().upper_bound() + 1e-5).all())


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(PRESETS["dgn"], (0,)), "needs a generator"),
        (Wish(PRESETS["robust"], (0,), generator=Small()), "for pixels"),
        (Wish(PRESETS["dgn"], (0,), first=np.zeros((2, 2, 3), np.uint8), generator=Small()), "at its code"),
        (Wish(PRESETS["dgn"], (0,), first=np.zeros(3, np.float32), generator=Small()), "the generator takes"),
    ],
)
def test_a_preset_or_a_start_for_something_else_is_refused(wish: Wish, sentence: str) -> None:
    made = model(Plain())
    with pytest.raises(ValueError, match=sentence):
        Maker(made, made.info.layer("fc"), wish)


def test_what_lies_outside_the_colours_is_led_back_but_not_further_out() -> None:
    painted = torch.tensor([-0.5, -0.5, 0.5, 0.5, 1.5, 1.5], requires_grad=True)
    uphill = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    shown = inside(painted)
    assert shown.tolist() == [0, 0, 0.5, 0.5, 1, 1]
    (found,) = torch.autograd.grad((shown * uphill).sum(), painted)
    assert found.tolist() == [1, 0, 1, -1, 0, -1]
