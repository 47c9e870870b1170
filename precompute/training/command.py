"""Train the bundled network: `deepvis-precompute train-classifier DATA`; killed, it goes on where it was."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from deepvis_app.files import assets_folder, cache_folder
from precompute.training.bundle import write_bundle
from precompute.training.classifier import CheckpointError, Progress, Recipe, Trainer
from precompute.training.data import DatasetError, TinyImageNet, load_tiny_imagenet
from precompute.training.fold import FoldingError
from precompute.training.snapshots import Snapshots

SNAPSHOT_EVERY = 390


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0, or 1 with one sentence on standard error."""
    options = _parser().parse_args(arguments)
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    try:
        data = load_tiny_imagenet(options.data)
        checkpoint = options.checkpoint or cache_folder() / f"caffenet64-seed{options.seed}.pt"
        trainer = Trainer(recipe, data.train, data.val, len(data.wnids))
        with _Bar(recipe) as bar:
            trainer.run(checkpoint, _reporter(options, trainer, data, bar))
        command = f"deepvis-precompute train-classifier DATA --epochs {options.epochs} --seed {options.seed}"
        card = write_bundle(trainer, data, options.assets, command)
    except (DatasetError, CheckpointError, FoldingError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"top-1 {card['top1']:.1%}, top-5 {card['top5']:.1%}, dead conv units "
        f"{card['dead_conv_units']['share']:.2%}; written to {options.assets}\n"
    )
    return 0


def _reporter(
    options: argparse.Namespace, trainer: Trainer, data: TinyImageNet, bar: _Bar
) -> Callable[[Progress], None]:
    """The bar, and with --snapshots also what keeps the weights."""
    if options.snapshots is None:
        return bar.show
    snapshots = Snapshots(options.snapshots, options.snapshot_every, trainer, data.val)
    snapshots.take(
        0
    )  # what was kept of an earlier run is read later: these are the weights before the first step

    def show(progress: Progress) -> None:
        bar.show(progress)
        snapshots(progress)

    return show


class _Bar:
    """One bar for the whole run; the accuracy of the last finished epoch stands behind it."""

    def __init__(self, recipe: Recipe) -> None:
        self._epochs = recipe.epochs
        self._bar = tqdm(total=None, unit="step", desc="training", dynamic_ncols=True)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        self._bar.total = self._epochs * progress.steps
        self._bar.n = progress.epoch * progress.steps + progress.step
        text = f"epoch {progress.epoch + 1}/{self._epochs} loss {progress.loss:.2f}"
        if progress.accuracy is not None:
            self._bar.write(
                f"epoch {progress.epoch + 1}: top-1 {progress.accuracy.top1:.1%}, "
                f"top-5 {progress.accuracy.top5:.1%}"
            )
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.update(0)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deepvis-precompute train-classifier", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="Tiny ImageNet, as a folder or a zip")
    parser.add_argument("--epochs", type=_count, default=Recipe.epochs)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--checkpoint", type=Path, help="where to keep the state between epochs")
    parser.add_argument(
        "--snapshots", type=Path, metavar="DIR", help="keep the weights on the way, for the study evolution"
    )
    parser.add_argument(
        "--snapshot-every", type=_count, default=SNAPSHOT_EVERY, metavar="STEPS", help="default 390, an epoch"
    )
    parser.add_argument("--assets", type=Path, default=assets_folder(), help="where the results go")
    return parser
