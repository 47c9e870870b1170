"""Chains walk as the formulas say, keep what is due, and begin anew when they should."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from deepvis_app.models import LoadedModel
from precompute.ppgn.chains import Chains, Scene, walk
from precompute.ppgn.condition import Softmax
from precompute.ppgn.priors import Flat
from precompute.ppgn.settings import SETTINGS, Settings, Times
from precompute.synthesis.aim import Task
from precompute.synthesis.codes import Codes, inside
from precompute.synthesis.part import part_for
from tests.precompute.synthesis.generators import CODE, Small
from tests.precompute.synthesis.nets import Plain, model

TASKS = [Task(1, 0), Task(3, 1), Task(1, 1)]


class Shrinking:
    """R(h) = 0.8 h."""

    def __call__(self, h: Tensor, pictures: Tensor) -> Tensor:
        assert pictures.shape[1:] == (3, 32, 32)
        return 0.8 * h

    def told(self) -> dict[str, object]:
        return {}


@pytest.fixture(scope="module")
def net() -> LoadedModel:
    return model(Plain())


def scene(net: LoadedModel, settings: Settings, times: Times, generator: Small | None = None) -> Scene:
    layer = net.info.layer("fc")
    part = part_for(net, layer)
    generator = generator or Small()
    codes = Codes(generator, net.preprocess, part.canvas, net.device, settings.start, bound=settings.bound)
    condition = Softmax(own_only=settings.own_only)
    return Scene(part, net.preprocess, codes, Shrinking(), condition, settings, times)


def slow_step(net: LoadedModel, generator: Small, h: Tensor, unit: int, settings: Settings) -> Tensor:
    """One step of one code without noise, in the generator's own units, written as in the released code."""
    h = h.clone().requires_grad_()
    picture = inside(generator(h[None]))
    scores = net.net(net.preprocess.normalise(picture * 255))[0]
    p = scores.softmax(0)
    if settings.own_only:
        (g,) = torch.autograd.grad(scores[unit], h)
        g = g * (1 - p[unit].detach())
    else:
        (g,) = torch.autograd.grad(scores.log_softmax(0)[unit], h)
    h = h.detach()
    scale = settings.of_std / float(generator.code_std.mean())  # to the code's size for which the numbers are
    pull, push = (0.8 * h - h) * scale, g / scale
    if settings.rule == "whole":
        d = settings.prior * pull + settings.condition * push
        d = settings.step * d / d.abs().mean()
    else:
        d = settings.prior * pull / pull.abs().mean()
        d = d + settings.condition * (1 - p[unit]).sqrt() * push / push.abs().mean()
        d = settings.step * d
    top = generator.code_mean + settings.bound * generator.code_std
    return (h + d.detach() / scale).clamp(min=0).minimum(top)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_step_is_that_of_the_formula_for_each_chain(net: LoadedModel, name: str) -> None:
    settings = replace(SETTINGS[name], noise=0.0, prior=0.3, redraw=(0.3, 0.3))
    generator = Small()
    made = scene(net, settings, Times(4, 0, 0, 1, 0.0), generator)
    chains = Chains(made, TASKS)
    expected = [made.codes.code(codes) for codes in chains.codes]
    for _ in range(3):
        chains.step()
        expected = [
            slow_step(net, generator, h, task.unit, settings) for h, task in zip(expected, TASKS, strict=True)
        ]
        found = made.codes.code(chains.codes)
        assert torch.allclose(found, torch.stack(expected), rtol=1e-3, atol=1e-4)


def test_noise_is_the_chains_own_and_of_the_given_size(net: LoadedModel) -> None:
    settings = replace(SETTINGS["balanced"], prior=0.0, condition=0.0, noise=0.02, bound=1e6)
    made = scene(net, settings, Times(2, 0, 0, 1, 0.0), Small(signed=True))
    chains = Chains(made, [Task(1, seed) for seed in range(60)])
    before = chains.codes
    chains.step()
    noise = chains.codes - before
    assert float(noise.std()) == pytest.approx(0.02, rel=0.1)
    assert len({float(row[0]) for row in noise}) == 60


