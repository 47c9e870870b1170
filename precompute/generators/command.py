"""Train a generator for any network: `deepvis-precompute train-generator`; killed, it goes on where it was."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.generators import ADVERSARY, BATCH, PICTURES
from precompute.job import Job
from precompute.options import add_training, batch_size, positive, seed
from precompute.places import plain_name
from precompute.progress import Progress
from precompute.runner import STOPPED
from precompute.synthesis.recipe import above, between

if TYPE_CHECKING:
    from deepvis_app.models import LoadedModel
    from precompute.generators.encoder import Encoder
    from precompute.generators.schedule import Recipe

NAME = "train-generator"
SIZES = (64, 128, 256)
UPSAMPLINGS = ("bilinear", "nearest", "transposed")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    import torch

    from deepvis_app.files import cache_folder
    from precompute.generators.bundle import write_bundle
    from precompute.generators.naming import check_places, own_name
    from precompute.generators.pictures import load_pictures
    from precompute.generators.run import Places, train
    from precompute.generators.store import user_folder
    from precompute.generators.training import Trainer
    from precompute.options import load

    progress: Progress = options.reporter
    encoder = _encoder(options, load(options))
    name = options.name or own_name(f"dgn{options.size}", encoder, options.layer)
    checkpoint = options.checkpoint or cache_folder() / "generators" / f"{name}.pt"
    folder = options.out or user_folder()
    check_places(folder, name, "generator", encoder, checkpoint)
    pictures = load_pictures(options.images, options.size, progress)
    recipe = _recipe(options, encoder)
    on_cpu = encoder.device.type == "cpu"
    if on_cpu:
        torch.set_num_threads(1)  # of each part's kernels
    trainer = Trainer(recipe, encoder, pictures, options.threads if on_cpu else 1)
    places = Places(
        checkpoint, options.sheets or checkpoint.parent / name, options.save_every, options.look_every
    )
    if not train(trainer, encoder, pictures.held_out, places, progress, options.stop):
        progress.end("stopped", f"Stopped after {trainer.seen} pictures; run it again to go on.")
        return STOPPED
    quality, _ = write_bundle(trainer, encoder, pictures, folder, name, _words(options))
    progress.end("done", f"{quality.in_words()}; written to {folder / name}.safetensors.")
    return 0


def _encoder(options: argparse.Namespace, model: LoadedModel) -> Encoder:
    from precompute.generators.encoder import Encoder

    compared = [name.strip() for name in options.compare.split(",") if name.strip()]
    return Encoder(model, options.layer, compared)


def _recipe(options: argparse.Namespace, encoder: Encoder) -> Recipe:
    from precompute.generators.schedule import Recipe
    from precompute.generators.topology import Topology

    topology = Topology(encoder.code_shape, options.size, options.upsampling)
    plain = {key: getattr(options, key) for key in ("pictures", "batch", "seed", "adversary")}
    return Recipe(topology, **plain)


def _words(options: argparse.Namespace) -> str:
    """The command that makes the same again, without places."""
    kept = (
        "model",
        "weights",
        "mean",
        "layer",
        "compare",
        "size",
        "upsampling",
        "pictures",
        "batch",
        "adversary",
        "seed",
        "threads",
    )
    given = {key: getattr(options, key) for key in kept}
    return f"deepvis-precompute {NAME} --images DATA " + " ".join(
        f"--{key} {value}" for key, value in given.items() if value != ""
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--layer", default="fc6", help="where the code is taken, after its ReLU (default fc6)")
    add("--compare", default="", metavar="LAYERS", help="layers of the feature loss (default: by map size)")
    add("--images", type=Path, required=True, metavar="DIR|ZIP",
        help='pictures to learn from, in folders or a zip; or "photographs": the built-in ones')  # fmt: skip
    add("--size", type=int, choices=SIZES, default=64, help="side of the generator's pictures")
    add("--upsampling", choices=UPSAMPLINGS, default="nearest")
    add("--pictures", type=positive, default=PICTURES, help="how many are seen in all; raise it to go on")
    add("--batch", type=batch_size, default=BATCH)
    add(
        "--adversary",
        type=between(0.0, 1e9),
        default=ADVERSARY,
        metavar="WEIGHT",
        help="of its loss; 0: none (default %(default)s)",
    )
    add("--seed", type=seed, default=0, help="of all that is random (default 0)")
    add("--threads", type=positive, default=2, help="parts of a batch worked on at a time on the CPU")
    add("--name", type=plain_name, default="",
        help="of the result (default dgnSIZE-LAYER, with another network dgnSIZE-NETWORK-LAYER)")  # fmt: skip
    add("--checkpoint", type=Path, help="where to keep the state (default: the cache folder)")
    add("--sheets", type=Path, help="where sample sheets go (default: beside the checkpoint)")
    add("--save-every", type=above(0.0), default=180.0, metavar="SECONDS")
    add("--look-every", type=above(0.0), default=600.0, metavar="SECONDS", help="between sample sheets")
    add("--out", type=Path, help="where the result goes (default: the generators of your data folder)")


JOB = Job(
    NAME, "train a network's generator of pictures from codes, for DGN-AM", add_arguments, run, add_training
)
