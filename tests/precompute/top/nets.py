"""A small network as a job gets it, and folders of pictures for it."""

from __future__ import annotations

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
from tests.models.small_nets import Residual


def small_net() -> nn.Sequential:
    """Strides, padding, pooling, an in-place ReLU called twice and a residual sum; 20x24 input."""
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=2, padding=2),
        nn.ReLU(inplace=True),
        Residual(4),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 3, 3, padding=1),
        nn.Flatten(),
        nn.Linear(3 * 5 * 6, 4),
    ).eval()


def small_model(net: nn.Module | None = None, crop: str = "crop") -> LoadedModel:
    net = (net or small_net()).requires_grad_(False)
    preprocess = Preprocess((20, 24), crop=crop)  # type: ignore[arg-type]
    layers = enumerate_layers(net, torch.zeros(1, 3, 20, 24))
    info = ModelInfo(
        ModelChoice("small"), "small net", layers, (20, 24), 3, preprocess.crop, (), fingerprint(net), "cpu", "random",
        preprocess.in_words(), "",
    )  # fmt: skip
    return LoadedModel(net, info, preprocess, torch.device("cpu"))


def noise(seed: int, height: int = 30, width: int = 40) -> U8:
    """Blotches, so that resampling does not even everything out."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 5, width // 5, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)).copy()


def fill(folder: Path, count: int, first: int = 0) -> Path:
    """PNG files in two class folders."""
    for i in range(first, first + count):
        target = folder / f"class{i % 2}" / f"{i:03}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise(i)).save(target)
    return folder
