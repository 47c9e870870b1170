"""A small network for the planted classes: its training, and its files, which every command takes as file:PATH.py."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from precompute.rendered.fitting import MEAN, STD, as_inputs, fit, save_as_file
from precompute.rendered.planted import Pictures
from precompute.rendered.shapes import SIDE

CODE = "relu4"  # whose values are a picture's code
_FILE = '''"""A small network that tells planted classes of rendered shapes apart (docs/rendered.md)."""

from pathlib import Path

from precompute.rendered.net import read_net

labels = {labels}
preprocess = {{"input_size": ({side}, {side}), "mean": ({mean},) * 3, "std": ({std},) * 3}}


def model():
    return read_net(Path(__file__).with_suffix(".safetensors"))
'''


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, beside the pictures."""

    channels: tuple[int, int, int] = (16, 32, 48)
    code: int = 64
    epochs: int = 12
    batch: int = 32
    rate: float = 2e-3  # of Adam, rising over the first tenth and then falling to zero
    weight_decay: float = 1e-3
    seed: int = 0


class ShapesNet(nn.Sequential):
    """Three convolutions, the first two with stride 2, and two linear layers; 64 x 64 inputs."""

    def __init__(self, channels: Sequence[int], code: int, classes: int) -> None:
        one, two, three = channels
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, one, 5, stride=2, padding=2),
                relu1=nn.ReLU(),
                conv2=nn.Conv2d(one, two, 3, stride=2, padding=1),
                relu2=nn.ReLU(),
                conv3=nn.Conv2d(two, three, 3, padding=1),
                relu3=nn.ReLU(),
                pool3=nn.MaxPool2d(4),
                flatten=nn.Flatten(),
                fc4=nn.Linear(three * (SIDE // 16) ** 2, code),
                relu4=nn.ReLU(),
                fc5=nn.Linear(code, classes),
            )
        )


def trained(these: Pictures, recipe: Recipe, step: Callable[[int, int], None]) -> ShapesNet:
    """A network that tells the pictures' classes. `step` is told the steps done and their number, and may raise to
    break off.
    """
    torch.manual_seed(recipe.seed)
    net = ShapesNet(recipe.channels, recipe.code, int(these.classes.max()) + 1)
    inputs, labels = as_inputs(these.rgb), torch.from_numpy(these.classes)
    fit(net, len(labels), recipe, lambda rows: F.cross_entropy(net(inputs[rows]), labels[rows]), step)
    return net


@torch.no_grad()
def accuracy(net: nn.Module, these: Pictures) -> float:
    """The share of pictures whose class is right."""
    device = next(net.parameters()).device
    right = net(as_inputs(these.rgb).to(device)).argmax(1).cpu() == torch.from_numpy(these.classes)
    return float(right.float().mean())


def save_net(net: ShapesNet, path: Path, labels: Sequence[str]) -> None:
    """PATH.py, which is `file:PATH.py` to every command, and the weights beside it as PATH.safetensors."""
    save_as_file(net, path, _FILE.format(labels=list(labels), side=SIDE, mean=MEAN, std=STD))


def read_net(path: Path) -> ShapesNet:
    """The network with these weights, from which its size is read."""
    state = load_file(path)
    channels = [len(state[f"conv{k}.weight"]) for k in (1, 2, 3)]
    net = ShapesNet(channels, len(state["fc4.weight"]), len(state["fc5.weight"]))
    net.load_state_dict(state)
    return net.eval()
