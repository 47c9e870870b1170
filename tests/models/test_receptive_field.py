from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from deepvis_app.messages import LayerInfo, ReceptiveField
from deepvis_app.models.layers import as_maps, enumerate_layers
from deepvis_app.models.nets.caffenet64 import CaffeNet64
from deepvis_app.models.probe import Probe


def alexnet_2015() -> nn.Sequential:
    """The CaffeNet geometry of the 2015 toolbox at 227x227, with one channel where channels do not matter."""
    convs = [(11, 4, 0, True), (5, 1, 2, True), (3, 1, 1, False), (3, 1, 1, False), (3, 1, 1, False)]
    net = nn.Sequential()
    channels = 3
    for number, (kernel, stride, padding, pooled) in enumerate(convs, 1):
        net.add_module(f"conv{number}", nn.Conv2d(channels, 2, kernel, stride, padding))
        net.add_module(f"relu{number}", nn.ReLU(inplace=True))
        if pooled:
            net.add_module(f"pool{number}", nn.MaxPool2d(3, 2, ceil_mode=True))
            net.add_module(f"norm{number}", nn.LocalResponseNorm(5))
        channels = 2
    return net


def fields_of(net: nn.Module, *shape: int) -> dict[str, ReceptiveField | None]:
    layers = enumerate_layers(net.eval(), torch.zeros(1, *shape))
    return {layer.name: layer.receptive_field for layer in layers}


def test_the_2015_geometry_gives_the_published_sizes() -> None:
    fields = fields_of(alexnet_2015(), 3, 227, 227)
    sizes = [field.size for n in range(1, 6) if (field := fields[f"conv{n}"])]
    assert sizes == [(s, s) for s in (11, 51, 99, 131, 163)]
    assert fields["conv5"] is not None
    assert fields["conv5"].stride == (16, 16)
    assert fields["conv5"].box(6, 6) == (32, 32, 195, 195), "the centre crop of the synthesis papers"


