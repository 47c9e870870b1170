"""The training loop: it learns, it survives, and threads change nothing but the time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from precompute.generators.run import Places, train
from precompute.generators.shard import move
from precompute.generators.training import CheckpointError, Trainer
from precompute.stop import Stop
from tests.precompute.generators.small import encoder, learned, pictures, recipe, trainer
from tests.precompute.helpers import Told


def weights(one: Trainer) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in one.generator.parameters()])


def test_reconstructions_come_nearer_to_the_pictures() -> None:
    one = Trainer(recipe(pictures=800, adversary_from=1.0, shift=0), encoder(), learned(2))
    steps = [one.step() for _ in range(25)]
    first, last = steps[:5], steps[-5:]
    assert sum(s.image for s in last) < 0.8 * sum(s.image for s in first)
    assert sum(s.code for s in last) < 0.8 * sum(s.code for s in first)
    assert steps[0].ratio is None


def test_the_adversary_joins_half_way_and_both_learn() -> None:
    one = trainer()
    judges = []
    for _ in range(8):
        judges.append([p.clone() for p in one._discriminator.parameters()])
        step = one.step()
    assert one.adversary_since == 16
    assert step.ratio is not None
    assert all(torch.equal(a, b) for a, b in zip(judges[0], judges[4], strict=True))
    assert not torch.equal(judges[5][0], judges[7][0])


def test_a_stopped_discriminator_keeps_its_weights_and_is_still_measured() -> None:
    one = trainer()
    for _ in range(5):
        one.step()
    one.balance.discriminator_learns = False
    before = [p.clone() for p in one._discriminator.parameters()]
    one.step()
    assert all(torch.equal(a, b) for a, b in zip(before, one._discriminator.parameters(), strict=True))
    assert one.balance.batches == 2


def test_a_run_killed_at_any_step_ends_like_one_that_was_not(tmp_path: Path) -> None:
    straight = trainer()
    for _ in range(8):
        straight.step()
    killed = trainer()
    for _ in range(5):
        killed.step()
    killed.save(tmp_path / "c.pt")
    killed.step()
    resumed = trainer()
    resumed.restore(tmp_path / "c.pt")
    while not resumed.done:
        resumed.step()
    assert torch.allclose(weights(straight), weights(resumed), atol=1e-6)
    assert resumed.adversary_since == 16


def test_two_threads_come_to_the_same_as_one() -> None:
    alone, shared = trainer(), trainer(threads=2)
    first = [one.step() for one in (alone, shared)]
    assert first[0].image == pytest.approx(first[1].image, rel=1e-3)
    assert torch.allclose(weights(alone), weights(shared), atol=3e-3)


def test_a_checkpoint_of_another_recipe_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    trainer().save(path)
    trainer(pictures=800).restore(path)
    with pytest.raises(CheckpointError, match="other settings; remove it"):
        trainer(batch=8).restore(path)
    for content in (b"", path.read_bytes()[:5000], b"no checkpoint"):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match="is damaged"):
            trainer().restore(path)


def test_every_picture_is_seen_once_in_each_pass() -> None:
    one = trainer(shift=0)
    seen = []
    for _ in range(5):
        # The sum over a picture does not know whether it was flipped.
        seen += [round(float(picture.sum()), 1) for picture in one._batch()]
        one.seen += 4
    assert len(set(seen[:10])) == 10
    assert sorted(seen[:10]) == sorted(seen[10:])


def places(folder: Path, every: float = 1e9) -> Places:
    return Places(folder / "c.pt", folder / "sheets", save_every=every, look_every=every)


def test_a_run_writes_sheets_and_measures_on_the_way(tmp_path: Path) -> None:
    told = Told()
    one = trainer(pictures=8)
    assert train(one, encoder(), pictures(4, seed=1), places(tmp_path, every=0.0), told, Stop())
    assert len(list((tmp_path / "sheets").glob("sheet-*.png"))) == 2
    assert [entry["seen"] for entry in one.history] == [4, 8]
    assert "held-out code cosine" in told.notes[0]
    assert told.done == 8


def test_a_stopped_run_is_saved_and_goes_on(tmp_path: Path) -> None:
    stop = Stop()
    stop.ask()
    one = trainer(pictures=12)
    assert not train(one, encoder(), pictures(4), places(tmp_path), Told(), stop)
    assert one.seen == 4
    told = Told()
    again = trainer(pictures=12)
    assert train(again, encoder(), pictures(4), places(tmp_path), told, Stop())
    assert again.seen == 12
    assert told.done == 12


def test_moved_pictures_are_cut_out_of_the_mirrored_ones() -> None:
    x = pictures(2, side=8).float()
    wide = torch.nn.functional.pad(x, (2, 2, 2, 2), mode="reflect")
    assert torch.equal(move(x, 0, 0, flipped=False), x)
    assert torch.equal(move(x, 1, -2, flipped=False), wide[:, :, 1:9, 4:12])
    assert torch.equal(move(x, 0, 0, flipped=True), x.flip(3))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_step_is_that_of_a_plain_optimiser(threads: int) -> None:
    one = trainer(threads, clip=1e9, warm_up=0)
    before = {name: p.detach().clone() for name, p in one.generator.named_parameters()}
    one.step()
    rate = one.recipe.peak_rate
    for name, parameter in one.generator.named_parameters():
        assert parameter.grad is not None
        moved = parameter.grad.abs() > 1e-6  # Adam's first step is the gradient's sign times the rate
        expected = before[name] - rate * parameter.grad.sign()
        assert moved.any()
        assert torch.allclose(parameter[moved], expected[moved], atol=rate / 20), name
