from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models import GoogLeNet, VisionTransformer
from torchvision.models.swin_transformer import SwinTransformer

from deepvis_app.messages import LayerInfo
from deepvis_app.models.layers import as_maps, as_maps_batch, enumerate_layers, first_convolution
from deepvis_app.models.probe import Probe
from tests.models.small_nets import FunctionalReLU, Residual, TakesPair, classifier, hooks_left


def layers_of(net: nn.Module, *shape: int) -> tuple[LayerInfo, ...]:
    return enumerate_layers(net.eval(), torch.zeros(1, *(shape or (3, 16, 16))))


def test_layers_are_in_execution_order_without_those_that_change_nothing() -> None:
    layers = layers_of(classifier())
    assert [layer.name for layer in layers] == ["0", "1", "2", "6", "7", "8", "9"]
    assert [layer.alias for layer in layers] == ["conv", "relu1", "pool", "fc1", "relu2", "fc2", "prob"]
    assert [layer.shape for layer in layers[2:4]] == [(4, 8, 8), (7,)]


def test_the_order_of_execution_counts_not_that_of_definition() -> None:
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.second = nn.Conv2d(4, 2, 1)
            self.first = nn.Conv2d(3, 4, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.second(self.first(x))
            return y

    assert [layer.name for layer in layers_of(Backwards())] == ["first", "second"]


def test_the_same_layers_are_found_on_the_meta_device_and_with_channels_last() -> None:
    plain = layers_of(classifier())
    last = layers_of(classifier().to(memory_format=torch.channels_last))
    meta = enumerate_layers(classifier().to("meta"), torch.zeros(1, 3, 16, 16, device="meta"))
    assert plain == last == meta


def test_a_shared_relu_is_listed_for_each_call_and_the_block_not_again() -> None:
    names = [layer.name for layer in layers_of(nn.Sequential(Residual()))]
    assert names == ["0.conv1", "0.relu", "0.conv2", "0.relu:2"]


def test_a_functional_in_place_relu_makes_its_container_a_layer() -> None:
    net = nn.Sequential(FunctionalReLU())
    assert [layer.name for layer in layers_of(net)] == ["0.conv", "0"]
    with Probe(net, ["0.conv", "0"]) as probe:
        net(torch.randn(1, 3, 16, 16))
    assert probe.outputs["0.conv"].min() < 0
    assert torch.equal(probe.outputs["0"], probe.outputs["0.conv"].relu())


def test_what_is_computed_outside_every_module_is_the_layer_output() -> None:
    class Ends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3 * 256, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.softmax(self.fc(x.flatten(1)), 1)

    layers = layers_of(Ends())
    assert [layer.name for layer in layers] == ["fc", "output"]
    assert all(layer.is_class_layer for layer in layers)


def test_what_cannot_be_shown_says_why() -> None:
    pair, conv = layers_of(TakesPair())
    assert (pair.units, pair.hidden_because) == (0, "it returns dict, not one tensor")
    assert conv.units == 2
    with pytest.raises(ValueError, match="returns dict"):
        as_maps(pair, torch.zeros(1))


def test_five_dimensions_cannot_be_shown() -> None:
    net = nn.Sequential(nn.Unflatten(1, (1, 3)), nn.Conv3d(1, 2, 1))
    (layer,) = layers_of(net)
    assert layer.units == 0
    assert "5 dimensions" in layer.hidden_because


def test_class_layers_reach_back_to_the_last_weights() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 5, 1), nn.ReLU(), nn.Conv2d(5, 5, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    assert [layer.name for layer in layers_of(net) if layer.is_class_layer] == ["2", "3", "4"]


@pytest.mark.parametrize(("channels", "size"), [(1, (12, 20)), (3, (20, 12))])
def test_grey_and_non_square_networks_with_two_classes(channels: int, size: tuple[int, int]) -> None:
    net = classifier(channels, size, classes=2)
    layers = layers_of(net, channels, *size)
    assert layers[0].map_shape == size
    assert layers[-1].shape == (2,)
    assert layers[-1].is_class_layer


def test_channels_last_layers_are_recognised_even_when_all_sides_are_equal() -> None:
    class Permuting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm, self.gelu = nn.Conv2d(3, 8, 1), nn.LayerNorm(8), nn.GELU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.gelu(self.norm(self.conv(x).permute(0, 2, 3, 1)))
            return torch.as_tensor(y.permute(0, 3, 1, 2) + x.mean())

    net = Permuting().eval()
    x = torch.randn(1, 3, 8, 8)
    layers = {layer.name: layer for layer in enumerate_layers(net, x)}
    assert {n: layer.channels_last for n, layer in layers.items()} == {
        "conv": False,
        "norm": True,
        "gelu": True,
        "output": False,
    }
    with Probe(net, ["norm"]) as probe:
        net(x)
    assert torch.equal(as_maps(layers["norm"], probe.outputs["norm"])[2], probe.outputs["norm"][0, :, :, 2])


def test_tokens_become_maps_over_the_patch_grid_without_the_class_token() -> None:
    net = VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=12, mlp_dim=24)
    x = torch.randn(2, 3, 32, 32)
    layers = {layer.name: layer for layer in enumerate_layers(net.eval(), x[:1])}
    layer = layers["encoder.layers.encoder_layer_1.mlp.0"]
    assert (layer.shape, layer.units, layer.map_shape) == ((17, 24), 24, (4, 4))
    assert layer.alias == "L1.mlp.fc1"
    with Probe(net, [layer.name]) as probe:
        net(x)
    tokens = probe.outputs[layer.name]
    maps = as_maps_batch(layer, tokens)
    assert maps.shape == (2, 24, 4, 4)
    assert torch.equal(maps[1, 5, 2, 3], tokens[1, 1 + 2 * 4 + 3, 5])
    attention = layers["encoder.layers.encoder_layer_0.self_attention"]
    assert attention.units == 12, "the tuple of attention holds one tensor, and that is shown"


