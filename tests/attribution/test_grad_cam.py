"""Grad-CAM from its formula."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from deepvis_app.attribution import METHODS, Target
from deepvis_app.messages import Seed
from tests.attribution.nets import Tiny, loaded, picture


def formula(maps: Tensor, gradients: Tensor, size: tuple[int, int]) -> Tensor:
    """relu(sum over k of mean(g_k) A_k), term by term, enlarged; maps and gradients (C, h, w)."""
    total = torch.zeros_like(maps[0])
    for a, g in zip(maps, gradients, strict=True):
        total += sum(g.flatten().tolist()) / g.numel() * a
    return F.interpolate(total.clamp(min=0)[None, None], size, mode="bilinear", align_corners=False)[0]


@pytest.mark.parametrize(
    ("target", "below"), [(Target("fc", 1, Seed("max")), "relu2"), (Target("conv2", 2, Seed("map")), "pool1")]
)
def test_heat_follows_the_formula_at_the_nearest_layer_with_maps(target: Target, below: str) -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Tiny(), x)
    plain = METHODS["gradient"].run(model, x, target, [below])
    found = METHODS["grad_cam"].run(model, x, target, ["conv1"])
    expected = formula(plain.activations[below][0], plain.gradients[below][0], (10, 10)).float()
    assert expected.max() > 0
    torch.testing.assert_close(found.heat, expected)
    assert found.label == f"Grad-CAM at {model.info.layer(below).alias}"
    assert set(found.gradients) == set(found.activations) == {"conv1"}
    assert torch.equal(found.output, plain.output)


class Branches(nn.Module):
    """`right` runs after `left` but leads past `head`."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Conv2d(2, 3, 3)
        self.right = nn.Conv2d(2, 3, 3)
        self.head = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.left(x), self.right(x)
        out: Tensor = self.head(left.mean((2, 3))) + 0 * right.mean()
        return out


def test_a_branch_that_does_not_lead_to_the_target_is_passed_over() -> None:
    x = picture(1, 2, 8, 8)
    found = METHODS["grad_cam"].run(loaded(Branches(), x), x, Target("head", 0, Seed("max")), [])
    assert found.label == "Grad-CAM at left"


def test_no_layer_with_maps_below_is_explained() -> None:
    x = picture(1, 2, 10, 10)
    found = METHODS["grad_cam"].run(loaded(Tiny(), x), x, Target("conv1", 0, Seed()), [])
    assert not found.heat.any()
    assert "none leads to conv1" in found.note


def test_a_target_that_every_place_speaks_against_is_explained() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    net.fc.weight[:] = -1
    found = METHODS["grad_cam"].run(model, x, Target("fc", 0, Seed("max")), [])
    assert not found.heat.any()
    assert "no place of relu2 speaks for fc:0" in found.note


def test_a_vision_transformer_is_looked_at_where_patches_still_reach_the_class_token() -> None:
    x = picture(1, 3, 32, 32, dtype=torch.float32)
    torch.manual_seed(0)
    net = VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=4)
    nn.init.normal_(net.heads.head.weight)  # zero as torchvision makes it
    model = loaded(net, x)
    for name in METHODS:
        found = METHODS[name].run(model, x, Target("heads.head", 1, Seed("max")), [])
        assert found.heat.any(), name
    assert METHODS["guided"].run(model, x, Target("heads.head", 1, Seed("max")), []).label == "plain gradient"
