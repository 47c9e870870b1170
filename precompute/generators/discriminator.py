"""Is a picture real, given the code it shows? Patch by patch, so that texture is judged everywhere."""

from __future__ import annotations

import math

import torch
from torch import nn

WIDTHS = (32, 64, 128)  # after each halving
HEAD = 192
PATCH_SIDE = 8  # of the map of answers
SLOPE = 0.2


class Discriminator(nn.Module):
    """Pictures (N, 3, S, S) in 0..1 and their codes (N, *code) -> logits (N, 1, 8, 8); positive means real.

    As in Dosovitskiy & Brox (2016, section 3) the picture's features meet a branch that reads the code. Here they
    meet at every place of an 8x8 map, not after an average over all places: the loss is about texture.
    """

    def __init__(self, code: tuple[int, ...], size: int) -> None:
        super().__init__()
        halvings = int(math.log2(size // PATCH_SIDE))
        layers: list[nn.Module] = []
        channels = 3
        for index in range(halvings):
            width = WIDTHS[min(index, len(WIDTHS) - 1)]
            layers += [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE, inplace=True)]
            channels = width
        self.look = nn.Sequential(*layers)
        self.read = nn.Sequential(
            nn.Flatten(),
            nn.Linear(math.prod(code), 256),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Linear(256, channels),
        )
        self.judge = nn.Sequential(
            nn.Conv2d(2 * channels, HEAD, 3, padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(HEAD, 1, 3, padding=1),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, a=SLOPE)
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    def forward(self, pictures: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
        seen = self.look(2 * pictures - 1)
        told = self.read(code)[:, :, None, None].expand(-1, -1, *seen.shape[2:])
        logits: torch.Tensor = self.judge(torch.cat([seen, told.to(seen.dtype)], 1))
        return logits
