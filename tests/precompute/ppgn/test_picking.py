"""Samples are picked as a slow loop would pick them."""

from __future__ import annotations

import torch
from torch import Tensor

from precompute.ppgn.picking import picked


def cosine(a: Tensor, b: Tensor) -> float:
    return float((a * b).sum() / (a.norm() * b.norm()))


def slowly(codes: Tensor, count: int, alike: float) -> list[int]:
    rows = [0]
    while len(rows) < count:
        left = {
            row: max(cosine(codes[row], codes[kept]) for kept in rows)
            for row in range(len(codes))
            if row not in rows
        }
        if not left or min(left.values()) > alike:
            break
        rows.append(min(left, key=lambda row: left[row]))
    return rows


def test_the_least_alike_come_first() -> None:
    torch.manual_seed(0)
    codes = torch.randn(12, 6).abs()
    for count, alike in ((5, 0.99), (12, 0.9), (12, 0.5), (1, 1.0)):
        assert picked(codes, count, alike) == slowly(codes, count, alike)


def test_what_repeats_another_is_left_out() -> None:
    a, b = torch.tensor([1.0, 0.0, 2.0]), torch.tensor([0.0, 3.0, 0.1])
    assert picked(torch.stack([a, 2 * a, b, a + 0.01, b * 1.1]), 9, 0.95) == [0, 2]


def test_there_are_never_more_than_there_are() -> None:
    assert sorted(picked(torch.eye(3), 9, 1.0)) == [0, 1, 2]
    assert picked(torch.empty(0, 3), 9, 1.0) == []


def test_codes_that_are_maps_are_compared_as_a_whole() -> None:
    torch.manual_seed(1)
    maps = torch.randn(5, 2, 3, 3)
    assert picked(maps, 4, 0.9) == picked(maps.flatten(1), 4, 0.9)
