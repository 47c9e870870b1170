"""A small network of two classes, and pictures of planted kinds: one colour each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from deepvis_app.messages import U8, ModelChoice, ModelInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.fingerprint import fingerprint
from deepvis_app.models.layers import enumerate_layers
from deepvis_app.models.preprocess import Preprocess

SIZE = (24, 24)
COLOURS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (50, 60, 220), "yellow": (220, 210, 60)}


def colour_model(labels: tuple[str, ...] = ("fish", "bird")) -> LoadedModel:
    """conv, ReLU, pool, fc with 12 units, ReLU, class layer; random weights, always the same."""
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, padding=2), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 2),
    )  # fmt: skip
    net.eval().requires_grad_(False)
    preprocess = Preprocess(SIZE)
    layers = enumerate_layers(net, torch.zeros(1, 3, *SIZE))
    info = ModelInfo(
        ModelChoice("colours"), "colours", layers, SIZE, 3, "crop", labels, fingerprint(net), "cpu", "random", "", ""
    )  # fmt: skip
    return LoadedModel(net, info, preprocess, torch.device("cpu"))


def coloured(colour: str, seed: int) -> U8:
    noise = np.random.default_rng((seed, len(colour))).normal(0, 12, (*SIZE, 3))
    return (np.array(COLOURS[colour]) + noise).clip(0, 255).astype(np.uint8)


def fill(folder: Path, counts: Mapping[str, int], name: str = "") -> Path:
    """So many pictures of each colour in a folder of the colour's name, or all in the folder `name`."""
    for colour, count in counts.items():
        target = folder / (name or colour)
        target.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.fromarray(coloured(colour, number)).save(target / f"{colour}{number:02}.png")
    return folder
