"""The contract of the MODELS table: every network lists its layers in order and every listed layer is maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
import torchvision
from torch import nn

from deepvis_app.messages import LayerInfo, ModelChoice
from deepvis_app.models import MODELS, load_model, model_names
from deepvis_app.models import torchvision_zoo as zoo
from deepvis_app.models.layers import as_maps, as_maps_batch, enumerate_layers
from deepvis_app.models.probe import Probe
from deepvis_app.models.random_weights import Undrawn
from tests.models.small_nets import hooks_left

FEW = ["alexnet", "resnet18", "squeezenet1_0", "mobilenet_v3_small", "shufflenet_v2_x0_5"]
ALL = list(torchvision.models.list_models(module=torchvision.models))


def check(net: nn.Module, x: torch.Tensor) -> tuple[LayerInfo, ...]:
    """What holds for every network; on the meta device the shapes are computed and the numbers are not."""
    layers = enumerate_layers(net, x)
    names = [layer.name for layer in layers]
    assert len(set(names)) == len({layer.alias for layer in layers}) == len(names)
    assert all(bool(layer.units) != bool(layer.hidden_because) for layer in layers)
    order: list[str] = []
    with torch.no_grad(), noting_calls(net, order), Probe(net, names) as probe:
        net(x.expand(2, -1, -1, -1))
    assert [name for name in order if name in set(names)] == names
    for layer in layers:
        if layer.units:
            output = probe.outputs[layer.name]
            assert as_maps(layer, output).shape == (layer.units, *layer.map_shape)
            assert as_maps_batch(layer, output).shape == (2, layer.units, *layer.map_shape)
    assert hooks_left(net) == 0
    return layers


@contextmanager
def noting_calls(net: nn.Module, order: list[str]) -> Iterator[None]:
    """Notes the order in which module calls end, by hooks of its own."""
    counts: Counter[str] = Counter()

    def noting(path: str) -> Any:
        def note(*_: object) -> None:
            counts[path] += 1
            order.append(path if counts[path] == 1 else f"{path}:{counts[path]}")

        return note

    handles = [m.register_forward_hook(noting(path or "output")) for path, m in net.named_modules()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def shows_its_classes(layers: tuple[LayerInfo, ...], classes: int) -> None:
    last = next(layer for layer in reversed(layers) if layer.units)
    assert last.is_class_layer
    assert last.units == classes
    assert last.receptive_field is not None


@pytest.mark.parametrize("name", FEW)
def test_real_numbers_go_through_a_few_architectures(name: str) -> None:
    net = zoo.build(name)
    layers = check(net, torch.randn(1, 3, 96, 96))
    shows_its_classes(layers, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_torchvision_architecture_keeps_the_contract(name: str) -> None:
    size = zoo.preprocess(name).input_size
    with Undrawn():
        net = zoo.build(name)
    layers = check(net.to("meta"), torch.zeros(1, 3, *size, device="meta"))
    constant = [layer.name for layer in layers if layer.hidden_because]
    assert all("cpb_mlp" in layer for layer in constant), "only Swin V2's position tables see no picture"
    shows_its_classes(layers, 1000)
    assert not any(layer.receptive_field is None for layer in layers if "Conv" in layer.kind)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["googlenet", "vit_b_32", "swin_t", "convnext_tiny", "densenet121"])
def test_loading_with_random_weights_gives_finite_maps(name: str) -> None:
    model = load_model(ModelChoice(name, "random", "cpu"))
    names = [layer.name for layer in model.info.layers]
    with torch.inference_mode(), Probe(model.net, names) as probe:
        model.net(torch.zeros(1, 3, *model.info.input_size))
    for layer in model.info.layers:
        assert as_maps(layer, probe.outputs[layer.name]).isfinite().all(), layer.name
    assert len(model.info.labels) == 1000


def test_every_classification_architecture_of_torchvision_is_listed() -> None:
    assert set(ALL) <= set(model_names())


def test_names_are_unique_over_all_families() -> None:
    names = model_names()
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", MODELS["bundled"].names())
def test_bundled_networks_keep_the_contract(name: str) -> None:
    model = load_model(ModelChoice(name, device="cpu"))
    layers = check(model.net, torch.randn(1, model.info.input_channels, *model.info.input_size))
    assert layers == model.info.layers
    shows_its_classes(layers, len(model.info.labels))
    assert model.info.start_layer in [layer.name for layer in layers]
    assert len(model.info.fingerprint) == 64
