"""Errors, their weights, and the rule about who learns."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from precompute.generators.encoder import Features
from precompute.generators.losses import (
    Balance,
    Weights,
    errors,
    fake_loss,
    map_weights,
    normalised_error,
    real_loss,
)


def test_the_normalised_error_is_a_loop_over_elements_and_knows_no_size() -> None:
    found, wanted = torch.rand(3, 4), torch.rand(3, 4)
    above = below = 0.0
    for a, b in zip(found.flatten().tolist(), wanted.flatten().tolist(), strict=True):
        above += (a - b) ** 2
        below += b**2
    assert normalised_error(found, wanted).item() == pytest.approx(above / below)
    assert normalised_error(torch.zeros(3, 4), wanted).item() == pytest.approx(1)
    twice = normalised_error(found.repeat(2, 5), wanted.repeat(2, 5)).item()
    assert twice == pytest.approx(above / below, rel=1e-5)


def test_the_total_is_the_weighted_sum_with_the_deepest_map_counting_most() -> None:
    real = Features(torch.ones(2, 3), (torch.ones(2, 1, 2, 2), torch.ones(2, 1, 1, 1)))
    seen = Features(torch.ones(2, 3) * 1.5, (torch.ones(2, 1, 2, 2) * 2, torch.ones(2, 1, 1, 1) * 3))
    parts = errors(torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5), seen, real)
    total = parts.total(Weights(image=10, maps=2, code=4))
    assert total.item() == pytest.approx(10 * 0.25 + 2 * (0.5 * 1 + 1.0 * 4) + 4 * 0.25)


def test_there_is_a_weight_for_any_number_of_maps() -> None:
    for count in range(8):
        weights = map_weights(count)
        assert len(weights) == count
        assert list(weights) == sorted(weights)
        assert weights[-1:] in ((), (1.0,))


def test_real_and_fake_losses_are_cross_entropies_of_the_two_labels() -> None:
    logits = torch.tensor([-2.0, 0.5])
    chance = [1 / (1 + math.exp(-x)) for x in logits.tolist()]
    assert real_loss(logits).item() == pytest.approx(-sum(math.log(p) for p in chance) / 2)
    assert fake_loss(logits).item() == pytest.approx(-sum(math.log(1 - p) for p in chance) / 2)


def test_who_learns_follows_the_ratio_with_hysteresis() -> None:
    balance = Balance(smoothing=0.0)
    told = []
    for ratio in (2.0, 0.3, 0.05, 0.3, 0.6, 0.3, 20.0, 0.6, 0.05):
        balance.update(ratio / 2, ratio / 2, 1.0)
        told.append((balance.discriminator_learns, balance.generator_learns))
    both, only_generator, only_discriminator = (True, True), (False, True), (True, False)
    assert told == [
        both,
        both,
        only_generator,
        only_generator,
        both,
        both,
        only_discriminator,
        only_discriminator,
        only_generator,
    ]


def test_one_odd_batch_does_not_stop_anyone() -> None:
    balance = Balance()
    for _ in range(50):
        balance.update(0.6, 0.6, 0.8)
    balance.update(0.0, 0.0, 10.0)
    assert balance.discriminator_learns
    for _ in range(100):
        balance.update(0.0, 0.0, 10.0)
    assert not balance.discriminator_learns


def test_a_batch_whose_losses_are_no_numbers_is_left_out_of_the_balance() -> None:
    balance = Balance()
    balance.update(0.6, 0.6, 1.0)
    before = replace(balance)
    for broken in ((float("nan"), 0.6, 1.0), (0.6, float("inf"), 1.0), (0.6, 0.6, float("nan"))):
        balance.update(*broken)
    assert balance == before
    for _ in range(200):
        balance.update(0.01, 0.01, 9.0)
    assert not balance.discriminator_learns
