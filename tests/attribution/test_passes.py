"""One forward pass serves the activations, the scores and the backward signal; what cannot be asked is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import torch
from torch import Tensor, nn

from deepvis_app.attribution import METHODS, Target
from deepvis_app.messages import Seed
from tests.attribution.nets import Tiny, loaded, picture, silence
from tests.conftest import ROOT


class Forked(nn.Module):
    """Two branches; `side` does not lead to `left`, and `constant` does not depend on the input."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(2, 3, 3)
        self.left = nn.Conv2d(3, 2, 1)
        self.side = nn.Conv2d(3, 2, 1)
        self.constant = nn.Conv2d(1, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        stem = self.stem(x)
        side = self.side(stem)
        fixed = self.constant(torch.ones(1, 1, 4, 4, dtype=x.dtype))
        out: Tensor = self.left(stem).mean((2, 3)) + side.mean((2, 3)) + fixed.mean((2, 3))
        return out


def test_activations_and_output_are_those_of_the_bare_network() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    found = METHODS["deconv"].run(model, x, Target("conv2", 1, Seed()), ["conv1", "fc"])
    assert torch.equal(found.output, net(x))
    assert torch.equal(found.activations["conv1"], net.conv1(x))
    assert set(found.activations) == {"conv1", "fc"}
    assert not any(t.requires_grad for t in (found.output, found.heat, *found.activations.values()))


def test_the_network_runs_once() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    calls = []
    handle = net.conv1.register_forward_hook(lambda *_: calls.append(1))
    METHODS["guided"].run(model, x, Target("fc", 1, Seed()), ["conv1", "conv2"])
    handle.remove()
    assert len(calls) == 1


def test_signals_at_watched_layers_are_autograds_and_absent_off_the_path() -> None:
    x = picture(1, 2, 6, 6)
    net = Forked()
    model = loaded(net, x)
    found = METHODS["gradient"].run(model, x, Target("left", 1, Seed("max")), ["stem", "side", "constant"])
    stem = net.stem(x).requires_grad_()
    (expected,) = torch.autograd.grad(net.left(stem)[0, 1].max(), stem)
    assert set(found.gradients) == {"stem"}
    torch.testing.assert_close(found.gradients["stem"], expected)


def test_a_target_that_ignores_the_input_is_refused() -> None:
    x = picture(1, 2, 6, 6)
    with pytest.raises(ValueError, match=r"layer constant has no units.*does not depend on the picture"):
        METHODS["deconv"].run(loaded(Forked(), x), x, Target("constant", 0, Seed()), ["stem"])


@pytest.mark.parametrize("way", [torch.no_grad, torch.inference_mode])
def test_a_network_that_computes_without_gradients_is_explained(
    way: Callable[[], AbstractContextManager[None]],
) -> None:
    class Gradless(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = Tiny()

        def forward(self, x: Tensor) -> Tensor:
            with way():
                y: Tensor = self.net(x)
            return y

    x = picture(1, 2, 10, 10)
    found = METHODS["deconv"].run(loaded(Gradless(), x), x, Target("net.conv2", 0, Seed()), ["net.conv1"])
    assert not found.heat.any()
    assert found.heat.shape == (2, 10, 10)
    assert "the network computes net.conv2 without gradients" in found.note


def test_a_silent_map_is_explained() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    silence(net.conv2, 1)
    found = METHODS["deconv"].run(model, x, Target("relu2", 1, Seed("map")), [])
    assert not found.heat.any()
    assert "relu2:1 is silent: its whole map is zero" in found.note


@pytest.mark.parametrize("method", ["gradient", "guided"])
def test_a_silent_place_behind_a_relu_is_explained(method: str) -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    silence(net.conv2, 1)
    found = METHODS[method].run(model, x, Target("relu2", 1, Seed("position", (1, 0))), [])
    assert not found.heat.any()
    assert "relu2:1 is silent at (1, 0) and nothing passes a ReLU that is off" in found.note
    before = METHODS[method].run(model, x, Target("conv2", 1, Seed("position", (1, 0))), [])
    assert before.heat.any()  # the unit's own ReLU does not gate a seed that lies before it


def test_a_signal_that_dies_on_the_way_is_explained() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    silence(net.conv1)
    found = METHODS["guided"].run(model, x, Target("conv2", 1, Seed("map")), [])
    assert not found.heat.any()
    assert "no path from conv2:1 to the input lets the backward signal through" in found.note


def test_a_negative_single_value_says_that_it_turns_the_signs() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    silence(net.fc, 2)
    found = METHODS["gradient"].run(model, x, Target("fc", 2, Seed("map")), [])
    assert "fc:2 is negative" in found.note
    assert not METHODS["gradient"].run(model, x, Target("fc", 2, Seed("max")), []).note


def test_below_the_first_relu_a_rule_is_called_what_it_is() -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Tiny(), x)
    found = METHODS["deconv"].run(model, x, Target("conv1", 0, Seed()), [])
    assert found.label == "plain gradient"
    assert "no ReLU lies between the input and conv1" in found.note
    assert (found.intercepted, found.rectifiers) == (2, 2)


def test_a_network_that_starts_in_place_leaves_the_input_alone() -> None:
    x = picture(1, 2, 6, 6)
    before = x.clone()
    net = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(2, 2, 3))
    found = METHODS["guided"].run(loaded(net, x.clone()), x, Target("1", 0, Seed()), [])
    assert torch.equal(x, before)
    assert not x.requires_grad
    assert found.heat.any()


def test_gradient_times_input_is_that() -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Tiny(), x)
    target = Target("conv2", 1, Seed())
    gradient = METHODS["gradient"].run(model, x, target, [])
    found = METHODS["grad_x_input"].run(model, x, target, [])
    torch.testing.assert_close(found.heat, (gradient.heat.double() * x[0]).float())


def test_gradients_are_recorded_even_where_the_caller_switched_them_off() -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Tiny(), x)
    with torch.no_grad():
        found = METHODS["guided"].run(model, x, Target("fc", 1, Seed("max")), [])
    assert found.heat.any()


@pytest.mark.slow  # a process of its own
def test_the_first_backward_pass_does_not_wait_for_an_import() -> None:
    code = (
        "import sys, torch\n"
        "from deepvis_app.attribution import METHODS, Target\n"
        "from deepvis_app.messages import Seed\n"
        "from tests.attribution.nets import Tiny, loaded, picture\n"
        "x = picture(1, 2, 10, 10)\n"
        "model = loaded(Tiny(), x)\n"
        "before = len(sys.modules)\n"
        "METHODS['deconv'].run(model, x, Target('conv2', 1, Seed()), [])\n"
        "assert len(sys.modules) - before < 5, sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
