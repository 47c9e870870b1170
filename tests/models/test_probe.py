from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepvis_app.models.probe import Probe, class_vector
from tests.models.small_nets import Raising, Residual, classifier, hooks_left


def test_an_in_place_relu_behind_a_layer_does_not_overwrite_what_is_captured() -> None:
    net = classifier()
    x = torch.randn(1, 3, 16, 16)
    with Probe(net, ["0", "1"]) as probe:
        net(x)
    expected = F.conv2d(x, net.get_submodule("0").weight, net.get_submodule("0").bias, padding=1)  # type: ignore[arg-type]
    torch.testing.assert_close(probe.outputs["0"], expected)
    assert probe.outputs["0"].min() < 0
    torch.testing.assert_close(probe.outputs["1"], expected.relu())


def test_a_residual_sum_in_place_does_not_overwrite_what_is_captured() -> None:
    net, x = Residual().eval(), torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        hidden = net.conv1(x).relu()
        before_sum = net.conv2(hidden)
    with torch.no_grad(), Probe(net, ["conv2", "relu", "relu:2"]) as probe:
        y = net(x)
    torch.testing.assert_close(probe.outputs["conv2"], before_sum)
    torch.testing.assert_close(probe.outputs["relu"], hidden)
    torch.testing.assert_close(probe.outputs["relu:2"], (before_sum + x).relu())
    torch.testing.assert_close(y, (before_sum + x).relu())


def test_watching_everything_does_not_change_the_output() -> None:
    net, x = Residual().eval(), torch.randn(2, 3, 8, 8)
    plain = net(x)
    with Probe(net, ["conv1", "conv2", "relu", "relu:2", "output"]) as probe:
        watched = net(x)
    torch.testing.assert_close(watched, plain, rtol=0, atol=0)
    assert set(probe.outputs) == {"conv1", "conv2", "relu", "relu:2", "output"}


def test_the_captured_tensor_is_part_of_the_graph() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 1)).requires_grad_(False)
    x = torch.randn(1, 3, requires_grad=True)
    with Probe(net, ["0"]) as probe:
        y = net(x)
    (gradient,) = torch.autograd.grad(y.sum(), probe.outputs["0"])
    last = net.get_submodule("2").weight
    assert isinstance(last, torch.Tensor)
    torch.testing.assert_close(gradient, last * (probe.outputs["0"] > 0))


def test_each_forward_pass_starts_anew() -> None:
    net = Residual().eval()
    with Probe(net, ["relu:2"]) as probe:
        net(torch.zeros(1, 3, 8, 8))
        first = probe.outputs["relu:2"]
        net(torch.ones(1, 3, 8, 8))
        assert set(probe.outputs) == {"relu:2"}
        assert not torch.equal(first, probe.outputs["relu:2"])


def test_hooks_go_away_also_when_the_net_raises() -> None:
    net = nn.Sequential(nn.ReLU(), Raising())
    with pytest.raises(RuntimeError, match="on purpose"), Probe(net, ["0", "1"]):
        net(torch.zeros(1))
    assert hooks_left(net) == 0


def test_an_unknown_layer_is_named_and_leaves_no_hook() -> None:
    net = classifier()
    with pytest.raises(KeyError, match="nosuch"):
        Probe(net, ["0", "nosuch"])
    assert hooks_left(net) == 0


def test_stop_after_runs_nothing_behind_the_layer() -> None:
    net = nn.Sequential(nn.ReLU(), nn.Tanh(), Raising())
    with Probe(net, ["0"], stop_after="1") as probe:
        outputs = probe.run(torch.ones(2))
    assert set(outputs) == {"0", "1"}
    assert hooks_left(net) == 0


def test_run_without_a_stop_goes_to_the_end() -> None:
    net = classifier()
    with Probe(net, ["9"]) as probe:
        outputs = probe.run(torch.zeros(1, 3, 16, 16))
    assert outputs["9"].sum().item() == pytest.approx(1)


def test_a_module_may_have_a_colon_in_its_name() -> None:
    net = nn.Sequential(OrderedDict({"a:b": nn.Conv2d(3, 2, 1), "c": nn.ReLU()}))
    x = torch.randn(1, 3, 2, 2)
    with Probe(net, ["a:b"]) as probe:
        net(x)
    assert torch.equal(probe.outputs["a:b"], net[0](x))
    with pytest.raises(KeyError, match="no layer nothing"):
        Probe(net, ["nothing"])


def test_the_classes_are_read_from_the_first_vector_of_several_outputs() -> None:
    vector, maps = torch.ones(1, 4), torch.zeros(1, 4, 2, 2)
    assert class_vector(maps) is maps
    assert class_vector({"features": maps, "logits": vector}) is vector
    assert class_vector((maps, vector, 2 * vector)) is vector
    nothings: tuple[object, ...] = (None, {}, [maps], "text")
    for nothing in nothings:
        assert class_vector(nothing).shape == (0,)
