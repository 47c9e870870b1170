"""Snapshots of a training: weights that load, in the order of their steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from deepvis_app.messages import ModelChoice
from deepvis_app.models import load_model
from precompute.datasets import DataError
from precompute.training.classifier import Accuracy, Progress, Recipe, Trainer, normalise
from precompute.training.data import Split
from precompute.training.snapshots import Snapshot, Snapshots, list_snapshots

CLASSES = 200


def split(count: int) -> Split:
    dice = np.random.default_rng(0)
    pictures = torch.from_numpy(dice.integers(0, 256, (count, 3, 64, 64), np.uint8))
    return Split(pictures, torch.from_numpy(dice.integers(0, CLASSES, count)))


def trainer(epochs: int = 1) -> Trainer:
    return Trainer(Recipe(epochs=epochs, batch=4), split(8), split(8), CLASSES)


def test_a_snapshot_is_the_running_network_folded_and_loads_as_weights(tmp_path: Path) -> None:
    made = trainer()
    Snapshots(tmp_path, 1, made, split(8)).take(7)
    [file] = tmp_path.glob("*.safetensors")
    assert {value.dtype for value in load_file(file).values()} == {torch.float16}
    model = load_model(ModelChoice("caffenet64", str(file), "cpu"))
    x = normalise(split(8).pictures.float() / 255)
    with torch.no_grad():
        assert torch.allclose(model.net(x), made.net.eval()(x).softmax(1), atol=2e-3)


def test_taking_one_leaves_the_training_as_it_was(tmp_path: Path) -> None:
    made = trainer()
    made.net.train()
    before = {name: value.clone() for name, value in made.net.state_dict().items()}
    Snapshots(tmp_path, 1, made, split(8)).take(0)
    assert made.net.training
    assert all(torch.equal(value, before[name]) for name, value in made.net.state_dict().items())


def test_they_are_taken_every_so_many_steps_and_after_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    monkeypatch.setattr(Snapshots, "take", lambda self, step: taken.append(step))
    snapshots = Snapshots(tmp_path, 4, trainer(epochs=2), split(8))
    for epoch in range(2):
        for step in range(5):
            snapshots(Progress(epoch, step, 5, 0.0, 0.0))
        snapshots(Progress(epoch, 5, 5, 0.0, 0.0, Accuracy(0.1, 0.2)))
    assert taken == [4, 8, 10]


def test_they_are_listed_in_order_with_what_is_known_of_them(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path, 1, trainer(), split(8))
    for step in (20, 3, 20):
        snapshots.take(step)
    first, second = list_snapshots(tmp_path)
    assert (first.step, second.step) == (3, 20)
    assert first.top1 is not None
    assert 0 <= first.top1 <= 1
    (tmp_path / "snapshots.json").unlink()
    assert [snapshot.step for snapshot in list_snapshots(tmp_path)] == [0, 1]
    (tmp_path / "snapshots.json").write_text('[{"file": 3}, 4]')
    assert [snapshot.top1 for snapshot in list_snapshots(tmp_path)] == [None, None]


def test_a_folder_without_snapshots_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no snapshots of a training; make some with train-classifier"):
        list_snapshots(tmp_path / "nowhere")


def test_a_snapshot_says_its_step_and_accuracy() -> None:
    assert Snapshot(Path("a"), 390, 0.123).in_words() == "step 390, 12.3%"
    assert Snapshot(Path("a"), 390).in_words() == "step 390"
