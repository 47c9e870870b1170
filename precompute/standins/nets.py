"""The stand-ins' networks, for pictures of 64 x 64 pixels."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from precompute.rendered.clips import MOTIONS
from precompute.rendered.scenes import VOCABULARY
from precompute.rendered.segments import LABELS

START, END = "<start>", "<end>"
WORDS = (START, END, *VOCABULARY)
_Net = TypeVar("_Net", bound=nn.Module)


class Segmenter(nn.Module):
    """Pictures (N, 3, H, W) -> the labels' maps (N, 8, H, W): down to a quarter, and up again beside what was there."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = _conv(3, 16, 5, stride=2)
        self.conv2 = _conv(16, 32, 3, stride=2)
        self.conv3 = _conv(32, 48, 3)
        self.conv4 = _conv(48, 48, 3, dilation=2)
        self.up4 = nn.Conv2d(48, 16, 1)
        self.conv5 = _conv(32, 24, 3)
        self.head = nn.Conv2d(24, len(LABELS), 1)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.conv1(x)
        coarse = self.conv4(self.conv3(self.conv2(fine)))
        up = F.interpolate(self.up4(coarse), fine.shape[-2:], mode="bilinear", align_corners=False)
        maps = self.head(self.conv5(torch.cat([fine, up], 1)))
        return F.interpolate(maps, x.shape[-2:], mode="bilinear", align_corners=False)


class Captioner(nn.Module):
    """Pictures (N, 3, 64, 64) and words (N, L), numbers in WORDS -> logits (N, L, words) of each next word."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            _conv(3, 16, 5, stride=2),
            _conv(16, 32, 3, stride=2),
            _conv(32, 48, 3),
            nn.MaxPool2d(2),
            _conv(48, 48, 3),
            _conv(48, 64, 3),
        )
        self.state = nn.Linear(2 * 64, 128)
        self.embedding = nn.Embedding(len(WORDS), 32)
        self.decoder = nn.GRU(32, 128, batch_first=True)
        self.words = nn.Linear(128, len(WORDS))

    def forward(self, images: Tensor, tokens: Tensor) -> Tensor:
        maps = self.encoder(images)  # what there is, and how much of it; where does not matter to the words
        state = self.state(torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], 1)).tanh()
        states, _ = self.decoder(self.embedding(tokens), state[None])
        logits: Tensor = self.words(states)
        return logits


class Activity(nn.Module):
    """Clips (N, T, 3, 64, 64) -> logits (N, motions), from the last state of what goes through the frames.

    Each frame is told by where its maps stand out, and by what has changed since the frame before.
    """

    def __init__(self) -> None:
        super().__init__()
        # a film is many pictures: half the size makes it four times as quick
        self.encoder = nn.Sequential(nn.AvgPool2d(2), _conv(3, 12, 5, stride=2), _conv(12, 16, 3))
        self.recurrent = nn.GRU(2 * 4 * 16, 48, batch_first=True)
        self.classes = nn.Linear(48, len(MOTIONS))

    def forward(self, clips: Tensor) -> Tensor:
        codes = places(self.encoder(clips.flatten(0, 1))).unflatten(0, clips.shape[:2])
        before = torch.cat([codes[:, :1], codes[:, :-1]], 1)
        states, _ = self.recurrent(torch.cat([codes, (10 * (codes - before)).tanh()], 2))
        logits: Tensor = self.classes(states[:, -1])
        return logits


def places(maps: Tensor) -> Tensor:
    """Maps (N, C, H, W) -> (N, 4 C): y and x in -1..1 of the middle of where each differs from its mean, weighted by
    the square of it; the log of the variance around that middle; and the log of the whole.
    """
    weights = (maps - maps.mean((2, 3), keepdim=True)).square() + 1e-6
    whole = weights.sum((2, 3))
    middles, spread = [], torch.zeros_like(whole)
    for along, across in ((2, 3), (3, 2)):
        at = torch.linspace(-1, 1, maps.shape[along], device=maps.device)
        share = weights.sum(across) / whole[..., None]
        middle = (share * at).sum(2)
        spread = spread + (share * at.square()).sum(2) - middle.square()
        middles.append(middle)
    return torch.cat([*middles, spread.clamp_min(1e-4).log(), whole.log()], 1)


def _conv(inputs: int, outputs: int, side: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """A convolution that keeps the size but for its stride; normalised over the batch it learns sooner."""
    padding = side // 2 * dilation
    conv = nn.Conv2d(inputs, outputs, side, stride, padding, dilation, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm2d(outputs), relu=nn.ReLU()))


def read(kind: type[_Net], path: Path) -> _Net:
    """The network with these weights."""
    net = kind()
    net.load_state_dict(load_file(path))
    return net.eval()
