from __future__ import annotations

import pytest
import torch

from precompute.top.ranking import Ranking


def values(units: int, images: int, seed: int = 0) -> torch.Tensor:
    """Normal numbers, of which a third are ties with others."""
    drawn = torch.randn(units, images, generator=torch.Generator().manual_seed(seed))
    return torch.where(drawn < -0.4, drawn.round(), drawn)


def best(of: torch.Tensor, n: int) -> list[tuple[float, int]]:
    """A sort of everything: the larger first, of equals the earlier image."""
    pairs = [(float(value), image) for image, value in enumerate(of)]
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1]))[:n]


@pytest.mark.parametrize("pieces", [1, 3, 40])
def test_the_ranking_is_that_of_a_sort_of_everything(pieces: int) -> None:
    found, ranking = values(12, 200), Ranking.empty(12, 9)
    for part in torch.arange(200).chunk(pieces):
        ranking.add(found[:, part], part)
    assert [ranking.of(unit) for unit in range(12)] == [best(row, 9) for row in found]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_shards_merge_in_any_order_to_one_pass(order: tuple[int, ...]) -> None:
    found, whole = values(7, 90), Ranking.empty(7, 9)
    whole.add(found, torch.arange(90))
    shards = []
    for part in torch.arange(90).chunk(3):
        shard = Ranking.empty(7, 9)
        shard.add(found[:, part], part)
        shards.append(shard)
    a, b, c = (shards[i] for i in order)
    assert torch.equal(a.merge(b).merge(c).keys, whole.keys)
    assert torch.equal(a.merge(b.merge(c)).keys, whole.keys)


def test_the_order_in_which_images_come_does_not_matter() -> None:
    found = values(7, 90)
    forward, backward = Ranking.empty(7, 9), Ranking.empty(7, 9)
    forward.add(found, torch.arange(90))
    for part in reversed(torch.arange(90).chunk(4)):
        backward.add(found[:, part], part)
    assert torch.equal(forward.keys, backward.keys)


def test_few_images_give_few_places_and_zeros_are_one_value() -> None:
    ranking = Ranking.empty(1, 9)
    ranking.add(torch.tensor([[-0.0, 0.0, -1.5]]), torch.arange(3))
    assert ranking.of(0) == [(0.0, 0), (0.0, 1), (-1.5, 2)]


def test_what_is_no_finite_number_is_left_out() -> None:
    ranking = Ranking.empty(2, 2)
    nan, inf = float("nan"), float("inf")
    ranking.add(torch.tensor([[nan, 1.0, inf, 0.5], [nan, nan, -inf, nan]]), torch.arange(4))
    assert ranking.of(0) == [(1.0, 1), (0.5, 3)]
    assert ranking.of(1) == []
