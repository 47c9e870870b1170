"""Train the bundled network: `deepvis-precompute train-classifier DATA`; killed, it goes on where it was."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from deepvis_app.files import assets_folder, cache_folder
from precompute.command import FAILED, as_sentence
from precompute.options import Parser, seed
from precompute.progress import PROGRESS, Progress, progress_of
from precompute.runner import STOPPED
from precompute.stop import Stop
from precompute.training.bundle import write_bundle
from precompute.training.classifier import CheckpointError, Recipe, Trainer
from precompute.training.classifier import Progress as State
from precompute.training.data import DatasetError, TinyImageNet, load_tiny_imagenet
from precompute.training.fold import FoldingError
from precompute.training.snapshots import Snapshots

NAME = "train-classifier"
SNAPSHOT_EVERY = 390
_STDIN = 0


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 failed, 2 wrong words, 130 stopped; a failure is one sentence on standard error."""
    options = _parser().parse_args(arguments)
    progress = progress_of(options.progress, NAME)
    with Stop(_STDIN if options.progress == "jsonl" else None) as stop:
        try:
            return _train(options, progress, stop)
        except KeyboardInterrupt:
            progress.end("stopped", "Stopped: finished epochs are kept, run it again to go on.")
            return STOPPED
        except (DatasetError, CheckpointError, FoldingError, OSError) as error:
            sentence = as_sentence(error) or str(error)
            progress.end("failed", sentence)
            sys.stderr.write(f"deepvis-precompute {NAME}: {sentence}\n")
            return FAILED


def _train(options: argparse.Namespace, progress: Progress, stop: Stop) -> int:
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    data = load_tiny_imagenet(options.data)
    checkpoint = options.checkpoint or cache_folder() / f"caffenet64-seed{options.seed}.pt"
    trainer = Trainer(recipe, data.train, data.val, len(data.wnids))
    trainer.run(checkpoint, _reporter(options, trainer, data, Told(recipe, progress, stop)))
    command = f"deepvis-precompute {NAME} DATA --epochs {options.epochs} --seed {options.seed}"
    card = write_bundle(trainer, data, options.assets, command)
    progress.end(
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


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog=f"deepvis-precompute {NAME}", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="Tiny ImageNet, as a folder or a zip")
    parser.add_argument("--epochs", type=_count, default=Recipe.epochs)
    parser.add_argument("--seed", type=seed, default=Recipe.seed, help="of all that is random (default 0)")
    parser.add_argument("--checkpoint", type=Path, help="where to keep the state between epochs")
    parser.add_argument(
        "--snapshots", type=Path, metavar="DIR", help="keep the weights on the way, for the study evolution"
    )
    parser.add_argument(
        "--snapshot-every", type=_count, default=SNAPSHOT_EVERY, metavar="STEPS", help="default 390, an epoch"
    )
    parser.add_argument("--assets", type=Path, default=assets_folder(), help="where the results go")
    parser.add_argument(
        "--progress", choices=PROGRESS, default="bar", help="a bar, or JSON lines for programs"
    )
    return parser
