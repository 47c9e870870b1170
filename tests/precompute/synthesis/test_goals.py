"""What is no single unit: sums of units, whole layers, inversion, caricature, and diversity among pictures."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from deepvis_app.messages import U8
from deepvis_app.render.pictures import save_png
from precompute.options import OptionError, Target
from precompute.stop import Stop
from precompute.synthesis.aim import Task
from precompute.synthesis.diversity import Diversity, diversity_for, gram
from precompute.synthesis.dreaming import dreamt
from precompute.synthesis.goals import GOALS
from precompute.synthesis.goals.caricature import caricature
from precompute.synthesis.goals.inversion import inversion
from precompute.synthesis.goals.mean import layer_mean
from precompute.synthesis.goals.norm import layer_norm
from precompute.synthesis.goals.units import Term, check_terms, terms_of, weighted
from precompute.synthesis.maker import Made, Maker, Wish
from precompute.synthesis.part import Parts
from precompute.synthesis.presets import PRESETS, presets_for
from tests.precompute.helpers import Told
from tests.precompute.synthesis.nets import SIDE, Plain, model

MAPS = torch.randn(2, 6, 3, 5, generator=torch.Generator().manual_seed(0))
UNITS = torch.tensor([0, 5])


def picture() -> U8:
    """Smooth, with a bright square."""
    y, x = np.mgrid[:SIDE, :SIDE]
    rgb = np.stack([4 * y + 60, 3 * x + 70, 200 - 2 * y], 2)
    rgb[8:20, 10:24] = (240, 60, 40)
    return rgb.astype(np.uint8)


@pytest.fixture
def dream(tmp_path: Path) -> Callable[..., list[Made]]:
    """A goal's pictures for a layer of `Plain`."""
    file = tmp_path / "picture.png"
    save_png(file, picture())

    def dreamt_of(goal: str, layer: str, preset: str = "robust", steps: int = 40, **more: Any) -> list[Made]:
        made = model(Plain())
        layers = (made.info.layer(layer),)
        job = Target(made, layers, {}, tmp_path / "a.atlas", 0, Told(), Stop())
        aimed = GOALS[goal].aim(Namespace(picture=file, units="1+2"), job)
        wish = Wish(replace(PRESETS[preset], steps=steps, noise=0.05), (0, 1), **more)
        return dreamt(made, layers[0], aimed, wish)

    return dreamt_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("3+17", [(3, 1), (17, 1)]),
        ("3-17", [(3, 1), (17, -1)]),
        ("2*3 + 0.5*17 - 4", [(3, 2), (17, 0.5), (4, -1)]),
        ("-3", [(3, -1)]),
        (".5*3", [(3, 0.5)]),
        ("3+3", [(3, 1), (3, 1)]),
    ],
)
def test_sums_of_units_are_read(text: str, terms: list[tuple[int, float]]) -> None:
    assert terms_of(text) == tuple(Term(unit, float(weight)) for unit, weight in terms)


@pytest.mark.parametrize("text", ["", "a", "3+", "3**4", "3 17,4", "3,4", "2*", "0*3", "9999999*3", "1e3*2"])
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(OptionError, match=r"no sum of units|a weight must be"):
        terms_of(text)


def test_a_unit_that_the_layer_has_not_is_named() -> None:
    check_terms(terms_of("0+7"), 8, "conv3")
    with pytest.raises(OptionError, match="conv3 has units 0 to 7; there is no unit 8"):
        check_terms(terms_of("0+8"), 8, "conv3")


def test_a_sum_is_of_the_values_at_the_centre_divided_where_all_scales_are_known() -> None:
    terms = terms_of("2*1-4")
    centre = MAPS[:, :, 1, 2]
    plain = weighted(terms, {1: 3.0}).value(MAPS, UNITS)
    assert plain.tolist() == pytest.approx((2 * centre[:, 1] - centre[:, 4]).tolist(), rel=1e-5)
    scaled = weighted(terms, {1: 4.0, 4: 0.5}).value(MAPS, UNITS)
    assert scaled.tolist() == pytest.approx((centre[:, 1] / 2 - 2 * centre[:, 4]).tolist(), rel=1e-5)


def test_a_layers_norm_and_mean_are_of_all_its_values() -> None:
    slow = [float(np.sqrt(np.mean(one.numpy() ** 2))) for one in MAPS]
    assert layer_norm().value(MAPS, UNITS).tolist() == pytest.approx(slow, rel=1e-5)
    assert layer_mean().value(MAPS, UNITS).tolist() == pytest.approx(
        [float(one.mean()) for one in MAPS], abs=1e-6
    )


