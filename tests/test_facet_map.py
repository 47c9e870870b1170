from __future__ import annotations

import numpy as np
import pytest

from tests.atlas.makers import facet_map


def test_each_point_has_the_number_of_its_facet() -> None:
    found = facet_map(12)
    assert [found.cluster[one] for one in found.facets[0].members] == [0] * 8
    assert [found.cluster[one] for one in found.facets[1].members] == [1] * 4


def test_figures_of_the_whole_map_count_every_point_once() -> None:
    found = facet_map(12)
    assert found.purity == pytest.approx((8 * 0.75 + 4 * 0.5) / 12)
    assert found.silhouette == pytest.approx(np.mean(found.silhouettes))


def test_a_code_of_the_map_lies_at_its_point_and_a_strange_one_among_its_neighbours() -> None:
    found = facet_map(40, dims=7, width=7)  # as many axes as units: every place is some code
    codes = found.space.mean + found.space.places @ np.linalg.inv(found.space.axes.T)
    for at in (0, 17, 39):
        assert found.place(codes[at].astype(np.float32)) == pytest.approx(tuple(found.xy[at]), abs=0.05)
    distances = ((found.space.places - found.space.places.mean(0)) ** 2).sum(1)
    near = found.xy[distances.argsort()[:5]]
    x, y = found.place((codes.mean(0)).astype(np.float32))
    assert near[:, 0].min() <= x <= near[:, 0].max()
    assert near[:, 1].min() <= y <= near[:, 1].max()


def test_a_code_falls_into_the_facet_with_the_nearest_mean_code() -> None:
    found = facet_map(40, dims=7, width=7)
    back = np.linalg.inv(found.space.axes.T)
    for number, facet in enumerate(found.facets):
        mean = found.space.places[list(facet.members)].mean(0)
        assert found.facet_of((found.space.mean + mean @ back).astype(np.float32)) == number
