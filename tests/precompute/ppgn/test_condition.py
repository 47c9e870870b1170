"""Conditions: their values, their gradients, and how sure they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from deepvis_app.messages import LayerInfo, UnitStats
from precompute.ppgn.condition import Activation, ConditionError, Softmax, condition_for
from tests.precompute.synthesis.nets import Plain, model

UNITS = torch.tensor([1, 4])
STATS = {unit: UnitStats(10, 0.0, 1.0, ((0.0, -1.0), (0.5, 0.0), (1.0, 2.0)), 0.0) for unit in range(5)}


def maps() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 5, 3, 3)


def test_the_full_condition_is_the_log_probability_at_the_centre() -> None:
    found, p = Softmax().read(maps(), UNITS)
    for n, unit in enumerate(UNITS.tolist()):
        scores = maps()[n, :, 1, 1].tolist()
        total = sum(torch.tensor(score).exp().item() for score in scores)
        expected = torch.tensor(scores[unit]).exp().item() / total
        assert float(p[n]) == pytest.approx(expected, rel=1e-5)
        assert float(found[n]) == pytest.approx(torch.tensor(expected).log().item(), rel=1e-4)


def test_the_released_condition_follows_only_the_units_own_value() -> None:
    x = maps().requires_grad_()
    value, p = Softmax(own_only=True).read(x, UNITS)
    (gradient,) = torch.autograd.grad(value.sum(), x)
    expected = torch.zeros_like(x)
    for n, unit in enumerate(UNITS.tolist()):
        expected[n, unit, 1, 1] = 1 - p[n]
    assert torch.allclose(gradient, expected)
    (full,) = torch.autograd.grad(Softmax().read(x, UNITS)[0].sum(), x)
    assert torch.allclose(full[0, 1], expected[0, 1], atol=1e-6)  # (1 - p) to the unit itself, as well
    assert float(full[0, 0, 1, 1]) < 0  # and the others down


def test_behind_a_softmax_probabilities_are_taken_as_they_are() -> None:
    x = maps()
    behind = x.softmax(1)
    found, p = Softmax(probabilities=True).read(behind, UNITS)
    expected, q = Softmax().read(x, UNITS)
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.allclose(p, q, atol=1e-6)


def test_an_activation_is_as_sure_as_few_images_excite_the_unit_more() -> None:
    x = torch.zeros(2, 5, 3, 3)
    x[0, 1, 1, 1], x[1, 4, 1, 1] = 1.0, 9.0
    value, share = Activation(STATS).read(x, UNITS)
    assert value.tolist() == [1.0, 9.0]
    assert share.tolist() == pytest.approx([0.75, 1.0])


def layer(name: str) -> LayerInfo:
    return model(nn.Sequential(Plain())).info.layer(f"0.{name}")


def test_auto_is_softmax_for_classes_and_activation_where_statistics_are() -> None:
    conv = layer("conv2")
    known = dict.fromkeys(range(conv.units), STATS[0])

    def name(of: LayerInfo, stats: dict[int, UnitStats], *, own_only: bool = False) -> str:
        return condition_for("auto", of, stats, (0,), own_only=own_only).name

    assert name(conv, known) == "activation"
    assert name(conv, known, own_only=True) == "softmax"
    assert name(conv, {0: STATS[0]}) == "softmax"  # whichever units are made
    classes = layer("fc")
    assert classes.is_class_layer
    assert name(classes, STATS) == "softmax"


def test_a_condition_that_cannot_be_is_one_sentence() -> None:
    conv = layer("conv2")
    assert condition_for("activation", conv, STATS, (0, 3), own_only=False).name == "activation"
    with pytest.raises(ConditionError, match=r"no statistics of .*conv2.*--condition softmax"):
        condition_for("activation", conv, STATS, (0, 7), own_only=False)
    with pytest.raises(ConditionError, match="has one unit"):
        condition_for("softmax", replace(conv, shape=(1, 8, 8), units=1), {}, (0,), own_only=False)
