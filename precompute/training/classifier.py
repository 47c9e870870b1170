"""The training loop of the bundled classifier: SGD, one cycle, averaged weights, resumable checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from deepvis_app.files import atomic_write
from deepvis_app.models.nets.caffenet64 import CaffeNet64
from precompute.errors import GivenError
from precompute.precision import half_where_fast
from precompute.training import EPOCHS
from precompute.training.augment import crop_flip, jitter_colour
from precompute.training.data import Split

# ImageNet's statistics: the bundled net takes the normalisation that every torchvision net takes.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
AVERAGED_SHARE = 0.1  # of a run, over which its weights are averaged at most


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, beside the data."""

    epochs: int = EPOCHS
    batch: int = 256
    peak_rate: float = 0.15
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.05
    dropout: float = 0.4
    warm_up: float = 0.2  # share of the run until the peak rate
    settle: float = 0.2  # share at the end with mild crops, closer to the uncropped validation pictures
    min_area: float = 0.4
    min_area_settling: float = 0.75
    average_decay: float = 0.999  # in a short run less: see `decay`
    seed: int = 0


class CheckpointError(GivenError):
    """A checkpoint that cannot be gone on from; the message is one sentence for people."""


@dataclass(frozen=True)
class Accuracy:
    """Shares in 0..1 over a whole split."""

    top1: float
    top5: float


@dataclass(frozen=True)
class Progress:
    """Reported after every step; `accuracy` is set on the last step of an epoch."""

    epoch: int
    step: int
    steps: int
    loss: float
    rate: float
    accuracy: Accuracy | None = None


