"""The generator family: shapes, upsampling without a grid, initial scale."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from precompute.generators.topology import UPSAMPLINGS, Generator, NearestConv, Topology, initialise


@pytest.mark.parametrize("upsampling", list(UPSAMPLINGS))
@pytest.mark.parametrize(("code", "size"), [((12,), 64), ((5, 4, 4), 64), ((5, 13, 13), 64), ((12,), 128)])
def test_every_code_becomes_a_picture_of_the_wanted_size(
    upsampling: str, code: tuple[int, ...], size: int
) -> None:
    generator = Generator(Topology(code, size, upsampling, hidden=16))  # type: ignore[arg-type]
    initialise(generator, torch.zeros(code), torch.ones(code))
    assert generator(torch.rand(1, *code)).shape == (1, 3, size, size)


def test_the_largest_generator_paints_256_pixels() -> None:
    with torch.device("meta"):
        generator = Generator(Topology((12,), 256, hidden=16))
    assert generator(torch.empty(1, 12, device="meta")).shape == (1, 3, 256, 256)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"size": 100}, "size is one of 64, 128, 256"),
        ({"code": (3, 4)}, "a code is a vector or maps"),
        ({"upsampling": "bicubic"}, "upsampling is one of bilinear, nearest, transposed"),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_sentence(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Topology(**{"code": (12,), **changed})  # type: ignore[arg-type]


def test_one_transposed_convolution_equals_doubled_pixels_and_a_convolution() -> None:
    torch.manual_seed(0)
    both = NearestConv(3, 5).double()
    torch.nn.init.normal_(both.weight)
    torch.nn.init.normal_(both.bias)
    x = torch.randn(2, 3, 4, 6, dtype=torch.float64)
    slow = F.conv2d(F.interpolate(x, scale_factor=2.0), both.weight, both.bias, padding=1)
    assert torch.allclose(both(x), slow)


def test_only_a_free_kernel_paints_a_grid_on_constant_input() -> None:
    torch.manual_seed(0)
    flat = torch.ones(1, 3, 10, 10)
    spread = {}
    for name, make in UPSAMPLINGS.items():
        layer = make(3, 1)
        torch.nn.init.normal_(next(layer.parameters()))
        inside = layer(flat)[..., 4:-4, 4:-4]
        spread[name] = (inside.max() - inside.min()).item()
    assert spread["nearest"] < 1e-5
    assert spread["bilinear"] < 1e-5
    assert spread["transposed"] > 0.1


@pytest.mark.parametrize("upsampling", list(UPSAMPLINGS))
def test_activations_keep_their_scale_on_the_way_through_a_new_generator(upsampling: str) -> None:
    torch.manual_seed(0)
    generator = Generator(Topology((40,), 64, upsampling))  # type: ignore[arg-type]
    initialise(generator, torch.full((40,), 7.0), torch.full((40,), 0.25))
    codes = 7 + torch.randn(8, 40) * 0.25
    with torch.no_grad():
        scale = generator.trunk(generator.stem((codes - 7) / 0.25)).square().mean().sqrt()
        picture = generator(codes)
    assert 0.4 < scale < 2.0
    assert picture.mean() == pytest.approx(0.45, abs=0.1)


def test_the_upper_bound_is_the_mean_and_three_deviations() -> None:
    generator = Generator(Topology((2,), hidden=4))
    generator.code_mean, generator.code_std = torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.1])
    assert generator.upper_bound().tolist() == pytest.approx([2.5, 2.3])
    assert generator.upper_bound(1).tolist() == pytest.approx([1.5, 2.1])


def test_codes_are_standardised_and_a_unit_that_hardly_varies_is_not_blown_up() -> None:
    generator = Generator(Topology((3,), hidden=4)).eval()
    initialise(generator, torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, 4.0, 0.0]))
    plain = Generator(Topology((3,), hidden=4)).eval()
    plain.load_state_dict(generator.state_dict())
    none = {"code_mean": torch.zeros(3), "code_std": torch.ones(3)}
    plain.load_state_dict(none, strict=False)
    least = 0.1 * 1.5
    with torch.no_grad():
        found = generator(torch.tensor([[2.0, 10.0, 3.3]]))
        slow = plain(torch.tensor([[1 / 0.5, 8 / 4.0, 0.3 / least]]))
    assert torch.allclose(found, slow, atol=1e-5)


def test_between_two_values_bilinear_upsampling_has_no_step_and_nearest_has() -> None:
    ramp = torch.arange(6.0).view(1, 1, 1, 6).expand(1, 1, 6, 6)
    steps = {}
    for name in ("bilinear", "nearest"):
        layer = UPSAMPLINGS[name](1, 1)
        weight, bias = layer.parameters()
        torch.nn.init.zeros_(bias)
        with torch.no_grad():
            weight.zero_()[0, 0, 1, 1] = 1.0
            steps[name] = layer(ramp)[0, 0, 6, 3:9].diff()
    assert torch.allclose(steps["bilinear"], torch.full((5,), 0.5))
    assert set(steps["nearest"].tolist()) == {0.0, 1.0}