def test_a_chain_depends_on_its_task_alone(net: LoadedModel) -> None:
    made = scene(net, SETTINGS["balanced"], Times(5, 2, 0, 1, 0.0))
    together = walk(made, TASKS, lambda _: True)
    alone = walk(made, TASKS[1:2], lambda _: True)
    assert together is not None
    assert alone is not None
    assert torch.allclose(together.codes[1:2], alone.codes, atol=1e-4)


def test_samples_come_after_the_burn_in_of_each_run_and_at_its_end(net: LoadedModel) -> None:
    chains = walk(scene(net, SETTINGS["balanced"], Times(25, 10, 4, 3, 0.0)), TASKS[:1], lambda _: True)
    assert chains is not None
    found = [(one.step, one.run, one.due) for one in chains.samples]
    assert found == [
        *((4, 0, True), (7, 0, True), (9, 0, False)),
        *((14, 1, True), (17, 1, True), (19, 1, False)),
        (24, 2, True),
    ]
    weights = [one.weight for one in chains.samples]
    assert weights[:3] == pytest.approx([0.1] * 3)
    assert len(set(weights)) == 3  # drawn anew at each reset
    assert all(0.03 <= weight <= 0.3 for weight in weights)
    assert len(chains.trace(0)) == 25


def test_a_reset_begins_anew(net: LoadedModel) -> None:
    settings = replace(SETTINGS["balanced"], noise=0.0)
    made = scene(net, settings, Times(6, 3, 0, 1, 0.0))
    chains = Chains(made, TASKS)
    begun = chains.codes
    for _ in range(3):
        chains.step()
    assert not torch.allclose(chains.codes, begun)
    spread = chains.codes.flatten(1).std(1)
    assert torch.allclose(
        spread, begun.flatten(1).std(1), rtol=0.6
    )  # as noise has it, not as a walk of steps
    again = Chains(made, TASKS)
    for _ in range(3):
        again.step()
    assert torch.equal(again.codes, chains.codes)


def test_only_states_that_are_sure_enough_are_due(net: LoadedModel) -> None:
    chains = walk(scene(net, SETTINGS["balanced"], Times(8, 0, 0, 1, 1.0)), TASKS, lambda _: True)
    assert chains is not None
    assert [(one.step, one.due) for one in chains.samples] == [(7, False)] * 3


def test_the_condition_is_met_better_and_better(net: LoadedModel) -> None:
    made = scene(net, SETTINGS["balanced"], Times(40, 0, 0, 1, 0.0))
    chains = walk(made, TASKS, lambda _: True)
    assert chains is not None
    for chain in range(len(TASKS)):
        trace = chains.trace(chain)
        assert sum(trace[-5:]) / 5 > trace[0]
    assert chains.moved == [True] * 3


def test_a_walk_ends_when_it_is_told_to(net: LoadedModel) -> None:
    asked: list[int] = []

    def go_on(step: int) -> bool:
        asked.append(step)
        return step < 2

    assert walk(scene(net, SETTINGS["balanced"], Times(9, 0, 0, 1, 0.0)), TASKS, go_on) is None
    assert asked == [0, 1, 2]


def test_a_step_to_nowhere_is_not_taken(net: LoadedModel) -> None:
    class Broken(Shrinking):
        def __call__(self, h: Tensor, pictures: Tensor) -> Tensor:
            result = super().__call__(h, pictures)
            result[0] = torch.nan
            return result

    made = replace(scene(net, SETTINGS["balanced"], Times(3, 0, 0, 1, 0.0)), prior=Broken())
    chains = Chains(made, TASKS)
    begun = chains.codes
    chains.step()
    assert torch.equal(chains.codes[0], begun[0])
    assert not torch.equal(chains.codes[1], begun[1])


def test_without_a_prior_only_the_condition_moves_a_code(net: LoadedModel) -> None:
    settings = replace(SETTINGS["balanced"], condition=0.0, noise=0.0)
    made = replace(scene(net, settings, Times(3, 0, 0, 1, 0.0)), prior=Flat())
    chains = Chains(made, TASKS)
    begun = chains.codes
    chains.step()
    inside_bounds = made.codes.moved(begun, torch.zeros(3, CODE))
    assert torch.allclose(chains.codes, inside_bounds)
