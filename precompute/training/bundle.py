"""The bundled network's files: weights in half precision, a model card, and the class names."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from deepvis_app.files import atomic_write
from deepvis_app.models.nets.caffenet64 import CONVS, CaffeNet64
from precompute.training.classifier import MEAN, STD, Trainer, evaluate, normalise
from precompute.training.data import TinyImageNet
from precompute.training.fold import dead_units, fold

NAME = "caffenet64"
FOLD_CHECK_PICTURES = 256


def write_bundle(trainer: Trainer, data: TinyImageNet, assets: Path, command: str) -> dict[str, Any]:
    """Fold, halve, measure what is really shipped, and write everything; gives the card.

    The accuracy in the card is that of the folded network with its weights rounded to half precision.
    """
    check = normalise(data.val.pictures[:FOLD_CHECK_PICTURES].float() / 255)
    shipped = rounded(fold(trainer.averaged, check))
    accuracy = evaluate(shipped, data.val)
    batches = [normalise(p.float() / 255) for p in data.val.pictures.split(500)]
    dead = dead_units(shipped, batches)
    units = sum(conv.width for conv in CONVS)
    weights = save(halves(shipped), {"name": NAME})
    card = {
        "name": NAME,
        "weights_sha256": sha256(weights).hexdigest(),
        "title": "CaffeNet at 64x64, 200 everyday classes",
        "data": {
            "name": "Tiny ImageNet (Stanford CS231N, from ImageNet)",
            "sha256": data.content_sha256,
            "training_pictures": len(data.train),
            "validation_pictures": len(data.val),
        },
        "recipe": asdict(trainer.recipe),
        "command": command,
        "torch": torch.__version__,
        "top1": round(accuracy.top1, 4),
        "top5": round(accuracy.top5, 4),
        "dead_conv_units": {**dead, "share": round(sum(dead.values()) / units, 5)},
        "input_size": [64, 64],
        "mean": list(MEAN),
        "std": list(STD),
        "labels": [names.split(",")[0].strip() for names in data.names],
        "wnids": list(data.wnids),
        "history": trainer.history,
    }
    _write(assets / "models" / f"{NAME}.safetensors", weights)
    _write(assets / "models" / f"{NAME}.json", (json.dumps(card, indent=1) + "\n").encode())
    _write(assets / "labels" / f"{NAME}.txt", ("\n".join(data.names) + "\n").encode())
    return card


def rounded(net: CaffeNet64) -> CaffeNet64:
    """The same network with every weight rounded to half precision, computing in float32."""
    net.load_state_dict({k: v.float() for k, v in halves(net).items()})
    return net


def halves(net: CaffeNet64) -> dict[str, torch.Tensor]:
    """The weights in half precision, as they are stored."""
    return {k: v.detach().half().contiguous() for k, v in net.state_dict().items()}


def _write(path: Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)
