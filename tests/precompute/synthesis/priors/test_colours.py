"""Alpha-norm and patch colours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from precompute.synthesis.priors import AlphaNorm, Moment, PatchColours, PriorError
from precompute.synthesis.priors.codebook import learned, natural, write
from tests.precompute.synthesis.priors.moments import moment, pictures


def test_the_alpha_norm_adds_up_powers_of_every_value() -> None:
    x = pictures()
    found = AlphaNorm(3.0, alpha=4.0, bound=0.25).penalty(x, moment())
    expected = [3 * sum((abs(float(v)) / 0.25) ** 4 for v in one.flatten()) for one in x]
    assert found.tolist() == pytest.approx(expected, rel=1e-4)
    with pytest.raises(PriorError, match="alpha"):
        AlphaNorm(1.0, alpha=0.5)
    with pytest.raises(PriorError, match="bound"):
        AlphaNorm(1.0, bound=0.0)


def test_the_alpha_norm_pulls_at_what_is_outside_its_bound() -> None:
    x = torch.tensor([0.25, 0.5, 1.0]).view(1, 1, 1, 3).requires_grad_()
    (pull,) = torch.autograd.grad(AlphaNorm(1.0).penalty(x, moment()).sum(), x)
    assert pull.flatten().tolist() == pytest.approx([12 / 32, 12, 12 * 32])


def test_natural_patches_are_deviations_in_which_colours_go_together() -> None:
    words = natural()
    assert words.shape == (256, 3, 4, 4)
    assert float(words.abs().max()) <= 0.5
    assert float(words.mean().abs()) < 0.05
    grey, red_green = words.mean(1), words[:, 0] - words[:, 1]
    assert float(grey.std()) > 1.5 * float(red_green.std())  # as in photographs


def fixed(drawn: float) -> Moment:
    """What is drawn is known."""
    return Moment(0, 1, 1.0, lambda k: torch.full((3, k), drawn))


def test_a_patch_is_drawn_to_its_nearest_natural_one() -> None:
    """A cell of 4 pixels at an input of 224: one patch of 16 pixels, compared by the means of its cells."""
    x = pictures(16, 16).requires_grad_()
    cost = PatchColours(2.0).penalty(x, fixed(0.0))
    assert cost is not None
    (pull,) = torch.autograd.grad(cost.sum(), x)
    for picture, price, pulled in zip(x.detach(), cost, pull, strict=True):
        cells = picture.view(3, 4, 4, 4, 4).mean((2, 4))
        distances = [float((cells - word).square().sum()) for word in natural()]
        nearest = natural()[int(np.argmin(distances))]
        assert float(price.detach()) == pytest.approx(2 / 2 * min(distances) * 16, rel=1e-4)
        expected = 2 * (cells - nearest)[:, :, None, :, None].expand(3, 4, 4, 4, 4).reshape(3, 16, 16)
        assert torch.allclose(pulled, expected, atol=1e-6)


def test_descending_the_cost_makes_pictures_of_natural_patches() -> None:
    x = torch.zeros(3, 3, 32, 32)
    x[:, 0], x[:, 1] = 0.5, -0.4  # a red that no photograph has so much of
    prior, before, draw = PatchColours(1.0), float(distance(x).max()), moment().draw
    for index in range(60):
        leaf = x.clone().requires_grad_()
        cost = prior.penalty(leaf, Moment(index, 60, 1.0, draw))
        assert cost is not None
        x = x - 0.15 * torch.autograd.grad(cost.sum(), leaf)[0]
    assert float(distance(x).max()) < before / 4


def distance(x: torch.Tensor) -> torch.Tensor:
    """(patches,) of patches of 16 pixels, each to its nearest natural one."""
    cells = torch.nn.functional.avg_pool2d(x, 4)
    patches = cells.unfold(2, 4, 4).unfold(3, 4, 4).permute(0, 2, 3, 1, 4, 5).reshape(-1, 48)
    return torch.cdist(patches, natural().flatten(1)).amin(1)


def test_each_step_lays_patches_over_all_of_the_picture_from_another_place_on() -> None:
    x, pulls = pictures(20, 35).requires_grad_(), []
    for index in range(3):
        cost = PatchColours(1.0).penalty(x, fixed(index / 4))
        assert cost is not None
        pulls.append(torch.autograd.grad(cost.sum(), x)[0])
    assert all(bool((pull.abs().amax((0, 1)) > 0).all()) for pull in pulls)
    assert not torch.allclose(pulls[0], pulls[1])
    assert not torch.allclose(pulls[1], pulls[2])


def test_what_has_no_room_for_a_patch_costs_nothing() -> None:
    assert PatchColours(1.0).penalty(pictures(15, 40), moment()) is None
    assert PatchColours(1.0).penalty(pictures(15, 40), moment(scale=0.3)) is not None


@pytest.mark.slow  # scikit-learn is imported for it
def test_patches_are_learned_from_pictures(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    for index, colour in enumerate([(250, 0, 0), (0, 250, 0), (0, 0, 250)] * 4):
        Image.new("RGB", (64, 64), colour).save(folder / f"{index}.png")
    Image.new("RGB", (32, 64)).save(folder / "another size.png")
    pages = iter(
        [np.full((64, 64, 3), colour, np.uint8) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    )
    words = learned(pages, words=3)
    assert sorted(int(word.mean((1, 2)).argmax()) for word in words) == [0, 1, 2]
    assert np.allclose(np.sort(words.mean((2, 3)), 1), np.array([-1, -1, 2]) * 250 / 255 / 3, atol=1e-4)
    write(folder, folder / "patches.npy", words=3)
    kept = np.load(folder / "patches.npy") / 255 - 0.5
    assert {tuple(np.round(word.mean((1, 2)), 1)) for word in kept} == {
        (0.5, -0.3, -0.3), (-0.3, 0.5, -0.3), (-0.3, -0.3, 0.5)
    }  # fmt: skip
