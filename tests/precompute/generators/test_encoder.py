"""The frozen pass: which layers, after which ReLU, at which size."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from precompute.generators.encoder import Encoder, LayerError
from tests.precompute.generators.small import encoder, model, pictures


def test_the_code_is_taken_behind_the_relu_and_the_pools_are_compared() -> None:
    one = encoder()
    assert (one.layer, one.code_shape, one.compared) == ("relu3", (12,), ("pool1", "pool2"))
    assert encoder(layer="pool2").code_shape == (6, 8, 8)
    assert encoder(layer="fc4").layer == "fc4"


def test_features_are_those_of_the_network_itself() -> None:
    given = model()
    x = pictures(3).float() / 255
    found = Encoder(given, "fc3")(x)
    y = (x - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(
        3, 1, 1
    )
    net = given.net
    pool1 = net.get_submodule("pool1")(F.relu(net.get_submodule("conv1")(y)))
    pool2 = net.get_submodule("pool2")(F.relu(net.get_submodule("conv2")(pool1)))
    code = F.relu(net.get_submodule("fc3")(pool2.flatten(1)))
    for slow, quick in zip((pool1, pool2, code), (*found.maps, found.code), strict=True):
        assert torch.allclose(slow, quick, atol=1e-5)


def test_gradients_reach_the_picture_and_never_the_network() -> None:
    x = (pictures(2).float() / 255).requires_grad_()
    encoder()(x).code.sum().backward()
    assert x.grad is not None
    assert x.grad.abs().max() > 0


def test_pictures_of_another_size_are_resized_to_the_networks_input() -> None:
    small = encoder(side=32)
    x = pictures(2).float() / 255
    shrunk = F.interpolate(x, (32, 32), mode="bilinear", antialias=True)
    assert torch.allclose(small(x).code, small(shrunk).code, atol=1e-5)


def test_classes_are_the_networks_own() -> None:
    given = model()
    x = pictures(4).float() / 255
    _, classes = Encoder(given, "fc3").classified(x)
    assert torch.equal(classes, given.net(given.preprocess.normalise(x * 255)).argmax(1))


def test_a_copy_sees_the_same_and_shares_no_module() -> None:
    one = encoder()
    other = one.copy()
    x = pictures(2).float() / 255
    assert torch.equal(one(x).code, other(x).code)
    assert one.identity() == other.identity()
    assert one._model.net is not other._model.net


def test_a_layer_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LayerError, match=r"There is no layer fc9 here; choose one of conv1"):
        encoder(layer="fc9")
    with pytest.raises(LayerError, match=r"There is no layer fc4 here"):
        Encoder(model(), "fc3", ["fc4"])
    assert Encoder(model(), "fc3", ["conv2"]).compared == ("conv2",)
