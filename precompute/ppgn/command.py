"""`train-prior`: a denoising autoencoder of a layer's codes, which `ppgn --prior NAME` walks with."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.options import add_training, batch_size, load, positive, seed
from precompute.places import plain_name
from precompute.runner import STOPPED
from precompute.synthesis.recipe import above

if TYPE_CHECKING:
    from precompute.datasets import ImageSet
    from precompute.generators.encoder import Encoder
    from precompute.ppgn.training import Quality, Trainer

NAME = "train-prior"
STEPS, BATCH, NOISE = 4000, 256, 0.5
_TOLD = 20  # steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--layer", default="fc6", help="whose codes, after its ReLU: those of the generator (default fc6)")
    add("--images", type=Path, required=True, metavar="DIR|ZIP",
        help='pictures whose codes are learned, in folders or a zip; or "photographs": the built-in ones')  # fmt: skip
    add("--limit", type=positive, metavar="N", help="only the first N pictures")
    add("--steps", type=positive, default=STEPS, metavar="N", help="batches (default 4000)")
    add("--batch", type=batch_size, default=BATCH, metavar="N", help="codes in a batch (default 256)")
    add("--noise", type=above(0.0, 100.0), default=NOISE, metavar="X",
        help="that it learns to take away, in standard deviations of each element (default 0.5)")  # fmt: skip
    add("--seed", type=seed, default=0, help="of all that is random (default 0)")
    add("--name", type=plain_name, default="",
        help="of the result (default prior-LAYER, with another network prior-NETWORK-LAYER)")  # fmt: skip
    add("--workers", type=whole_number, metavar="N", help="processes that decode pictures; 0: none")
    add("--checkpoint", type=Path, help="where to keep the state (default: the cache folder)")
    add("--save-every", type=above(0.0), default=60.0, metavar="SECONDS")
    add("--out", type=Path, help="where the result goes (default: the priors of your data folder)")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from deepvis_app.files import cache_folder
    from precompute.generators.encoder import Encoder
    from precompute.generators.naming import check_places, own_name
    from precompute.photographs import image_set
    from precompute.ppgn.denoiser import check_size, save_denoiser, user_folder
    from precompute.ppgn.encoding import encode
    from precompute.ppgn.training import Recipe, Trainer

    model = load(options)
    encoder = Encoder(model, options.layer)
    name = options.name or own_name("prior", encoder, options.layer)
    folder = options.out or user_folder()
    checkpoint = options.checkpoint or cache_folder() / "priors" / f"{name}.pt"
    check_places(folder, name, "prior", encoder, checkpoint)
    images = image_set(options.images, options.limit)
    check_size(encoder.code_shape, options.layer)
    codes = encode(images, model.preprocess, encoder, options.reporter, options.stop, options.workers)
    if codes is None:
        return _stopped(options, "while encoding")
    recipe = Recipe(options.steps, options.batch, options.noise, options.seed)
    trainer = Trainer(recipe, codes, encoder.code_shape, encoder.device)
    if not _train(trainer, checkpoint, options):
        return _stopped(options, f"after {trainer.steps} steps")
    trainer.denoiser.half().float()  # measured as it is written
    quality = trainer.measure()
    save_denoiser(trainer.denoiser, _card(options, encoder, images, trainer, quality), folder, name)
    options.reporter.end("done", f"{quality.in_words()}; written to {folder / name}.safetensors.")
    return 0


def _train(trainer: Trainer, checkpoint: Path, options: argparse.Namespace) -> bool:
    """Go on to the last step; False when it was stopped before. A stop is saved, a kill loses a minute."""
    if checkpoint.is_file():
        trainer.restore(checkpoint)
    options.reporter.start(trainer.recipe.steps, "steps", "training", done=trainer.steps)
    saved = time.monotonic()
    while not trainer.done:
        loss = trainer.step()
        options.reporter.advance(1, f"error {loss:.3f}" if trainer.steps % _TOLD == 0 else "")
        stopped, now = options.stop.wait(), time.monotonic()
        if stopped or trainer.done or now - saved > options.save_every:
            trainer.save(checkpoint)
            saved = now
        if stopped and not trainer.done:
            return False
    return True


def _card(
    options: argparse.Namespace, encoder: Encoder, images: ImageSet, trainer: Trainer, quality: Quality
) -> dict[str, Any]:
    from dataclasses import asdict

    import torch

    fingerprint, layer, _ = encoder.identity()
    return {
        "title": f"Denoising autoencoder of the codes of {layer}",
        "encoder": {
            "model": encoder.model,
            "title": encoder.title,
            "fingerprint": fingerprint,
            "layer": layer,
        },
        "data": {"name": images.title(), "signature": images.signature(), "pictures": len(images)},
        "recipe": asdict(trainer.recipe),
        "held_out": asdict(quality),
        "command": _words(options),
        "torch": torch.__version__,
    }


def _words(options: argparse.Namespace) -> str:
    """The command that makes the same again, without places."""
    kept = ("model", "weights", "mean", "layer", "limit", "steps", "batch", "noise", "seed")
    given = {key: getattr(options, key) for key in kept}
    return f"deepvis-precompute {NAME} --images DATA " + " ".join(
        f"--{key} {value}" for key, value in given.items() if value not in ("", None)
    )


def _stopped(options: argparse.Namespace, where: str) -> int:
    options.reporter.end("stopped", f"Stopped {where}; run the same command again to go on.")
    return STOPPED


def whole_number(text: str) -> int:
    """For argparse: from 0."""
    return 0 if text == "0" else positive(text)


JOB = Job(NAME, "train a prior of codes for PPGN: a denoising autoencoder", add_arguments, run, add_training)
