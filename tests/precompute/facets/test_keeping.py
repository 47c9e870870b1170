"""Pictures that stay in their facet, and how likely a facet is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from deepvis_app.messages import AM_FACET
from precompute.datasets import open_images
from precompute.facets.keeping import Keeping
from precompute.facets.looking import Looker
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.facets.painting import Brush, Painter
from precompute.synthesis.maker import Wish
from precompute.synthesis.policies import Normalised
from precompute.synthesis.preset import Preset
from tests.precompute.facets.nets import colour_model, fill

EACH = {"red": 18, "green": 16, "blue": 14}
UNIT = 1
STRONG = Preset("strong", "a test", 40, Normalised(6.0), keep="last", noise=0.0)


@pytest.fixture
def mapped(tmp_path: Path) -> Mapped:
    images, model = open_images(fill(tmp_path, EACH)), colour_model()
    found = Mapper(model, images, model.info.layer("6"), Rules(3)).map(UNIT, range(len(images)))
    assert found is not None
    return found


def test_the_probability_of_a_facet_is_that_of_gaussians_about_the_mean_codes(mapped: Mapped) -> None:
    model, facets = colour_model(), mapped.facets
    space, members = facets.space, [list(facet.members) for facet in facets.facets]
    pixels = np.stack([frame.rgb for frame in mapped.frames[:5]])
    inputs = model.preprocess.normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())
    codes = Looker(model, model.info.layer("6")).look(pixels, UNIT).codes
    means = [space.places[one].mean(0) for one in members]
    spread = np.concatenate([space.places[one] - mean for one, mean in zip(members, means, strict=True)])
    for k in range(3):
        found = Keeping(model, facets).log_share(inputs, [k] * 5)
        for code, value in zip(codes, found.tolist(), strict=True):
            y = (code - space.mean) @ space.axes.T
            odds = [-((y - mean) ** 2).sum() / 2 / (spread**2).mean() for mean in means]
            assert value == pytest.approx(odds[k] - np.logaddexp.reduce(odds), abs=1e-2, rel=1e-3)


def test_a_kept_picture_is_more_likely_of_its_facet_and_still_climbs(mapped: Mapped) -> None:
    model = colour_model()
    layer, inputs = model.info.layer("6"), []
    values = []
    for keeps in (False, True):
        brush = Brush(AM_FACET, Wish(STRONG, (0,)), lambda rgb: rgb, keeps)
        painter = Painter(model, layer, [brush], lambda: False)
        rows = painter.painted(UNIT, 0, mapped.means, mapped.facets)
        assert rows is not None
        values.append([one.activation for one in rows[0]])
        pixels = np.stack([one.rgb for one in rows[0] if one.rgb is not None])
        inputs.append(model.preprocess.normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float()))
    free, kept = (Keeping(model, mapped.facets).log_share(one, range(3)) for one in inputs)
    start = Looker(model, layer).look(np.stack(mapped.means), UNIT).values
    assert float(free.min()) < -100  # one has left for good
    assert float(kept.min()) > -5
    assert bool((kept >= free).all())
    assert all(value > before for value, before in zip(values[1], start, strict=True))


def test_without_facets_or_for_hidden_units_nothing_is_kept(mapped: Mapped) -> None:
    model = colour_model()
    rows = []
    for layer, unit, facets in (("6", UNIT, None), ("4", 2, None), ("4", 2, mapped.facets)):
        brush = Brush(AM_FACET, Wish(replace(STRONG, steps=3), (0,)), lambda rgb: rgb, True)
        painter = Painter(model, model.info.layer(layer), [brush], lambda: False)
        rows.append(painter.painted(unit, 0, mapped.means, facets))
    assert rows[0] is not None
    assert rows[1] is not None
    assert rows[2] is not None
    for one, other in zip(rows[1][0], rows[2][0], strict=True):
        assert one.rgb is not None
        assert other.rgb is not None
        assert np.array_equal(one.rgb, other.rgb)
