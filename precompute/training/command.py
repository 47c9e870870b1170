"""Train the bundled network: `deepvis-precompute train-classifier DATA`; killed, it goes on where it was."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deepvis_app.files import assets_folder, cache_folder
from precompute.job import Job
from precompute.options import add_progress, positive, seed
from precompute.progress import Progress
from precompute.runner import STOPPED
from precompute.stop import Stop
from precompute.training import EPOCHS

if TYPE_CHECKING:
    from precompute.training.classifier import Progress as State
    from precompute.training.classifier import Recipe, Trainer
    from precompute.training.data import TinyImageNet

NAME = "train-classifier"
SNAPSHOT_EVERY = 390


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.training.bundle import write_bundle
    from precompute.training.classifier import Recipe, Trainer
    from precompute.training.data import load_tiny_imagenet

    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    data = load_tiny_imagenet(options.data)
    checkpoint = options.checkpoint or cache_folder() / f"caffenet64-seed{options.seed}.pt"
    trainer = Trainer(recipe, data.train, data.val, len(data.wnids))
    told = Told(recipe, options.reporter, options.stop)
    try:
        trainer.run(checkpoint, _reporter(options, trainer, data, told))
    except KeyboardInterrupt:
        options.reporter.end("stopped", "Stopped: finished epochs are kept, run it again to go on.")
        return STOPPED
    command = f"deepvis-precompute {NAME} DATA --epochs {options.epochs} --seed {options.seed}"
    card = write_bundle(trainer, data, options.assets, command)
    options.reporter.end(
        "done",
        f"top-1 {card['top1']:.1%}, top-5 {card['top5']:.1%}, dead conv units "
        f"{card['dead_conv_units']['share']:.2%}; written to {options.assets}",
    )
    return 0


def _reporter(
    options: argparse.Namespace, trainer: Trainer, data: TinyImageNet, told: Told
) -> Callable[[State], None]:
    """What tells the progress, and with --snapshots also what keeps the weights."""
    if options.snapshots is None:
        return told
    from precompute.training.snapshots import Snapshots

    snapshots = Snapshots(options.snapshots, options.snapshot_every, trainer, data.val)
    # What was kept of an earlier run is read later: these are the weights before the first step.
    snapshots.take(0)

    def show(state: State) -> None:
        told(state)
        snapshots(state)

    return show


class Told:
    """To be called with every State: one bar for the whole run, a note for every finished epoch."""

    def __init__(self, recipe: Recipe, progress: Progress, stop: Stop) -> None:
        self._epochs, self._progress, self._stop = recipe.epochs, progress, stop
        self._started = False

    def __call__(self, state: State) -> None:
        """Raises KeyboardInterrupt when the training is to stop."""
        if not self._started:
            total, done = self._epochs * state.steps, state.epoch * state.steps
            self._progress.start(total, "steps", "training", done)
            self._started = True
        if state.accuracy is not None:  # the epoch is measured; its last step was told before
            told = f"top-1 {state.accuracy.top1:.1%}, top-5 {state.accuracy.top5:.1%}"
            self._progress.note(f"epoch {state.epoch + 1}: {told}")
            return
        self._progress.advance(1, f"epoch {state.epoch + 1}/{self._epochs} loss {state.loss:.2f}")
        if self._stop.wait():
            raise KeyboardInterrupt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA", help="Tiny ImageNet, as a folder or a zip")
    parser.add_argument("--epochs", type=positive, default=EPOCHS)
    parser.add_argument("--seed", type=seed, default=0, help="of all that is random (default 0)")
    parser.add_argument("--checkpoint", type=Path, help="where to keep the state between epochs")
    parser.add_argument(
        "--snapshots", type=Path, metavar="DIR", help="keep the weights on the way, for the study evolution"
    )
    parser.add_argument(
        "--snapshot-every",
        type=positive,
        default=SNAPSHOT_EVERY,
        metavar="STEPS",
        help="default 390, an epoch",
    )
    parser.add_argument("--assets", type=Path, default=assets_folder(), help="where the results go")


JOB = Job(NAME, "train the bundled network on Tiny ImageNet", add_arguments, run, add_progress)