class Branches(nn.Module):
    """Three branches of unlike reach, one dilated and one pooled with round-up, joined and then summed."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(2, 3, 3, stride=2)
        self.wide = nn.Conv2d(3, 3, (5, 3), padding=(4, 2), dilation=2)
        self.narrow = nn.Conv2d(3, 3, 1)
        self.pool = nn.AvgPool2d(3, 1, padding=1, ceil_mode=True)
        self.join = nn.Conv2d(9, 3, 3, padding=1, stride=2)
        self.after = nn.Conv2d(3, 3, (1, 3), padding=(0, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        x = self.join(torch.cat([self.wide(x), self.narrow(x), self.pool(x)], 1))
        return torch.as_tensor(x + self.after(x))


def _functional() -> nn.Module:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(2, 3, 4, 2, 1), nn.Conv2d(12, 3, 3, padding="same")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = F.pad(self.a(x), (2, 2, 1, 3))
            x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
            return torch.as_tensor(self.b(x))

    return Functional()


def _shuffled() -> nn.Module:
    class Shuffled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(2, 4, 3, 2), nn.Conv2d(2, 2, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            n, c, h, w = (x := self.a(x)).shape
            x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
            left, right = x.chunk(2, dim=1)
            return torch.cat([left, self.b(right)], 1)

    return Shuffled()


ORACLE_NETS: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: nn.Sequential(nn.Conv2d(2, 3, 3, 2, 1), nn.AvgPool2d(3, 2), nn.Conv2d(3, 2, (3, 1))),
    "branches": Branches,
    "functional": _functional,
    "shuffled": _shuffled,
    "transposed": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 3, 4, 1), nn.ConvTranspose2d(2, 2, 4, 2, 1), nn.Conv2d(2, 2, 3, 2, 1)
    ),
    "upsampled": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 4, 4), nn.Upsample(scale_factor=2), nn.Conv2d(2, 2, 3, 1, 1)
    ),
    "bilinear": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 4, 4), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(2, 2, 3, 2, 1)
    ),
    "adaptive": lambda: nn.Sequential(nn.Conv2d(2, 2, 3, 2, 1), nn.AdaptiveAvgPool2d((8, 5))),
}
# Their windows differ from position to position, so the one box that holds for all is larger than some.
_BOUNDS = {"transposed", "upsampled", "bilinear"}


@pytest.mark.parametrize("name", ORACLE_NETS)
def test_the_box_is_the_support_of_the_gradient(name: str) -> None:
    torch.manual_seed(0)
    net = ORACLE_NETS[name]().double().eval().requires_grad_(False)
    for parameter in net.parameters():
        parameter.uniform_(0.5, 1)  # nothing cancels
    x = torch.rand(1, 2, 64, 80, dtype=torch.double, requires_grad=True)
    layers = enumerate_layers(net, x.detach())
    assert layers
    with Probe(net, [layer.name for layer in layers]) as probe:
        net(x)
    for layer in layers:
        _compare_with_gradient(layer, probe.outputs[layer.name], x, exact=name not in _BOUNDS)


def _compare_with_gradient(layer: LayerInfo, output: torch.Tensor, x: torch.Tensor, *, exact: bool) -> None:
    field = layer.receptive_field
    assert field is not None, layer.name
    maps = as_maps(layer, output)
    height, width = maps.shape[1:]
    centre = height // 2, width // 2  # at the border padding stands in for some of what the box holds
    for at_y, at_x in [(0, 0), centre, (height - 1, width - 1), (height // 2, 0)]:
        (gradient,) = torch.autograd.grad(maps[:, at_y, at_x].sum(), x, retain_graph=True)
        seen = gradient[0].sum(0).nonzero()
        low, high = seen.min(0).values.tolist(), (seen.max(0).values + 1).tolist()
        top, left, bottom, right = field.box(at_y, at_x)
        box = (max(top, 0), max(left, 0), min(bottom, x.shape[2]), min(right, x.shape[3]))
        support = (*low, *high)
        assert all(a <= b for a, b in zip(box[:2], support[:2], strict=True)), (layer.name, box, support)
        assert all(a >= b for a, b in zip(box[2:], support[2:], strict=True)), (layer.name, box, support)
        assert box == support or not exact or (at_y, at_x) != centre, (layer.name, at_y, at_x)


def test_max_pools_see_what_average_pools_of_the_same_geometry_see() -> None:
    averaged = CaffeNet64(5).eval()
    plain = fields_of(CaffeNet64(5), 3, 64, 64)
    for name in ("pool1", "pool2", "pool5"):
        setattr(averaged, name, nn.AvgPool2d(3, 2, ceil_mode=True))
    assert fields_of(averaged, 3, 64, 64) == plain
    assert plain["conv5"] is not None
    assert plain["conv5"].size == (83, 83)


@pytest.mark.parametrize("kind", ["linear", "global pool", "mean", "attention", "matmul"])
def test_what_mixes_all_positions_sees_the_whole(kind: str) -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, padding=1)
            self.linear = nn.Linear(4 * 64, 2)
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.conv(x)
            tokens = x.flatten(2).transpose(1, 2)
            if kind == "linear":
                x = self.linear(x.flatten(1))
            elif kind == "global pool":
                x = F.adaptive_avg_pool2d(x, 1)
            elif kind == "mean":
                x = x.mean((2, 3))
            elif kind == "attention":
                x = self.attention(tokens, tokens, tokens, need_weights=False)[0] * 2
            else:
                x = tokens @ tokens.transpose(1, 2) @ tokens
            return x * 1.0

    fields = fields_of(Mixed(), 3, 8, 8)
    field = fields["output"]
    assert field is not None
    assert field.whole
    assert field.size == (8, 8)
    assert fields["conv"] == ReceptiveField((3, 3), (1, 1), (-1, -1))


def test_a_gate_does_not_widen_the_field_of_the_maps() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), torchvision.ops.SqueezeExcitation(8, 2))
    fields = fields_of(net, 3, 16, 16)
    assert fields["1"] == fields["0"]
    assert fields["1.fc1"] is not None
    assert fields["1.fc1"].whole


def test_an_operation_without_a_rule_makes_the_field_unknown() -> None:
    class Odd(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.pixel_shuffle(x, 2)

    net = nn.Sequential(nn.Conv2d(3, 4, 1), Odd(), nn.Conv2d(1, 1, 3))
    fields = fields_of(net, 3, 8, 8)
    assert fields["1"] is None
    assert fields["2"] is None


class Does(nn.Module):
    """A convolution, one torch call, a convolution."""

    def __init__(self, call: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.before, self.call, self.after = nn.Conv2d(3, 4, 3), call, nn.Conv2d(4, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.after(self.call(self.before(x)))
        return y


@pytest.mark.parametrize(
    ("call", "size"),
    [
        (lambda x: x.swapaxes(axis0=2, axis1=3), None),  # a form that the rule does not read
        (lambda x: x.norm(2, 1, keepdim=True).expand(-1, 4, -1, -1), None),
        (lambda x: torch.where(x > 0, x, 0.5 * x), (3, 3)),
        (lambda x: x.masked_fill(x < 0, 0), (3, 3)),
        (lambda x: x * x.mean(axis=(2, 3), keepdims=True), (3, 3)),
        (lambda x: x.mean(axis=(2, 3))[:, :, None, None], (9, 9)),
    ],
)
def test_calls_in_unusual_forms_never_hinder_a_network(
    call: Callable[[torch.Tensor], torch.Tensor], size: tuple[int, int] | None
) -> None:
    fields = fields_of(Does(call), 3, 9, 9)
    field = fields["after"]
    assert (None if field is None else field.size) == size


def test_values_at_positions_have_no_common_field() -> None:
    class FirstChannel(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, 0].flatten(1) * 2

    fields = fields_of(nn.Sequential(nn.Conv2d(3, 4, 3), FirstChannel()), 3, 9, 9)
    assert fields["1"] is None


@pytest.mark.parametrize(
    ("name", "layer", "size"),
    [
        # stem 11, then 3x3 windows: 3 at stride 4, 1 + 3 at 4 and 8, 1 + 5 at 8 and 16, 1 + 2 at 16 and 32
        ("resnet50", "layer4.2.conv3", 11 + 2 * (3 * 4 + 4 + 3 * 8 + 8 + 5 * 16 + 16 + 2 * 32)),
        ("densenet121", "features.norm5", 2071),
        ("googlenet", "inception4a", None),
    ],
)
def test_deep_networks_with_branches(name: str, layer: str, size: int | None) -> None:
    arguments = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    with torch.device("meta"):
        net = torchvision.models.get_model(name, **arguments).eval()
    layers = enumerate_layers(net, torch.zeros(1, 3, 224, 224, device="meta"))
    field = next(info.receptive_field for info in layers if info.name == layer)
    assert field is not None
    if size is None:  # the union of the four branches
        branches = [info.receptive_field for info in layers if info.name.startswith(f"{layer}.branch")]
        size = max(branch.size[0] for branch in branches if branch)
    assert field.size == (size, size)