def learning_rate(recipe: Recipe, progress: float) -> float:
    """One cycle: linear to the peak over `warm_up`, then a cosine to zero. `progress` in 0..1."""
    if progress < recipe.warm_up:
        return recipe.peak_rate * max(progress / recipe.warm_up, 0.02)
    rest = (progress - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.peak_rate * 0.5 * (1 + math.cos(math.pi * rest))


def decay(recipe: Recipe, steps: int) -> float:
    """What is left of the averaged weights after one of so many steps.

    An average that reaches back over more than a tenth of the run would keep weights from before they were any good:
    after 4 epochs it had 23 % top-1 where the weights themselves had 30 %.
    """
    return min(recipe.average_decay, 1 - 1 / max(AVERAGED_SHARE * steps, 1.0))


def normalise(x: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) in 0..1 -> the network's input range, channels_last."""
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def new_network(classes: int, recipe: Recipe) -> CaffeNet64:
    torch.manual_seed(recipe.seed)
    net = CaffeNet64(classes, training_form=True, dropout=recipe.dropout)
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    nn.init.normal_(net.get_submodule("fc8").get_parameter("weight"), std=0.01)
    return net.to(memory_format=torch.channels_last)


@torch.inference_mode()
def evaluate(net: nn.Module, split: Split, batch: int = 500) -> Accuracy:
    """Top-1 and top-5 over the whole split, in float32, uncropped."""
    was_training = net.training
    net.eval()
    hits1 = hits5 = 0
    for pictures, labels in zip(split.pictures.split(batch), split.labels.split(batch), strict=True):
        scores = net(normalise(pictures.float() / 255))
        top = scores.topk(min(5, scores.shape[1]), dim=1).indices
        right = top == labels[:, None]
        hits1 += int(right[:, 0].sum())
        hits5 += int(right.any(1).sum())
    net.train(was_training)
    return Accuracy(hits1 / len(split), hits5 / len(split))


class Trainer:
    """Holds network, averaged network and optimiser; `run` goes on from wherever the checkpoint stands."""

    def __init__(self, recipe: Recipe, train: Split, val: Split, classes: int) -> None:
        self.recipe, self._train, self._val = recipe, train, val
        self.net = new_network(classes, recipe)
        self.averaged = deepcopy(self.net).eval()
        self._optimiser = torch.optim.SGD(
            _decayed_groups(self.net, recipe.weight_decay),
            lr=0.0,
            momentum=recipe.momentum,
            nesterov=True,
        )
        self.epoch = 0
        self.history: list[dict[str, float]] = []

    def run(self, checkpoint: Path, report: Callable[[Progress], None]) -> Accuracy:
        """Train to the recipe's last epoch; the checkpoint is replaced atomically after each epoch.

        Raises CheckpointError for one that is damaged or of another recipe.
        """
        if checkpoint.is_file():
            self._restore(checkpoint)
        accuracy = evaluate(self.averaged, self._val)
        while self.epoch < self.recipe.epochs:
            accuracy = self._one_epoch(report)
            self.epoch += 1
            self.history.append({"epoch": self.epoch, **asdict(accuracy)})
            self._save(checkpoint)
        return accuracy

    def _one_epoch(self, report: Callable[[Progress], None]) -> Accuracy:
        recipe = self.recipe
        # Seeded per epoch, so a run that was killed and resumed sees the same pictures as one that was not.
        generator = torch.Generator().manual_seed(recipe.seed * 100_003 + self.epoch)
        torch.manual_seed(recipe.seed * 100_003 + self.epoch)  # dropout
        order = torch.randperm(len(self._train), generator=generator)
        steps = len(order) // recipe.batch
        self.net.train()
        loss = 0.0
        rate = 0.0
        for step in range(steps):
            progress = (self.epoch + step / steps) / recipe.epochs
            rate = learning_rate(recipe, progress)
            picked = order[step * recipe.batch : (step + 1) * recipe.batch]
            settling = progress >= 1 - recipe.settle
            min_area = recipe.min_area_settling if settling else recipe.min_area
            loss = self._step(picked, rate, min_area, generator)
            report(Progress(self.epoch, step, steps, loss, rate))
        accuracy = evaluate(self.averaged, self._val)
        report(Progress(self.epoch, steps, steps, loss, rate, accuracy))
        return accuracy

    def _step(self, picked: torch.Tensor, rate: float, min_area: float, generator: torch.Generator) -> float:
        x = jitter_colour(crop_flip(self._train.pictures[picked], min_area, generator), generator)
        with half_where_fast(x.device):
            logits = self.net(normalise(x))
        loss = F.cross_entropy(
            logits.float(), self._train.labels[picked], label_smoothing=self.recipe.label_smoothing
        )
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        self._average(decay(self.recipe, self.recipe.epochs * (len(self._train) // self.recipe.batch)))
        return loss.item()

    @torch.no_grad()
    def _average(self, kept: float) -> None:
        """Exponential moving average of weights and batch statistics alike."""
        for average, value in zip(
            self.averaged.state_dict().values(), self.net.state_dict().values(), strict=True
        ):
            if average.is_floating_point():
                average.lerp_(value, 1 - kept)
            else:
                average.copy_(value)

    def _save(self, checkpoint: Path) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "epoch": self.epoch,
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "history": self.history,
        }
        with atomic_write(checkpoint) as file:
            torch.save(state, file)

    def _restore(self, checkpoint: Path) -> None:
        again = "remove it to start afresh, or name another with --checkpoint"
        try:
            state = torch.load(checkpoint, weights_only=True)
            same = state.get("recipe", asdict(self.recipe)) == asdict(self.recipe)
            if same:
                self.net.load_state_dict(state["net"])
                self.averaged.load_state_dict(state["averaged"])
                self._optimiser.load_state_dict(state["optimiser"])
                self.epoch, self.history = state["epoch"], state["history"]
        except Exception as error:  # a damaged file makes torch raise nearly anything
            raise CheckpointError(f"{checkpoint} is damaged or of another network; {again}") from error
        if not same:
            raise CheckpointError(f"{checkpoint} belongs to a run with other settings; {again}")


def _decayed_groups(net: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Weight matrices decay; biases and batch norm's scale and shift do not."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
