"""A small encoder, pictures in memory, and a generator's trainer on both."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from deepvis_app.messages import ModelChoice, ModelInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import enumerate_layers
from deepvis_app.models.preprocess import Preprocess
from precompute.generators.encoder import Encoder
from precompute.generators.pictures import Pictures
from precompute.generators.schedule import Recipe
from precompute.generators.topology import Topology
from precompute.generators.training import Trainer

CODE = 12


class Net(nn.Sequential):
    """Convolutions, pools and fully connected layers for pictures of `side` pixels; 3 classes."""

    def __init__(self, side: int) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.add_module("conv1", nn.Conv2d(3, 4, 3, stride=2, padding=1))
        self.add_module("relu1", nn.ReLU(inplace=True))
        self.add_module("pool1", nn.MaxPool2d(2))
        self.add_module("conv2", nn.Conv2d(4, 6, 3, padding=1))
        self.add_module("relu2", nn.ReLU(inplace=True))
        self.add_module("pool2", nn.MaxPool2d(2))
        self.add_module("flatten", nn.Flatten())
        self.add_module("fc3", nn.Linear(6 * (side // 8) ** 2, CODE))
        self.add_module("relu3", nn.ReLU(inplace=True))
        self.add_module("fc4", nn.Linear(CODE, 3))


def model(side: int = 64) -> LoadedModel:
    net = Net(side).eval().requires_grad_(False)
    preprocess = Preprocess((side, side))
    info = ModelInfo(
        choice=ModelChoice("small"),
        title="small net",
        layers=enumerate_layers(net, torch.zeros(1, 3, side, side)),
        input_size=(side, side),
        input_channels=3,
        crop="crop",
        labels=("a", "b", "c"),
        fingerprint="f" * 64,
        device="cpu",
        weights="random",
        preprocessing="",
    )
    return LoadedModel(net, info, preprocess, torch.device("cpu"))


def encoder(side: int = 64, layer: str = "fc3") -> Encoder:
    return Encoder(model(side), layer)


def pictures(count: int, side: int = 64, seed: int = 0) -> torch.Tensor:
    """(count, 3, side, side) uint8: soft noise about a colour of its own."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 4, 4, generator=generator) * 255
    return nn.functional.interpolate(coarse, (side, side), mode="bilinear").to(torch.uint8)


def recipe(**changed: object) -> Recipe:
    """A short run of a narrow generator, with the adversary from half-way on."""
    settings = {
        "pictures": 32,
        "batch": 4,
        "warm_up": 4,
        "adversary_grows": 4,
        "adversary_from": 0.5,
        **changed,
    }
    return Recipe(Topology((CODE,), hidden=16), **settings)  # type: ignore[arg-type]


def trainer(threads: int = 1, **changed: object) -> Trainer:
    return Trainer(recipe(**changed), encoder(), learned(10), threads)


def learned(count: int) -> Pictures:
    return Pictures(pictures(count), pictures(6, seed=1), "made up", "0" * 64)


def write_pictures(path: Path, names: list[str], side: int = 20) -> Path:
    """A zip of PNG pictures of one grey value each: 10, 11, 12 ... in the order of `names`."""
    with zipfile.ZipFile(path, "w") as archive:
        for index, name in enumerate(names):
            buffer = io.BytesIO()
            Image.fromarray(np.full((side, side + 6, 3), 10 + index, np.uint8)).save(buffer, "png")
            archive.writestr(name, buffer.getvalue())
    return path
