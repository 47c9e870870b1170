"""What every line of the METHODS table promises."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

from deepvis_app.attribution import METHODS, Method, Target
from deepvis_app.messages import Seed
from deepvis_app.models.loaded import LoadedModel
from tests.attribution.nets import Tiny, loaded, picture

SEEDS = (Seed("map"), Seed("max"), Seed("position", (0, 1)))


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    return METHODS[request.param]


@pytest.fixture
def x() -> Tensor:
    return picture(1, 2, 10, 10, dtype=torch.float32)


@pytest.fixture
def model(x: Tensor) -> LoadedModel:
    return loaded(Tiny(), x)


def assert_nothing_left(net: nn.Module) -> None:
    """No hook on any module, no mode in this thread, no gradient on any parameter."""
    for module in net.modules():
        hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
        assert not any(hooks)
    assert not _get_current_function_mode_stack()
    assert not any(p.requires_grad or p.grad is not None for p in net.parameters())


class Failing(Tiny):
    """Runs once, when it is listed, and then fails."""

    broken = False

    def forward(self, x: Tensor) -> Tensor:
        out = super().forward(x)
        if self.broken:
            raise RuntimeError("the network fails")
        return out


def test_it_is_listed_under_its_name_and_says_what_it_is(method: Method) -> None:
    assert METHODS[method.name] is method
    assert method.title
    assert method.tooltip


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.kind)
@pytest.mark.parametrize("layer", ["conv1", "conv2", "relu2", "fc"])
def test_it_gives_heat_at_the_input_and_leaves_nothing_behind(
    method: Method, model: LoadedModel, x: Tensor, layer: str, seed: Seed
) -> None:
    before = x.clone()
    found = method.run(model, x, Target(layer, 3 if layer != "fc" else 0, seed), ["conv1", "fc"])
    assert found.heat.shape == ((1 if method.map_like else 2), 10, 10)
    assert found.heat.dtype == torch.float32
    assert found.heat.isfinite().all()
    assert found.heat.any() or found.note
    assert found.label
    assert 0 <= found.intercepted <= found.rectifiers
    assert set(found.activations) == {"conv1", "fc"}
    for name, signal in found.gradients.items():
        assert signal.shape == found.activations[name].shape
    tensors = [found.output, found.heat, *found.activations.values(), *found.gradients.values()]
    assert not any(tensor.requires_grad for tensor in tensors)
    assert torch.equal(x, before)
    assert not x.requires_grad
    assert_nothing_left(model.net)


def test_the_same_picture_gives_the_same_answer(method: Method, model: LoadedModel, x: Tensor) -> None:
    target = Target("fc", 1, Seed("max"))
    first, second = (method.run(model, x, target, []) for _ in range(2))
    assert torch.equal(first.heat, second.heat)
    assert (first.label, first.note) == (second.label, second.note)


@pytest.mark.parametrize(
    ("target", "watch", "sentence"),
    [
        (Target("conv9", 0, Seed()), [], "no layer 'conv9'; choose another, for example conv"),
        (Target("conv1", 0, Seed()), ["conv9"], "no layer 'conv9'"),
        (Target("conv1", 4, Seed()), [], "conv1 has no unit 4; choose one from 0 to 3"),
        (Target("conv1", -1, Seed()), [], "conv1 has no unit -1"),
    ],
)
def test_a_wrong_target_is_a_sentence_and_leaves_nothing_behind(
    method: Method, model: LoadedModel, x: Tensor, target: Target, watch: list[str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        method.run(model, x, target, watch)
    assert_nothing_left(model.net)


def test_a_network_that_fails_leaves_nothing_behind(method: Method, x: Tensor) -> None:
    net = Failing()
    model = loaded(net, x)
    net.broken = True
    with pytest.raises(RuntimeError, match="the network fails"):
        method.run(model, x, Target("conv2", 0, Seed()), ["conv1"])
    assert_nothing_left(net)
