from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_app.models.preprocess import Preprocess
from precompute.synthesis.dice import Dice
from precompute.synthesis.image import Pixels, mean_colour

CPU = torch.device("cpu")
COLOUR = Preprocess((8, 10), mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.2))
WHOLE = (0, 0, 8, 10)


def test_noise_is_around_the_mean_colour_and_as_strong_as_asked() -> None:
    image = Pixels(Preprocess((64, 64)), (0, 0, 64, 64), CPU, noise=0.04)
    codes = image.start(Dice([3]).normal)
    assert float(codes.std()) == pytest.approx(0.04, rel=0.05)
    assert torch.allclose(
        image.pictures(codes).mean((0, 2, 3)), torch.tensor([0.485, 0.456, 0.406]), atol=0.005
    )


def test_a_cut_canvas_starts_as_that_part_of_the_whole_one() -> None:
    whole = Pixels(COLOUR, WHOLE, CPU, noise=0.1).start(Dice([1, 2]).normal)
    part = Pixels(COLOUR, (2, 3, 6, 9), CPU, noise=0.1).start(Dice([1, 2]).normal)
    assert torch.equal(part, whole[:, :, 2:6, 3:9])


def test_a_given_picture_is_where_it_starts() -> None:
    first = np.arange(240, dtype=np.uint8).reshape(8, 10, 3)
    image = Pixels(COLOUR, WHOLE, CPU, first=first)
    started = image.pictures(image.start(Dice([0]).normal))
    assert torch.allclose(started[0], torch.from_numpy(first.copy()).permute(2, 0, 1) / 255)


def test_bounded_codes_are_pictures_between_black_and_white() -> None:
    image = Pixels(COLOUR, WHOLE, CPU)
    codes = torch.randn(2, 3, 8, 10, generator=torch.Generator().manual_seed(0))
    pictures = image.pictures(image.bounded(codes))
    inside = (codes + image.mean).clamp(0, 1)
    assert torch.allclose(pictures, inside, atol=1e-6)


def test_a_network_of_one_channel_gets_grey_pictures() -> None:
    grey = Preprocess((8, 10), channels=1, mean=(0.6,), std=(0.2,))
    image = Pixels(grey, WHOLE, CPU, noise=0.1)
    codes = image.start(Dice([0]).normal)
    pictures = image.pictures(codes)
    assert codes.shape[1] == 1
    assert pictures.shape[1] == 3
    assert torch.equal(pictures[:, 0], pictures[:, 2])
    assert float(image.pictures(image.bounded(codes + 9)).max()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("preprocess", "expected"),
    [
        (
            Preprocess((4, 4), mean=(104, 117, 123), std=(1, 1, 1), colour_order="bgr", value_range=255),
            (123, 117, 104),
        ),
        (Preprocess((4, 4), mean=(0, 0, 0), std=(1, 1, 1)), (127.5, 127.5, 127.5)),
    ],
    ids=["caffe", "no mean"],
)
def test_the_mean_colour_is_rgb_and_grey_where_the_network_has_none(
    preprocess: Preprocess, expected: tuple[float, ...]
) -> None:
    assert (mean_colour(preprocess).flatten() * 255).tolist() == pytest.approx(expected)


def test_each_seed_has_its_own_numbers_whatever_stands_beside_it() -> None:
    alone, together = Dice([7]), Dice([3, 7, 3])
    assert torch.equal(alone.normal(2, 2)[0], together.normal(2, 2)[1])
    second, beside = alone.uniform(4), together.uniform(4)
    assert torch.equal(second[0], beside[1])
    assert torch.equal(beside[0], beside[2])
    assert not torch.equal(beside[0], beside[1])


@pytest.mark.parametrize("natural", [0.5, 1.0])
def test_with_natural_colours_a_step_follows_their_covariance(natural: float) -> None:
    """d picture = M M^T g for codes that move along their own gradient, and M M^T is covariance^natural."""
    image = Pixels(COLOUR, WHOLE, CPU, natural=natural)
    codes = torch.zeros(1, 3, 8, 10, requires_grad=True)
    wanted = torch.randn(1, 3, 8, 10, generator=torch.Generator().manual_seed(0))
    (gradient,) = torch.autograd.grad((image.pictures(codes) * wanted).sum(), codes)
    step = (image.pictures(codes.detach() + gradient) - image.mean)[0].flatten(1).double()
    covariance = np.array([[0.373, 0.323, 0.287], [0.323, 0.351, 0.335], [0.287, 0.335, 0.386]])
    variances, axes = np.linalg.eigh(covariance)
    expected = axes @ np.diag(variances**natural) @ axes.T @ wanted[0].flatten(1).double().numpy()
    assert np.allclose(step.numpy(), expected, atol=1e-5)


def test_natural_colours_are_bounded_in_the_picture_and_start_at_the_given_one() -> None:
    first = np.arange(240, dtype=np.uint8).reshape(8, 10, 3)
    image = Pixels(COLOUR, WHOLE, CPU, first=first, natural=0.5)
    codes = image.start(Dice([0]).normal)
    assert torch.allclose(
        image.pictures(codes)[0] * 255, torch.from_numpy(first.copy()).permute(2, 0, 1).float(), atol=0.01
    )
    assert torch.equal(image.bounded(codes * 0.5), codes * 0.5)
    wild = torch.randn(2, 3, 8, 10, generator=torch.Generator().manual_seed(0)) * 2
    assert torch.allclose(image.pictures(image.bounded(wild)), image.pictures(wild).clamp(0, 1), atol=1e-4)
