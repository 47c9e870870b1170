"""A desk with a small network, pictures of its classes, and a small generator."""

from __future__ import annotations

import argparse
import io
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from deepvis_app.messages import U8
from deepvis_app.models import LoadedModel
from deepvis_app.models.fingerprint import fingerprint
from precompute.generators.store import save_generator
from precompute.generators.topology import Generator, Topology, initialise
from precompute.stop import Stop
from precompute.studies import STUDIES
from precompute.studies.base import Desk
from precompute.studies.command import spread
from precompute.studies.networks import class_layer
from tests.precompute.helpers import Told
from tests.precompute.synthesis.nets import SIDE, model

LABELS = ("goldfish, Carassius auratus", "bullfrog", "Egyptian cat", "bell pepper", "espresso")
CODE = 12


class Net(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 4, 5, stride=4, padding=2),
                relu1=nn.ReLU(),
                flatten=nn.Flatten(),
                fc2=nn.Linear(4 * (SIDE // 4) ** 2, CODE),
                relu2=nn.ReLU(),
                fc3=nn.Linear(CODE, len(LABELS)),
                prob=nn.Softmax(dim=1),
            )
        )


def network(seed: int = 0) -> LoadedModel:
    made = model(Net(), seed=seed)
    info = replace(made.info, labels=LABELS, fingerprint=fingerprint(made.net), title=f"net {seed}")
    return replace(made, info=info)


def generator(folder: Path, inverts: LoadedModel, name: str = "small") -> str:
    """The path of a generator of untrained weights, which says that it inverts that network's fc2."""
    torch.manual_seed(0)
    made = Generator(Topology((CODE,), hidden=8))
    initialise(made, torch.full((CODE,), 0.5), torch.ones(CODE))
    encoder = {"title": inverts.info.title, "fingerprint": inverts.info.fingerprint, "layer": "relu2"}
    save_generator(made, {"encoder": encoder}, folder, name)
    return str(folder / f"{name}.safetensors")


def colour(label: int) -> tuple[int, int, int]:
    return (40 + 40 * label, 200 - 30 * label, (90 * label) % 256)


def picture(label: int, index: int) -> U8:
    dice = np.random.default_rng(label * 100 + index)
    noise = dice.integers(0, 60, (SIDE, SIDE, 3))
    return np.clip(np.array(colour(label)) + noise - 30, 0, 255).astype(np.uint8)


def data_set(folder: Path, each: int = 12) -> Path:
    """A folder for each class, called by its first name."""
    for label, name in enumerate(LABELS):
        place = folder / name.split(",")[0]
        place.mkdir(parents=True)
        for index in range(each):
            file = io.BytesIO()
            Image.fromarray(picture(label, index)).save(file, "PNG")
            (place / f"{index:02d}.png").write_bytes(file.getvalue())
    return folder


def desk(name: str, out: Path, inverts: LoadedModel, **options: object) -> Desk:
    """A study's desk with its own default options, changed by `options`; two units, two steps."""
    study = STUDIES[name]
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    for action in parser._actions:
        action.required = False
    settings = {"steps": 2, "out": out, "size": 48, "device": "cpu", "seed": 0, "model": "caffenet64"}
    parsed = argparse.Namespace(**{**vars(parser.parse_args([])), **settings, **options})
    layer = class_layer(inverts.info)
    return Desk(parsed, inverts, layer, spread(layer.units, 2), (0, 1), Told(), Stop())
