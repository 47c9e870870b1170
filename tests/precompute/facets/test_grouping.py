from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.messages import F32
from precompute.facets.grouping import (
    AVERAGED,
    Groups,
    NoFacetsError,
    facets_of,
    grouped,
    laid_out,
    space_of,
)

KINDS = ("red", "green", "blue", "yellow")


def planted(each: int = 30, width: int = 80, seed: int = 0) -> tuple[F32, list[str]]:
    """Codes about four far centres, mixed, and the kind of each."""
    dice = np.random.default_rng(seed)
    kinds = dice.permutation(np.repeat(np.arange(4), each))
    codes = dice.normal(0, 4, (4, width))[kinds] + dice.normal(0, 1, (len(kinds), width))
    return codes.astype(np.float32), [KINDS[kind] for kind in kinds]


def test_planted_kinds_are_found_without_being_told_how_many() -> None:
    codes, labels = planted()
    space = space_of(codes, "fc7", 0)
    xy = laid_out(space.places, 0)
    facets = facets_of(grouped(xy, None, 0), xy, xy, space.places, labels)
    assert sorted(facet.label for facet in facets) == sorted(KINDS)
    assert [(facet.share, facet.purity) for facet in facets] == [(1.0, 1.0)] * 4
    assert min(facet.silhouette for facet in facets) > 0.7
    assert all(facet.averaged == 15 for facet in facets)


def test_the_codes_themselves_can_be_grouped_and_the_number_be_given() -> None:
    codes, labels = planted()
    places = space_of(codes, "fc7", 0).places
    for count in (2, 6):
        facets = facets_of(grouped(places, count, 0), places[:, :2], places, places, labels)
        assert len(facets) == count
        sizes = [len(facet.members) for facet in facets]
        assert sizes == sorted(sizes, reverse=True)
        assert sorted(member for facet in facets for member in facet.members) == list(range(120))


def test_silhouettes_are_those_of_the_formula() -> None:
    """s = (b - a) / max(a, b): Rousseeuw 1987, a the mean distance to the own group, b to the nearest other one."""
    dice = np.random.default_rng(3)
    rows = dice.normal(size=(20, 2)).astype(np.float32)
    groups = grouped(rows, 3, 0)
    distances = np.linalg.norm(rows[:, None] - rows, axis=2)
    for at in range(20):
        own = [other for other in range(20) if groups.cluster[other] == groups.cluster[at] and other != at]
        a = distances[at, own].mean()
        b = min(distances[at, groups.cluster == k].mean() for k in range(3) if k != groups.cluster[at])
        assert groups.silhouettes[at] == pytest.approx((b - a) / max(a, b), abs=1e-4)


def test_members_stand_in_the_order_of_their_distance_and_few_are_averaged_of_a_small_facet() -> None:
    dice = np.random.default_rng(4)
    xy = dice.normal(size=(50, 2)).astype(np.float32)
    cluster = np.array([0] * 8 + [1] * 42, np.int32)
    facets = facets_of(Groups(cluster, np.zeros(50, np.float32)), xy, xy, xy, [""] * 50)
    assert [facet.averaged for facet in facets] == [AVERAGED, 4]
    assert facets[0].label == ""
    for facet in facets:
        assert facet.centre == pytest.approx(tuple(xy[list(facet.members)].mean(0)), abs=1e-5)
        distances = [np.linalg.norm(xy[at] - facet.centre) for at in facet.members]
        assert distances == sorted(distances)


def test_purity_is_the_share_whose_code_is_nearest_to_the_own_mean_code() -> None:
    places = np.array([[0, 0], [1, 0], [9, 0], [10, 0], [0.5, 1], [9.5, 1]], np.float32)
    cluster = np.array([0, 0, 1, 1, 1, 0], np.int32)  # the last two are on the wrong side
    facets = facets_of(Groups(cluster, np.zeros(6, np.float32)), places, places, places, list("aabbab"))
    means = [places[cluster == k].mean(0) for k in (0, 1)]
    for number, facet in enumerate(facets):
        right = [
            np.argmin([np.linalg.norm(places[at] - mean) for mean in means]) == number for at in facet.members
        ]
        assert facet.purity == pytest.approx(np.mean(right))
    assert [facet.share for facet in facets] == pytest.approx([2 / 3, 2 / 3])


def test_a_code_space_gives_its_own_codes_their_places() -> None:
    codes, _ = planted(10)
    space = space_of(codes, "conv3", 0, column=True)
    assert (space.layer, space.column, space.axes.shape) == ("conv3", True, (39, 80))
    assert np.allclose(space.reduced(codes), space.places, atol=1e-3)
    assert space_of(planted(30)[0], "fc7", 0).axes.shape == (50, 80)


@pytest.mark.parametrize("codes", [np.ones((20, 5)), np.outer(np.arange(20), np.ones(5)), np.ones((20, 1))])
def test_codes_that_hardly_differ_have_no_facets(codes: F32) -> None:
    with pytest.raises(NoFacetsError, match="do not differ enough"):
        space_of(codes.astype(np.float32), "fc7", 0)


def test_the_same_seed_lays_out_the_same_map() -> None:
    places = space_of(planted(8)[0], "fc7", 0).places
    assert np.array_equal(laid_out(places, 5), laid_out(places, 5))
