"""Layer-wise relevance propagation: the rules are the papers', and no relevance gets lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval
from torchvision import models

from deepvis_app.attribution import METHODS, Attribution, Target
from deepvis_app.attribution.lrp_shares import FLOOR, convolved, floored
from deepvis_app.messages import ModelChoice, Seed
from deepvis_app.models import load_model
from deepvis_app.models.probe import Probe
from tests.attribution.nets import CALLS, CAPPED, Calling, Tiny, livened, loaded, picture
from tests.attribution.slow_lrp import tiny_relevance
from tests.attribution.test_torchvision import BUILD, SLOW

ARCHITECTURES = ("vgg11", "resnet18", "googlenet", "densenet121", "squeezenet1_0", "mobilenet_v2")


def lrp(net: nn.Module, x: Tensor, layer: str, unit: int = 0, seed: Seed | None = None) -> Attribution:
    return METHODS["lrp"].run(loaded(net, x), x, Target(layer, unit, seed or Seed("max")), [layer])


class Step(nn.Module):
    """conv, ReLU, a step that is handed in, flatten, linear with a bias."""

    def __init__(self, step: Callable[[Tensor], Tensor], width: int = 4) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.conv = nn.Conv2d(2, 4, 3)
        self.step = step
        self.fc = nn.LazyLinear(width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.step(self.conv(x).relu()).flatten(1))
        return out


def alive(net: nn.Module, x: Tensor) -> nn.Module:
    """Biases too, which torchvision's random weights lack."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.normal_(module.bias, std=0.1)
    return livened(net, x)


@pytest.mark.parametrize("unit", range(3))
def test_it_is_what_explicit_loops_over_the_papers_formulas_give(unit: int) -> None:
    net, x = Tiny().double(), picture(1, 2, 10, 10)
    found = METHODS["lrp"].run(loaded(net, x), x, Target("fc", unit, Seed("max")), ["conv1"])
    heat, at_conv1 = tiny_relevance(net, x[0].numpy(), unit)
    scale = np.abs(heat).max()
    np.testing.assert_allclose(found.heat.numpy(), heat, atol=1e-4 * scale)
    np.testing.assert_allclose(
        found.gradients["conv1"][0].numpy(), at_conv1, atol=1e-4 * np.abs(at_conv1).max()
    )


@pytest.mark.parametrize("kind", ["map", "max", "position"])
@pytest.mark.parametrize("layer", ["conv1", "conv2", "relu2", "fc"])
def test_the_sum_is_the_units_value_at_the_seed(layer: str, kind: Any) -> None:
    x, seed = picture(1, 2, 10, 10), Seed(kind, (0, 1))
    found = lrp(Tiny().double(), x, layer, 2, seed)
    values = found.activations[layer][0, 2]
    if layer != "fc":
        values = {"map": values, "max": values.max(), "position": values[0, 1]}[kind].clamp(min=0)
    assert float(found.heat.sum()) == pytest.approx(float(values.sum()), rel=1e-5)
    assert "100.0 % conserved" in found.label or "not above zero" in found.note


@pytest.mark.parametrize("call", [*CALLS, *CAPPED])
def test_every_spelling_of_a_rectifier_hands_all_relevance_down(call: str) -> None:
    x = picture(1, 2, 10, 10)
    found = lrp(Calling({**CALLS, **CAPPED}[call]).double(), x, "conv2", 1)
    assert float(found.heat.sum()) == pytest.approx(float(found.activations["conv2"][0, 1].max()), rel=1e-5)
    assert found.intercepted == found.rectifiers == 1
    assert found.note == ""


