"""From a finished run to the shipped files: averaged weights rounded, measured as shipped, with their card."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from precompute.generators.encoder import Encoder
from precompute.generators.pictures import Pictures
from precompute.generators.report import Quality, measure
from precompute.generators.store import save_generator
from precompute.generators.training import Trainer


def write_bundle(
    trainer: Trainer, encoder: Encoder, pictures: Pictures, folder: Path, name: str, command: str
) -> tuple[Quality, dict[str, Any]]:
    """Write NAME.safetensors and NAME.json; gives the held-out quality of the rounded weights, and the card."""
    generator = trainer.averaged
    with torch.no_grad():
        for value in generator.state_dict().values():
            value.copy_(value.half().float())
    quality = measure(generator, encoder, pictures.held_out)
    fingerprint, layer, compared = encoder.identity()
    card = {
        "title": f"Generator of {trainer.recipe.topology.size}x{trainer.recipe.topology.size} pictures from {layer}",
        "encoder": {
            "model": encoder.model,
            "title": encoder.title,
            "fingerprint": fingerprint,
            "layer": layer,
            "compared": compared,
        },
        "output": "RGB in 0..1, linear: clip before showing it or giving it to a network",
        "data": {
            "name": pictures.name,
            "sha256": pictures.content_sha256,
            "training_pictures": len(pictures.train),
            "held_out_pictures": len(pictures.held_out),
        },
        "recipe": asdict(trainer.recipe),
        "pictures_seen": trainer.seen,
        "adversary_since": trainer.adversary_since,
        "command": command,
        "torch": torch.__version__,
        "held_out": asdict(quality),
        "code_statistics": "code_mean and code_std in the weights: of every element over the held-out pictures",
        "history": trainer.history,
    }
    return quality, save_generator(generator, card, folder, name)
