"""Whether groups are what was planted: by hand, and by chance."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from precompute.rendered.recovery import by_chance, match


def test_the_same_groups_under_other_numbers_are_found() -> None:
    found = match([0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1])
    assert found.f1.tolist() == [1, 1, 1]
    assert found.group == (2, 0, 1)
    assert found.recovered == (True, True, True)


def test_of_two_facets_in_one_group_neither_is_recovered() -> None:
    found = match([0] * 6 + [1] * 6 + [2] * 6, [0] * 12 + [1] * 6)
    assert sorted(found.f1.tolist()) == pytest.approx([0, 2 / 3, 1])
    assert sorted(found.group) == [-1, 0, 1]
    assert sum(found.recovered) == 1


def test_a_facet_in_two_groups_is_not_recovered() -> None:
    found = match([0] * 8 + [1] * 8, [0] * 4 + [1] * 4 + [2] * 8)
    assert found.f1.tolist() == pytest.approx([2 / 3, 1])
    assert found.recovered == (False, True)


def test_pairs_are_those_with_the_largest_sum() -> None:
    dice = np.random.default_rng(0)
    planted, groups = dice.integers(0, 3, 30).tolist(), dice.integers(0, 3, 30).tolist()

    def f1(facet: int, group: int) -> float:
        common = sum(a == facet and b == group for a, b in zip(planted, groups, strict=True))
        return float(2 * common / (planted.count(facet) + groups.count(group)))

    best = max(sum(f1(k, order[k]) for k in range(3)) for order in permutations(range(3)))
    assert match(planted, groups).f1.sum() == pytest.approx(best)


def test_chance_is_small_for_many_pictures_and_certain_for_one_facet() -> None:
    assert by_chance([0] * 12 + [1] * 12, [0] * 12 + [1] * 12) < 0.05
    assert by_chance([0] * 12, [0] * 12) == 1
    assert 0.2 < by_chance([0, 1], [1, 0]) <= 1  # two pictures fall into place either way
