"""Each backward rule against explicit loops, for every way in which a network may rectify."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

from deepvis_app.attribution import METHODS, Target
from deepvis_app.attribution.rules import RuleMode, guided
from deepvis_app.messages import Seed
from tests.attribution import slow
from tests.attribution.nets import CALLS, CAPPED, Calling, Tiny, loaded, picture

RULES = ("gradient", "deconv", "guided")
SEEDS = (Seed("map"), Seed("max"), Seed("position", (1, 0)))


def close(found: Tensor, expected: slow.F64) -> None:
    """Equal to float32 precision, and not because both are zero."""
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found.double().numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.kind)
@pytest.mark.parametrize(("layer", "unit"), [("fc", 0), ("relu2", 3), ("conv2", 1), ("pool1", 2)])
@pytest.mark.parametrize("rule", RULES)
def test_signal_equals_explicit_loops_down_to_the_input(rule: str, layer: str, unit: int, seed: Seed) -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    stages = slow.tiny(net)
    maps = slow.outputs(stages, x[0].numpy())[layer]
    position = (0, 0) if layer == "fc" else seed.position
    start = slow.start(maps[unit], len(maps), unit, seed.kind, position)
    expected = slow.signals(stages, x[0].numpy(), layer, start, rule)

    found = METHODS[rule].run(model, x, Target(layer, unit, seed), ["conv1", "pool1"])

    close(found.heat, expected[""])
    for name in ("conv1", "pool1"):
        close(found.gradients[name][0], expected[name])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("call", [*CALLS, *CAPPED])
def test_every_way_to_rectify_follows_the_rule(call: str, rule: str) -> None:
    x = picture(1, 2, 10, 10)
    net = Calling({**CALLS, **CAPPED}[call])
    model = loaded(net, x)
    stages = slow.calling(net, 6.0 if call in CAPPED else math.inf)
    values = slow.outputs(stages, x[0].numpy())
    assert (values["scale"] > 6).any()
    assert (values["scale"] < 0).any()
    start = slow.start(values["conv2"][1], 3, 1, "map", (0, 0))
    expected = slow.signals(stages, x[0].numpy(), "conv2", start, rule)[""]

    found = METHODS[rule].run(model, x, Target("conv2", 1, Seed("map")), [])

    close(found.output[0], values["conv2"])
    close(found.heat, expected)
    assert (found.intercepted, found.rectifiers) == ((0, 0) if rule == "gradient" else (1, 1))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (nn.LeakyReLU(inplace=True), "1 LeakyReLU call has"),
        (nn.PReLU(), "1 PReLU call has"),
        (nn.GELU(), "1 GELU call has"),
        (nn.SiLU(), "1 SiLU call has"),
        (nn.Hardswish(), "1 Hardswish call has"),
        (lambda x: F.elu(F.elu(x)), "2 ELU calls have"),
    ],
)
def test_an_activation_without_a_rule_keeps_its_gradient_and_is_named(call: Any, named: str) -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Calling(call), x)
    target = Target("conv2", 0, Seed("map"))
    plain = METHODS["gradient"].run(model, x, target, [])
    found = METHODS["guided"].run(model, x, target, [])
    assert torch.equal(found.heat, plain.heat)
    assert (found.intercepted, found.rectifiers) == (0, 0)
    assert found.label == "plain gradient"
    assert f"{named} no rule: plain gradient there" in found.note
    assert "guided backprop found no ReLU in this network" in found.note


def test_a_rectifier_with_another_threshold_is_counted_but_not_replaced() -> None:
    x = picture(1, 2, 10, 10)
    model = loaded(Calling(lambda x: F.hardtanh(F.relu(x) - 1)), x)
    found = METHODS["guided"].run(model, x, Target("conv2", 0, Seed("map")), [])
    assert (found.intercepted, found.rectifiers) == (1, 2)
    assert found.label == "guided backprop 1/2 ReLUs"
    assert "1 Hardtanh call has no rule" in found.note


@pytest.mark.parametrize(
    "call", [lambda x: x.clamp(min=1e-3), lambda x: x.clamp(-1, 1), lambda x: x.clamp(max=0.5)]
)
def test_a_clamp_elsewhere_than_at_zero_is_no_activation(call: Any) -> None:
    x = picture(1, 2, 10, 10)
    found = METHODS["guided"].run(loaded(Calling(call), x), x, Target("conv2", 0, Seed("map")), [])
    assert (found.rectifiers, found.label) == (0, "plain gradient")


def test_a_call_that_does_not_depend_on_the_input_is_left_alone() -> None:
    with RuleMode(guided) as mode:
        torch.relu(torch.ones(2))
    assert mode.rectifiers == 0


def test_the_mode_is_left_with_its_block() -> None:
    with pytest.raises(RuntimeError), RuleMode(guided):
        raise RuntimeError
    assert not _get_current_function_mode_stack()


def test_two_threads_may_follow_different_rules_at_once() -> None:
    x = picture(1, 2, 10, 10)
    target = Target("fc", 0, Seed("max"))
    models = {rule: loaded(Tiny(), x) for rule in RULES}
    alone = {rule: METHODS[rule].run(models[rule], x, target, []).heat for rule in RULES}

    def often(rule: str) -> list[Tensor]:
        model = models[rule]
        return [METHODS[rule].run(model, x, target, []).heat for _ in range(20)]

    with ThreadPoolExecutor() as pool:
        for rule, heats in zip(RULES, pool.map(often, RULES), strict=True):
            assert all(torch.equal(heat, alone[rule]) for heat in heats)
    assert not torch.equal(alone["guided"], alone["gradient"])