def test_tokens_of_a_non_square_picture_keep_its_grid() -> None:
    class Patches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patch, self.fc = nn.Conv2d(3, 6, 4, 4), nn.Linear(6, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(self.fc(self.patch(x).flatten(2).transpose(1, 2)))

    layer = layers_of(Patches(), 3, 8, 32)[-1]
    assert (layer.map_shape, layer.units, layer.channels_last) == ((2, 8), 6, True)
    assert layer.receptive_field is not None
    assert layer.receptive_field.box(1, 2) == (4, 8, 8, 12)


def test_swin_layers_are_maps_with_channels_last() -> None:
    net = SwinTransformer([4, 4], 8, [1, 1], [2, 2], [4, 4], num_classes=3)
    layers = layers_of(net, 3, 32, 32)
    by_name = {layer.name: layer for layer in layers}
    assert by_name["features.1.0.attn"].shape == (8, 8, 8)
    assert by_name["features.1.0.attn"].channels_last
    assert by_name["features.2.reduction"].shape == (16, 4, 4)
    assert not any(layer.hidden_because for layer in layers)


def test_every_map_is_differentiable_back_to_the_layer() -> None:
    layer = LayerInfo("x", "x", "Linear", (4, 3), units=3, map_shape=(2, 2), channels_last=True)
    tokens = torch.randn(1, 4, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad(as_maps(layer, tokens)[1, 0, 1], tokens)
    assert gradient.nonzero().tolist() == [[0, 1, 1]]


def test_aliases_are_unique_and_short() -> None:
    with torch.device("meta"):
        net = GoogLeNet(init_weights=False, aux_logits=False)
    layers = enumerate_layers(net.eval(), torch.zeros(1, 3, 224, 224, device="meta"))
    aliases = [layer.alias for layer in layers]
    assert len(set(aliases)) == len(aliases)
    assert "inc4b.b2.1.conv" in aliases
    assert max(map(len, aliases)) <= 16


def test_looking_starts_at_the_first_convolution() -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 2, 1), nn.Conv2d(2, 2, 1))
    assert first_convolution(layers_of(net)) == "1"
    assert first_convolution(layers_of(nn.Sequential(nn.Flatten(), nn.Linear(768, 2)))) == "1"


def test_hooks_are_gone_after_enumeration_also_when_the_net_raises() -> None:
    net = classifier()
    layers_of(net)
    assert hooks_left(net) == 0
    with pytest.raises(RuntimeError):
        layers_of(net, 3, 8, 8)
    assert hooks_left(net) == 0


def test_enumeration_works_inside_inference_mode() -> None:
    with torch.inference_mode():
        names = [layer.name for layer in layers_of(Residual())]
    assert names == ["conv1", "relu", "conv2", "relu:2"]


def test_a_calculation_outside_torch_hides_nothing_but_makes_the_field_unknown() -> None:
    class Doubling(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(x.numpy() * 2)

    layers = layers_of(nn.Sequential(nn.Conv2d(3, 2, 1), Doubling(), nn.Conv2d(2, 2, 1)))
    assert [layer.units for layer in layers] == [2, 2, 2]
    assert layers[0].receptive_field is not None
    assert layers[2].receptive_field is None


def test_what_does_not_depend_on_the_picture_says_so() -> None:
    class Biased(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Linear(3, 3)
            self.conv = nn.Conv2d(3, 3, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(self.conv(x) + self.table(torch.ones(1, 3)).view(1, 3, 1, 1))

    layers = layers_of(Biased())
    assert [layer.hidden_because for layer in layers] == ["", "it does not depend on the picture", ""]


def test_what_only_passes_units_on_names_the_layer_whose_pictures_serve_it() -> None:
    sources = {layer.name: layer.pictures_of for layer in layers_of(classifier())}
    assert sources == {"0": "", "1": "0", "2": "0", "6": "", "7": "6", "8": "", "9": "8"}


def test_a_layer_that_changes_its_units_has_pictures_of_its_own() -> None:
    in_between = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Flatten(2), nn.Unflatten(2, (16, 16)), nn.ReLU())
    pooled = nn.Sequential(nn.Conv2d(3, 4, 1), nn.AvgPool2d(2), nn.BatchNorm2d(4))
    sums = nn.Sequential(Residual(), FunctionalReLU())
    assert [layer.pictures_of for layer in layers_of(in_between)] == ["", "0"]
    assert [layer.pictures_of for layer in layers_of(pooled)] == ["", "", ""]
    sources = {layer.name: layer.pictures_of for layer in layers_of(sums)}
    assert sources == {
        "0.conv1": "",
        "0.relu": "0.conv1",
        "0.conv2": "",
        "0.relu:2": "",
        "1.conv": "",
        "1": "",
    }
