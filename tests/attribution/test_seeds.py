"""Where the backward pass starts."""

from __future__ import annotations

import pytest
import torch

from deepvis_app.attribution.seeds import objective, place, signal
from deepvis_app.messages import Seed
from tests.attribution.nets import picture

SEEDS = (Seed("map"), Seed("max"), Seed("position", (1, 2)))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.kind)
def test_the_signal_is_the_gradient_of_the_objective(seed: Seed) -> None:
    unit_map = picture(3, 4).requires_grad_()
    objective(unit_map[None], seed, place(unit_map, seed)).sum().backward()
    assert torch.equal(signal(unit_map, seed), unit_map.grad)  # type: ignore[arg-type]


def test_the_maximum_starts_from_one_at_the_largest_value() -> None:
    start = signal(torch.tensor([[1.0, 5.0], [2.0, -9.0]]), Seed("max"))
    assert start.tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("picked", "used"), [((9, 9), (1, 2)), ((-1, 1), (0, 1)), ((0, 7), (0, 2)), ((1, 1), (1, 1))]
)
def test_a_picked_place_outside_the_map_moves_inside(picked: tuple[int, int], used: tuple[int, int]) -> None:
    assert place(torch.zeros(2, 3), Seed("position", picked)) == used
    assert signal(torch.zeros(2, 3), Seed("position", picked))[used] == 1