def test_inversion_is_minus_the_relative_distance() -> None:
    found = inversion(MAPS[:1]).value(MAPS, UNITS)
    away = float((MAPS[1] - MAPS[0]).norm() / MAPS[0].norm())
    assert found.tolist() == pytest.approx([0, -away], abs=1e-5)


def test_a_caricature_of_itself_is_one_and_of_twice_itself_two() -> None:
    objective = caricature(MAPS[:1])
    assert float(objective.value(MAPS[:1], UNITS[:1])) == pytest.approx(1, rel=1e-4)
    assert float(objective.value(2 * MAPS[:1], UNITS[:1])) == pytest.approx(2, rel=1e-4)
    dot = float((MAPS[1] * MAPS[0]).sum() / MAPS[0].square().sum())
    cosine = float(torch.cosine_similarity(MAPS[1], MAPS[0], dim=0).mean())
    assert float(objective.value(MAPS[1:], UNITS[1:])) == pytest.approx(dot * max(cosine, 0.1), rel=1e-4)


@pytest.mark.parametrize("goal", ["norm", "mean", "units", "inversion", "caricature"])
@pytest.mark.parametrize("layer", ["conv2", "fc"])
def test_a_goal_of_any_layer_is_climbed_by_pictures_of_their_own_seeds(
    dream: Callable[..., list[Made]], goal: str, layer: str
) -> None:
    made = dream(goal, layer)
    assert [one.task.seed for one in made] == [0, 1]
    for one in made:
        assert one.reason == ""
        assert one.value > one.trace[0] + 0.01
        assert one.rgb is not None
    first, second = (one.rgb for one in made)
    assert first is not None
    assert second is not None
    assert not np.array_equal(first, second)


def test_an_inversion_comes_near_the_picture_that_it_has_not_seen(dream: Callable[..., list[Made]]) -> None:
    (one, _) = dream("inversion", "conv1", "inversion", 120)
    assert one.rgb is not None
    alike = np.corrcoef(one.rgb.reshape(-1).astype(float), picture().reshape(-1).astype(float))[0, 1]
    assert one.value > -0.5
    assert alike > 0.7


def test_a_dream_begins_at_the_picture_where_it_is_asked_to(dream: Callable[..., list[Made]]) -> None:
    (one, _) = dream("norm", "conv2", "dream", 4, first=picture())
    assert one.rgb is not None
    alike = np.corrcoef(one.rgb.reshape(-1).astype(float), picture().reshape(-1).astype(float))[0, 1]
    assert alike > 0.9


def test_every_goal_has_a_preset_of_pixels() -> None:
    assert {goal.preset for goal in GOALS.values()} <= set(presets_for(codes=False))


def test_pictures_of_a_unit_are_likened_by_what_goes_together_in_their_maps() -> None:
    maps = MAPS[[0, 0, 1, 1]]
    units = torch.tensor([3, 3, 3, 4])
    found = Diversity(lambda x: x, 1.0).likeness(maps, units)

    def cosine(a: int, b: int) -> float:
        grams = []
        for k in (a, b):
            flat = maps[k].clamp(min=0).flatten(1)
            grams.append((flat @ flat.T).flatten())
        return float(torch.dot(*grams) / (grams[0].norm() * grams[1].norm()))

    expected = [(1 + cosine(0, 2)) / 2, (1 + cosine(0, 2)) / 2, cosine(0, 2), 0]
    assert found.tolist() == pytest.approx(expected, abs=1e-5)
    moved = maps.roll(1, -1)  # where it lies does not count
    assert torch.allclose(gram(maps), gram(moved), atol=1e-6)


def test_diversity_makes_pictures_of_a_unit_less_alike_and_leaves_one_alone() -> None:
    made = model(Plain())
    layer = made.info.layer("fc")
    likeness = []
    for weight in (0.0, 0.8):
        wish = Wish(replace(PRESETS["robust"], steps=40), (0, 1, 2), diversity=weight)
        pictures = [one.rgb for one in Maker(made, layer, wish).make([Task(2, seed) for seed in wish.seeds])]
        x = torch.cat([made.preprocess.tensor(rgb, made.device) for rgb in pictures if rgb is not None])
        judge = diversity_for(made, layer, Parts(made), 1.0)
        assert judge is not None
        likeness.append(float(judge.likeness(x, torch.zeros(3)).mean()))
    assert likeness[1] < likeness[0] - 0.01
    alone = [
        Maker(made, layer, Wish(replace(PRESETS["none"], steps=5), (0,), diversity=weight)).make(
            [Task(2, 0)]
        )[0]
        for weight in (0.0, 0.8)
    ]
    assert alone[0].activation == pytest.approx(alone[1].activation, rel=1e-4)
