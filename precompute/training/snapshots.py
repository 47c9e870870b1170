"""The network as it was during training: half-precision weights that `--weights` loads, saved every so many steps."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save

from deepvis_app.files import atomic_write
from precompute.datasets import DataError
from precompute.training.bundle import NAME, halves, rounded
from precompute.training.classifier import Progress, Trainer, evaluate, normalise
from precompute.training.data import Split
from precompute.training.fold import fold

LISTED = "snapshots.json"
LOOKED_AT = 2000  # validation pictures on which a snapshot is measured: one percent more or less
_FOLD_CHECK = 64
_FIELDS = ("file", "step", "top1")


@dataclass(frozen=True)
class Snapshot:
    """Weights after `step` steps (of the running training, not of the averaged network), and their accuracy in 0..1.

    `top1` is None for weights of which nothing is known but the file.
    """

    path: Path
    step: int
    top1: float | None = None

    def in_words(self) -> str:
        right = "" if self.top1 is None else f", {self.top1:.1%}"
        return f"step {self.step}{right}"


class Snapshots:
    """To be called with every Progress of `trainer`: writes a snapshot every `every` steps and after the last."""

    def __init__(self, folder: Path, every: int, trainer: Trainer, val: Split) -> None:
        self._folder, self._every, self._trainer = folder, every, trainer
        self._val = Split(val.pictures[:LOOKED_AT], val.labels[:LOOKED_AT])

    def __call__(self, progress: Progress) -> None:
        """Raises OSError."""
        if progress.accuracy is not None:  # the epoch is measured; its last step was told before
            return
        done = progress.epoch * progress.steps + progress.step + 1
        last = progress.step == progress.steps - 1 and progress.epoch == self._trainer.recipe.epochs - 1
        if done % self._every == 0 or last:
            self.take(done)

    def take(self, step: int) -> None:
        """Write the weights as they are now, folded, and their line in the list."""
        was_training = self._trainer.net.training
        check = normalise(self._val.pictures[:_FOLD_CHECK].float() / 255)
        plain = rounded(fold(deepcopy(self._trainer.net), check))
        self._trainer.net.train(was_training)
        top1 = evaluate(plain, self._val).top1
        path = self._folder / f"step-{step:07d}.safetensors"
        with atomic_write(path) as file:
            file.write(save(halves(plain), {"name": NAME, "step": str(step)}))
        self._list(Snapshot(path, step, round(top1, 4)))

    def _list(self, snapshot: Snapshot) -> None:
        rows = {name: (name, step, top1) for name, step, top1 in _listed(self._folder)}
        rows[snapshot.path.name] = (snapshot.path.name, snapshot.step, snapshot.top1)
        content = [dict(zip(_FIELDS, rows[name], strict=True)) for name in sorted(rows)]
        with atomic_write(self._folder / LISTED) as file:
            file.write((json.dumps(content, indent=1) + "\n").encode())


def list_snapshots(folder: Path) -> list[Snapshot]:
    """The weights files of a folder in the order of their steps (of their names, where the steps are not known).

    Raises DataError where there are fewer than two.
    """
    known = {name: Snapshot(folder / name, step, top1) for name, step, top1 in _listed(folder)}
    paths = sorted(folder.glob("*.safetensors"))
    found = [known.get(path.name, Snapshot(path, place)) for place, path in enumerate(paths)]
    if len(found) < 2:
        raise DataError(
            f"{folder} has no snapshots of a training; make some with train-classifier --snapshots {folder}."
        )
    return sorted(found, key=lambda snapshot: snapshot.step)


def _listed(folder: Path) -> list[tuple[str, int, float | None]]:
    """File, step and accuracy of those that the list names; empty where it is missing or damaged."""
    try:
        rows = json.loads((folder / LISTED).read_text(encoding="utf-8"))
        return [(str(row["file"]), int(row["step"]), row["top1"]) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return []
