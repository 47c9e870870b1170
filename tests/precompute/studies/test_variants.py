"""Variants learn the modified classes beside the regular ones, once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.models import LoadedModel
from precompute.options import OptionError
from precompute.studies.base import StudyStoppedError
from precompute.studies.judging import Judge
from precompute.studies.networks import class_layer
from precompute.studies.variants import Lesson, Recipe, modified, variant
from tests.precompute.studies.small import network, picture

UNITS = (0, 3)


def lesson(kind: str = "brg", each: int = 16) -> Lesson:
    stacks = [np.stack([picture(unit, index) for index in range(each)]) for unit in UNITS]
    pictures = torch.from_numpy(np.concatenate(stacks)).permute(0, 3, 1, 2).contiguous()
    return Lesson(kind, pictures, torch.arange(len(UNITS)).repeat_interleave(each), UNITS)


def made(model: LoadedModel, recipe: Recipe, steps: list[tuple[int, int]], kind: str = "brg") -> LoadedModel:
    return variant(model, lesson(kind), ("goldfish", "bell pepper"), recipe, lambda *step: steps.append(step))


def test_a_variant_tells_regular_and_modified_pictures_apart() -> None:
    steps: list[tuple[int, int]] = []
    model = made(network(), Recipe(epochs=20, batch=16, rate=0.02), steps)
    assert steps == [(k + 1, 40) for k in range(40)]
    assert model.info.labels == ("goldfish", "bell pepper", "goldfish (brg)", "bell pepper (brg)")
    assert class_layer(model.info).units == 4
    regular = torch.from_numpy(np.stack([picture(unit, 99) for unit in UNITS])).permute(0, 3, 1, 2)
    both = torch.cat([regular.float() / 255, modified(lesson(), regular, torch.Generator())])
    pictures = [(p.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy() for p in both]
    judge = Judge(model, model.info.labels)
    assert judge.verdict(judge.look(pictures), range(4)).top1 == 4


def test_the_new_classes_begin_as_the_old_ones_and_the_network_stays_as_it_was() -> None:
    model = network()
    before = {name: value.clone() for name, value in model.net.state_dict().items()}
    changed = made(model, Recipe(epochs=1, batch=32, rate=0.0, weight_decay=0.0), [])
    head = changed.net.get_submodule("fc3").get_parameter("weight")
    assert torch.equal(head, before["fc3.weight"][[0, 3, 0, 3]])
    assert all(torch.equal(value, before[name]) for name, value in model.net.state_dict().items())
    assert not any(weight.requires_grad for weight in changed.net.parameters())


def test_a_variant_is_made_once_and_another_recipe_makes_another() -> None:
    recipe = Recipe(epochs=1, batch=16)
    first = made(network(), recipe, [])
    steps: list[tuple[int, int]] = []
    again = made(network(), recipe, steps)
    assert steps == []
    assert again.info.fingerprint == first.info.fingerprint
    other = made(network(), replace(recipe, seed=1), steps)
    assert len(steps) == 2
    assert other.info.fingerprint != first.info.fingerprint
    assert made(network(), recipe, steps, "blur").info.fingerprint != first.info.fingerprint


def test_breaking_off_leaves_no_half_trained_variant() -> None:
    def stopping(done: int, total: int) -> None:
        raise StudyStoppedError

    with pytest.raises(StudyStoppedError):
        variant(network(), lesson(), ("a", "b"), Recipe(epochs=1, batch=16), stopping)
    steps: list[tuple[int, int]] = []
    made(network(), Recipe(epochs=1, batch=16), steps)
    assert len(steps) == 2


def test_classes_that_are_no_linear_layer_are_refused() -> None:
    model = network()
    layers = [layer for layer in model.info.layers if layer.name not in ("fc3", "prob")]
    layers[-1] = replace(layers[-1], is_class_layer=True)
    strange = replace(model, info=replace(model.info, layers=tuple(layers)))
    with pytest.raises(OptionError, match=r"of net 0 is no linear layer"):
        made(strange, Recipe(epochs=1), [])
