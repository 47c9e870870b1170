"""Guided backprop and deconvnet on real architectures, against captum where it is right and hooks elsewhere.

captum replaces the backward pass of nn.ReLU modules, so it silently gives the plain gradient for functional
ReLUs (GoogLeNet) and for ReLU6 (MobileNetV2), and half of each for DenseNet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from captum.attr import Deconvolution, GuidedBackprop
from torch import Tensor
from torchvision import models

from deepvis_app.attribution import METHODS, Attribution, Target
from deepvis_app.messages import Seed
from deepvis_app.models.loaded import LoadedModel
from tests.attribution.nets import livened, loaded, picture

CLASS = 3
RIGHT = ("alexnet", "squeezenet1_0", "resnet18", "vgg11")
SILENTLY_PLAIN = {"mobilenet_v2": 35, "googlenet": 57, "densenet121": 121}  # rectifiers in each
BUILD: dict[str, Any] = {"googlenet": {"init_weights": False, "aux_logits": False}}
SLOW = ("vgg11", "googlenet", "densenet121")
CAPTUM = {"guided": GuidedBackprop, "deconv": Deconvolution}


def build(name: str) -> tuple[LoadedModel, Tensor]:
    """The architecture with random weights, alive, and an input for it."""
    torch.manual_seed(0)
    net = models.get_model(name, weights=None, num_classes=5, **BUILD.get(name, {}))
    batch = picture(4, 3, 64, 64, dtype=torch.float32)
    return loaded(livened(net, batch), batch[:1]), batch[:1]


def explain(method: str, model: LoadedModel, x: Tensor) -> Attribution:
    last = model.info.layers[-1].name
    return METHODS[method].run(model, x, Target(last, CLASS, Seed("max")), [])


def marked(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in names]


def class_score(scores: Tensor) -> Tensor:
    return scores[0, CLASS]


def relative(found: Tensor, expected: Tensor) -> float:
    """The largest difference as a share of the largest expected value."""
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU:UserWarning")  # captum says what it does
@pytest.mark.parametrize("name", marked(RIGHT))
def test_agrees_with_captum_where_captum_is_right(name: str) -> None:
    model, x = build(name)
    for method, oracle in CAPTUM.items():
        found = explain(method, model, x)
        expected = oracle(model.net).attribute(x.clone().requires_grad_(), target=CLASS).detach()[0]
        assert relative(found.heat, expected) <= 1e-5
        assert found.intercepted == found.rectifiers > 0


@contextmanager
def hooked(monkeypatch: pytest.MonkeyPatch, method: str) -> Iterator[None]:
    """The rule by other means: a hook clamps the signal that reaches a rectifier; deconvnet's lets it all by."""

    def rectify(x: Tensor, low: float, high: float) -> Tensor:
        y = x.clamp(low, high)
        if method == "deconv":
            y = x + (y - x).detach()
        if y.requires_grad:
            y.register_hook(lambda g: g.clamp(min=0))
        return y

    def relu(x: Tensor, inplace: bool = False) -> Tensor:
        return rectify(x, 0, float("inf"))

    def hardtanh(x: Tensor, low: float, high: float, inplace: bool = False) -> Tensor:
        return rectify(x, low, high)

    with monkeypatch.context() as patch:
        patch.setattr(F, "relu", relu)
        patch.setattr(F, "hardtanh", hardtanh)
        yield


@pytest.mark.parametrize("name", marked(SILENTLY_PLAIN))
def test_functional_and_capped_rectifiers_really_follow_the_rule(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x = build(name)
    plain = explain("gradient", model, x)
    for method in ("guided", "deconv"):
        found = explain(method, model, x)
        with hooked(monkeypatch, method):
            leaf = x.clone().requires_grad_()
            (expected,) = torch.autograd.grad(class_score(model.net(leaf)), leaf)
        assert relative(found.heat, expected[0]) <= 1e-4
        assert relative(found.heat, plain.heat) > 0.1
        assert found.intercepted == found.rectifiers == SILENTLY_PLAIN[name]
        assert f"{found.intercepted}/{found.rectifiers} ReLUs" in found.label