STEPS: dict[str, Callable[[Tensor], Tensor]] = {
    "average pool": lambda x: F.avg_pool2d(x - x.mean(), 3, 2, 1),
    "adaptive pool": lambda x: F.adaptive_avg_pool2d(x, (3, 2)),
    "mean": lambda x: x.mean((2, 3)),
    "max pool": lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True),
    "enlarged": lambda x: F.interpolate(x, scale_factor=2.0, mode="bilinear"),
    "cat": lambda x: torch.cat([x, x[:, :2]], 1),
    "sum": lambda x: x + x.flip(3) - 0.5 * x.flip(2),
    "sum in place": lambda x: x.clone().add_(x.flip(3)).relu_(),
    "spread sum": lambda x: x + x.mean((2, 3), keepdim=True),
    "constants": lambda x: 3 - (2 * x - 1) / 4,
    "gate": lambda x: x * x.mean((2, 3), keepdim=True).sigmoid(),
    "product": lambda x: x * F.hardsigmoid(x),
    "quotient": lambda x: x / (1 + x.square()),
    "hardswish": lambda x: F.hardswish(x - 0.2, inplace=True),
    "leaky": lambda x: F.leaky_relu_(x - 0.3),
    "softmax": lambda x: x.softmax(1),
    "layer norm": lambda x: F.layer_norm(x, x.shape[1:]),
    "response norm": lambda x: F.local_response_norm(x, 3),
    "dropout": lambda x: F.dropout(x, 0.5, training=False),
    "batch norm of a sum": lambda x: F.batch_norm(x, torch.ones(4).to(x), torch.ones(4).to(x)),
    "channels apart": lambda x: torch.cat(x.chunk(2, 1)[::-1], 1).permute(0, 2, 3, 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_what_stands_between_two_layers_loses_nothing(step: str) -> None:
    x = picture(1, 2, 10, 10)
    net = Step(STEPS[step])
    with torch.no_grad():
        net(x.float())
    found = lrp(net.double(), x, "fc", 1)
    assert float(found.heat.sum()) == pytest.approx(float(found.activations["fc"][0, 1]), rel=1e-4)
    assert found.note == "" or "is negative" in found.note


def test_a_call_without_a_rule_is_named() -> None:
    x = picture(1, 2, 10, 10)
    net = Step(lambda x: x @ x.sin())
    with torch.no_grad():
        net(x.float())
    found = lrp(net.double(), x, "fc")
    assert "1 sin call has no relevance rule" in found.note
    assert "1 matmul call has no relevance rule" in found.note


def test_relevance_that_calls_without_a_rule_blow_up_is_not_called_conserved() -> None:
    x = picture(1, 2, 10, 10)
    net = Step(lambda x: x.cumsum(3).cumsum(3).cumsum(3))
    with torch.no_grad():
        net(x.float())
    assert lrp(net.double(), x, "fc").label == "LRP not conserved"


def normed(layer: nn.Module, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> tuple[nn.Module, nn.Module]:
    """Layer and norm as they are, and as one; every second channel is turned by its batch norm."""
    torch.manual_seed(2)
    for values in (norm.weight, norm.bias, norm.running_mean):
        assert values is not None
        nn.init.normal_(values)
    assert norm.weight[0] * norm.weight[1:].min() < 0
    net = nn.Sequential(layer, norm).double().eval()
    fuse: Any = fuse_conv_bn_eval if isinstance(norm, nn.BatchNorm2d) else fuse_linear_bn_eval
    return net, fuse(*net)


@pytest.mark.parametrize("flat", [False, True])
def test_a_batch_norm_counts_as_part_of_the_layer_before_it(flat: bool) -> None:
    torch.manual_seed(0)
    if flat:
        apart, merged = normed(nn.Linear(128, 6), nn.BatchNorm1d(6))
        body: list[nn.Module] = [nn.Flatten()]
    else:
        apart, merged = normed(nn.Conv2d(2, 6, 3), nn.BatchNorm2d(6))
        body = []
    x = picture(1, 2, 8, 8)
    end = nn.Linear(6 if flat else 6 * 36, 3)
    heats = [
        lrp(nn.Sequential(*body, middle, nn.ReLU(), nn.Flatten(), end), x, str(len(body) + 3), 1).heat
        for middle in (apart, merged)
    ]
    torch.testing.assert_close(heats[0], heats[1], rtol=1e-4, atol=1e-4 * float(heats[1].abs().max()))


def test_a_convolution_below_its_batch_norm_is_explained_as_itself() -> None:
    apart, _ = normed(nn.Conv2d(2, 6, 3), nn.BatchNorm2d(6))
    x = picture(1, 2, 8, 8)
    alone = nn.Sequential(next(apart.children()))
    for unit in range(6):
        torch.testing.assert_close(lrp(apart, x, "0", unit).heat, lrp(alone, x, "0", unit).heat)


def test_what_nothing_excites_is_shared_among_all_that_is_seen() -> None:
    x, weight = torch.zeros(1, 2, 4, 4), -torch.ones(3, 2, 3, 3)
    x[0, 0, 0, 0] = 1  # else there is no magnitude to compare with
    shares = convolved(F.conv2d, x, weight, torch.ones(1, 3, 2, 2), None)
    assert float(shares.sum()) == pytest.approx(12, rel=1e-5)
    assert float(floored(x).min()) == pytest.approx(FLOOR)


def test_a_negative_class_starts_from_its_value_and_says_so() -> None:
    net, x = Tiny().double(), picture(1, 2, 10, 10)
    assert net.fc.bias is not None
    net.fc.bias.data[0] = -5
    found = lrp(net, x, "fc", 0)
    assert float(found.heat.sum()) < 0
    assert "fc:0 is negative" in found.note


def test_a_silent_unit_has_no_relevance_and_says_so() -> None:
    net, x = Tiny().double(), picture(1, 2, 10, 10)
    assert net.conv2.bias is not None
    net.conv2.bias.data[1] = -100
    for seed, sentence in ((Seed("map"), "nowhere above zero"), (Seed("max"), "not above zero at")):
        found = lrp(net, x, "conv2", 1, seed)
        assert not found.heat.any()
        assert sentence in found.note


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in ARCHITECTURES]
)
def test_relevance_is_conserved(name: str) -> None:
    torch.manual_seed(0)
    net = models.get_model(name, weights=None, num_classes=5, **BUILD.get(name, {}))
    batch = picture(4, 3, 64, 64, dtype=torch.float32)
    model, x = loaded(alive(net, batch), batch[:1]), batch[:1]
    hidden = [layer.name for layer in model.info.layers if layer.units and layer.map_shape != (1, 1)]
    last = model.info.layers[-1].name
    for target in (Target(last, 3, Seed("max")), Target(hidden[len(hidden) // 2], 3, Seed("map"))):
        found = METHODS["lrp"].run(model, x, target, [target.layer])
        value = found.activations[target.layer][0, 3]
        value = value if value.numel() == 1 else value.clamp(min=0).sum()
        assert float(found.heat.sum()) == pytest.approx(float(value), rel=1e-3)
        assert "rule" not in found.note
        assert found.intercepted == found.rectifiers > 0


@pytest.mark.parametrize("layer", ["prob", "fc8", "fc6", "conv5", "relu3"])
def test_relevance_is_conserved_in_the_bundled_network(layer: str) -> None:
    model = load_model(ModelChoice("caffenet64", device="cpu"))
    x = picture(1, 3, 64, 64, dtype=torch.float32)
    with torch.no_grad(), Probe(model.net, [layer]) as probe:
        unit = int(probe.run(x)[layer][0].view(model.info.layer(layer).units, -1).amax(1).argmax())
    found = METHODS["lrp"].run(model, x, Target(layer, unit, Seed("map")), [layer])
    value = found.activations[layer][0, unit]
    value = value if value.numel() == 1 else value.clamp(min=0)
    assert float(value.sum()) > 0
    assert float(found.heat.sum()) == pytest.approx(float(value.sum()), rel=1e-3)
