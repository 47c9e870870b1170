"""The training of a prior: what it learns, what it measures, and that it goes on where it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from precompute.ppgn.encoding import CodeSet
from precompute.ppgn.training import CheckpointError, Quality, Recipe, Trainer

SIZE = 12
RECIPE = Recipe(steps=6, batch=8, noise=0.5, seed=3)
CPU = torch.device("cpu")


def codes(count: int = 400) -> CodeSet:
    """On a line in 12 dimensions, of unequal scales: easily told from noise."""
    line = np.linspace(0.5, 4, SIZE)[None]
    found = (np.random.default_rng(0).normal(size=(count, 1)) @ line + 1).astype(np.float16)
    return CodeSet(found, tuple(range(40, count)), tuple(range(40)))


def trained(recipe: Recipe) -> Trainer:
    trainer = Trainer(recipe, codes(), (SIZE,), CPU)
    while not trainer.done:
        trainer.step()
    return trainer


def test_noise_is_taken_away_and_told_as_a_slow_loop_would() -> None:
    trainer = trained(replace(RECIPE, steps=300, batch=64))
    found = trainer.measure()
    assert found.denoised < 0.75 * found.noisy  # 0.8 without having learned
    dice, held_out = torch.Generator().manual_seed(3), codes().codes[:40].astype(np.float32)
    train = codes().codes[40:].astype(np.float32)
    clean = torch.from_numpy((held_out - train.mean(0)) / train.std(0))
    noise = torch.randn(clean.shape, generator=dice) * 0.5
    with torch.no_grad():
        back = [trainer.denoiser.denoised(row[None])[0] for row in clean + noise]
    squares = [float((a - b).square().mean()) for a, b in zip(back, clean, strict=True)]
    assert found.noisy == pytest.approx(float(noise.square().mean()), rel=1e-4)
    assert found.denoised == pytest.approx(sum(squares) / 40, rel=1e-3)
    assert found.cosine > 0.8
    assert "40 held-out codes" in found.in_words()


def test_before_it_has_learned_it_is_the_best_guess_element_by_element() -> None:
    trainer = Trainer(RECIPE, codes(), (SIZE,), CPU)
    x = torch.randn(3, SIZE)
    with torch.no_grad():
        assert torch.allclose(trainer.denoiser.denoised(x), x / 1.25)
    found = trainer.measure()  # noise 0.25 and signal about 1: 0.25 / 1.25 is left
    assert found.denoised == pytest.approx(0.2, abs=0.05)
    assert found.cosine == pytest.approx(1.0)


def test_quality_in_words_is_the_share_of_the_noise() -> None:
    told = Quality(9, 0.25, 0.1, 0.02, 0.9871).in_words()
    assert told == "9 held-out codes: 60% of the noise's square taken away, cosine 0.987"


def test_a_run_that_was_broken_off_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = trained(RECIPE)
    first = Trainer(RECIPE, codes(), (SIZE,), CPU)
    for _ in range(3):
        first.step()
    first.save(tmp_path / "c.pt")
    second = Trainer(RECIPE, codes(), (SIZE,), CPU)
    second.restore(tmp_path / "c.pt")
    assert second.steps == 3
    while not second.done:
        second.step()
    for a, b in zip(whole.denoiser.parameters(), second.denoiser.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    Trainer(RECIPE, codes(), (SIZE,), CPU).save(path)
    for other in (replace(RECIPE, noise=0.1), replace(RECIPE, steps=7)):
        with pytest.raises(CheckpointError, match="other settings or codes"):
            Trainer(other, codes(), (SIZE,), CPU).restore(path)
    with pytest.raises(CheckpointError, match="other settings or codes"):
        Trainer(RECIPE, codes(401), (SIZE,), CPU).restore(path)
    path.write_bytes(b"no")
    with pytest.raises(CheckpointError, match="damaged"):
        Trainer(RECIPE, codes(), (SIZE,), CPU).restore(path)
