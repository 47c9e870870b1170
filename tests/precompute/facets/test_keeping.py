"""Pictures that stay in their facet, and how likely a facet is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from deepvis_app.messages import AM_FACET, F32, U8, FacetMap
from precompute.datasets import open_images
from precompute.facets.interpolation import kept_in
from precompute.facets.keeping import Keeping
from precompute.facets.looking import Looker
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.facets.painting import Brush, Painter
from precompute.synthesis.aim import Task
from precompute.synthesis.maker import Wish
from precompute.synthesis.part import Parts
from precompute.synthesis.policies import Normalised
from precompute.synthesis.preset import Preset
from tests.precompute.facets.nets import colour_model, fill

EACH = {"red": 18, "green": 16, "blue": 14}
UNITS = {"6": 1, "4": 3, "0": 2}  # of a class layer, of one without a map, and of one with a map
STRONG = Preset("strong", "a test", 40, Normalised(6.0), keep="last", noise=0.0)


@pytest.fixture(params=UNITS)
def layer(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def mapped(tmp_path: Path, layer: str) -> Mapped:
    images, model = open_images(fill(tmp_path, EACH)), colour_model()
    found = Mapper(model, images, model.info.layer(layer), Rules(3)).map(UNITS[layer], range(len(images)))
    assert found is not None
    return found


def as_inputs(pixels: U8) -> Tensor:
    return colour_model().preprocess.normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())


def log_odds(facets: FacetMap, code: F32) -> list[float]:
    """Slowly, facet by facet, from the images' own codes."""
    space, members = facets.space, [list(facet.members) for facet in facets.facets]
    means = [space.places[one].mean(0) for one in members]
    spread = np.concatenate([space.places[one] - mean for one, mean in zip(members, means, strict=True)])
    y = (code - space.mean) @ space.axes.T
    odds = [-((y - mean) ** 2).sum() / 2 / (spread**2).mean() for mean in means]
    return [float(one - np.logaddexp.reduce(odds)) for one in odds]


def test_the_probabilities_of_facets_are_those_of_gaussians_about_the_mean_codes(
    mapped: Mapped, layer: str
) -> None:
    model, info = colour_model(), colour_model().info.layer(layer)
    part = Parts(model).of(info)
    pixels = np.stack([frame.rgb for frame in mapped.frames[:5]])
    top, left, bottom, right = part.canvas  # all that the unit sees
    codes = Looker(model, info).look(pixels, UNITS[layer], centre=True).codes
    found = Keeping(model, info, mapped.facets).log_shares(
        part, as_inputs(pixels)[..., top:bottom, left:right]
    )
    for code, values in zip(codes, found.tolist(), strict=True):
        assert values == pytest.approx(log_odds(mapped.facets, code), abs=1e-2, rel=2e-3)


def test_what_is_asked_counts_by_its_shares_and_in_the_scale_of_the_units_values(
    mapped: Mapped, layer: str
) -> None:
    model, info = colour_model(), colour_model().info.layer(layer)
    part = Parts(model).of(info)
    top, left, bottom, right = part.canvas
    inputs = as_inputs(np.stack(mapped.means))[..., top:bottom, left:right]
    keeping = Keeping(model, info, mapped.facets, 2.0)
    logs = keeping.log_shares(part, inputs)
    asked = [((1, 1.0),), (), ((0, 0.25), (2, 0.75))]
    found = keeping.worth(part, inputs, [Task(UNITS[layer], 0, facets=one) for one in asked])
    scale = 1.0 if layer == "6" else float(np.std([point.value for point in mapped.facets.points]))
    want = [float(logs[0, 1]), 0.0, float(logs[2, 0]) / 4 + 3 * float(logs[2, 2]) / 4]
    assert found.tolist() == pytest.approx([2 * scale * one for one in want], rel=1e-4)


def test_a_kept_picture_is_more_likely_of_its_facet_and_still_climbs(mapped: Mapped, layer: str) -> None:
    model = colour_model()
    info, unit = model.info.layer(layer), UNITS[layer]
    logs, values = [], []
    for hold in (0.0, 1.0):
        brush = Brush(AM_FACET, Wish(STRONG, (0,)), lambda rgb: rgb, hold)
        painter = Painter(model, info, [brush], lambda: False)
        rows = painter.painted(unit, 0, mapped.means, mapped.facets)
        assert rows is not None
        values.append([one.activation for one in rows[0]])
        inputs = as_inputs(np.stack([one.rgb for one in rows[0] if one.rgb is not None]))
        keeping, part = Keeping(model, info, mapped.facets), Parts(model).of(info)
        if layer == "0":
            inputs = torch.nn.functional.pad(inputs, _margins(part.field, part.canvas))
        logs.append(keeping.log_shares(part, inputs).diagonal())
    free, kept = logs
    start = Looker(model, info).look(np.stack(mapped.means), unit, centre=True).values
    assert float(free.min()) < -100  # one has left for good
    assert float(kept.min()) > float(free.min()) / 2
    assert bool((kept >= free - 1e-3).all())
    assert all(value > before for value, before in zip(values[1], start, strict=True))


def _margins(
    field: tuple[int, int, int, int], canvas: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    return field[1] - canvas[1], canvas[3] - field[3], field[0] - canvas[0], canvas[2] - field[2]


def test_between_two_facets_both_are_asked_for_by_what_a_picture_has_of_each() -> None:
    found = kept_in((2, 0), 3)
    assert [facet for facet, _ in found[1]] == [2, 0]
    assert [share for (_, share), _ in found] == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert all(sum(share for _, share in one) == pytest.approx(1) for one in found)
