"""The generator family: from a layer's code to a picture, after Dosovitskiy & Brox (2016), at 64, 128 or 256 pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.nn import functional as F

Upsampling = Literal["bilinear", "nearest", "transposed"]

STEM_SIDE = 4  # where a vector code becomes a map
SMALL_STD = 0.1  # of the mean std; units that hardly vary are not blown up beyond it
MEAN_GREY = 0.45  # of natural pictures; the last bias starts there
# Output size -> channels at 4, 8, 16 ... pixels.
WIDTHS: dict[int, tuple[int, ...]] = {
    64: (256, 256, 128, 64, 32),
    128: (256, 256, 256, 128, 64, 32),
    256: (256, 256, 256, 128, 64, 32, 16),
}


@dataclass(frozen=True)
class Topology:
    """What decides a generator's modules. `code` is (units,) of a vector or (channels, height, width) of maps."""

    code: tuple[int, ...]
    size: int = 64
    upsampling: Upsampling = "nearest"
    hidden: int = 1024
    slope: float = 0.2

    def __post_init__(self) -> None:
        """Raises ValueError, in one sentence, for what cannot be built."""
        if self.size not in WIDTHS:
            raise ValueError(f"a generator's size is one of {', '.join(map(str, WIDTHS))}, not {self.size}")
        if len(self.code) not in (1, 3) or min(self.code) < 1:
            raise ValueError(f"a code is a vector or maps, not of shape {self.code}")
        if self.upsampling not in UPSAMPLINGS:
            raise ValueError(f"upsampling is one of {', '.join(UPSAMPLINGS)}, not {self.upsampling}")
        if not 0 <= self.slope < 1:
            raise ValueError(f"the slope of a leaky ReLU is from 0 to below 1, not {self.slope}")


class NearestConv(nn.Module):
    """Nearest-neighbour upsampling by 2 and a 3x3 convolution, as the one transposed convolution that equals both.

    Every output pixel reads 4 values instead of 9, of which 5 are repetitions: half the work. The 4x4 kernel is the
    3x3 kernel convolved with a 2x2 box; unlike a free 4x4 kernel it turns constant input into constant output away
    from the border, so it leaves no grid (Odena et al. 2016). (N, C, h, w) -> (N, C', 2h, 2w).
    """

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_channels, channels, 3, 3))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv_transpose2d(x, spread(self.weight), self.bias, stride=2, padding=1)


def spread(weight: torch.Tensor) -> torch.Tensor:
    """The transposed convolution (C, C', 4, 4) that equals a 3x3 convolution (C', C, 3, 3) on doubled pixels."""
    flipped = weight.flip(2, 3).transpose(0, 1)
    padded = F.pad(flipped, (1, 1, 1, 1))
    rows = padded[:, :, :-1] + padded[:, :, 1:]
    return rows[..., :-1] + rows[..., 1:]


UPSAMPLINGS: dict[str, Callable[[int, int], nn.Module]] = {
    "bilinear": lambda channels, out: nn.Sequential(
        nn.Conv2d(channels, out, 3, padding=1), nn.Upsample(scale_factor=2, mode="bilinear")
    ),
    "nearest": NearestConv,
    "transposed": lambda channels, out: nn.ConvTranspose2d(channels, out, 4, stride=2, padding=1),
}


class ChannelsLast(nn.Module):
    """Lays maps out as the CPU's convolutions want them; the values stay."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.contiguous(memory_format=torch.channels_last)


class AnyGenerator(nn.Module):
    """Code (N, *code_shape), as the encoder gives it, -> RGB pictures (N, 3, size, size).

    The output is linear: pictures lie in 0..1 up to overshoot, and whoever shows them or feeds them to a network
    clips them first, as the training did. `code_mean` and `code_std` are each unit's statistics over held-out
    pictures (0 and 1 until they are measured).
    """

    code_mean: torch.Tensor
    code_std: torch.Tensor

    def __init__(self, code_shape: tuple[int, ...], size: int) -> None:
        super().__init__()
        self.code_shape, self.size = code_shape, size
        self.register_buffer("code_mean", torch.zeros(code_shape))
        self.register_buffer("code_std", torch.ones(code_shape))

    def upper_bound(self, deviations: float = 3.0) -> torch.Tensor:
        """Mean + 3 std per unit, the top of the box in which codes are natural (Nguyen et al. 2016, section 2)."""
        return self.code_mean + deviations * self.code_std


class Generator(AnyGenerator):
    """One of the family that is trained here. It reads standardised codes: the statistics must be set."""

    def __init__(self, topology: Topology) -> None:
        super().__init__(topology.code, topology.size)
        self.topology = topology
        widths = WIDTHS[topology.size]
        self.stem, side = _stem(topology, widths[0])
        channels = widths[int(math.log2(side // STEM_SIDE)) :]
        stages: list[nn.Module] = [ChannelsLast()]
        if channels[0] != widths[0]:
            stages += [nn.Conv2d(widths[0], channels[0], 3, padding=1), _leaky(topology)]
        for narrow, wide in zip(channels[1:], channels[:-1], strict=True):
            stages += [UPSAMPLINGS[topology.upsampling](wide, narrow), _leaky(topology)]
            stages += [nn.Conv2d(narrow, narrow, 3, padding=1), _leaky(topology)]
        self.trunk = nn.Sequential(*stages)
        self.paint = nn.Conv2d(channels[-1], 3, 3, padding=1)

    def forward(self, code: torch.Tensor) -> torch.Tensor:
        spread = self.code_std.clamp_min(SMALL_STD * self.code_std.mean() + 1e-6)
        picture: torch.Tensor = self.paint(self.trunk(self.stem((code - self.code_mean) / spread)))
        return picture


def initialise(generator: Generator, mean: torch.Tensor, std: torch.Tensor) -> None:
    """He's initialisation for leaky ReLUs, and the statistics of the codes that will come."""
    generator.code_mean.copy_(mean)
    generator.code_std.copy_(std)
    slope = generator.topology.slope
    for module in generator.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d | NearestConv):
            nn.init.kaiming_normal_(module.weight, a=slope)
            assert module.bias is not None
            nn.init.zeros_(module.bias)
        if isinstance(module, nn.ConvTranspose2d):  # 4 of the 16 taps meet a value, and torch counts outputs
            taps = 4 * module.in_channels
            nn.init.normal_(module.weight, std=math.sqrt(2 / (1 + slope**2) / taps))
    with torch.no_grad():
        generator.paint.weight *= 0.1
        assert generator.paint.bias is not None
        generator.paint.bias.fill_(MEAN_GREY)


def _stem(topology: Topology, width: int) -> tuple[nn.Sequential, int]:
    """Code -> maps (N, width, side, side), and that side."""
    if len(topology.code) == 1:
        layers = [
            nn.Linear(topology.code[0], topology.hidden),
            _leaky(topology),
            nn.Linear(topology.hidden, topology.hidden),
            _leaky(topology),
            nn.Linear(topology.hidden, width * STEM_SIDE**2),
            _leaky(topology),
            nn.Unflatten(1, (width, STEM_SIDE, STEM_SIDE)),
        ]
        return nn.Sequential(*layers), STEM_SIDE
    channels, height, breadth = topology.code
    side = 2 ** int(math.log2(min(height, breadth, topology.size // 2)))
    side = max(side, STEM_SIDE)
    convolutions = [nn.Conv2d(channels, width, 3, padding=1), _leaky(topology)]
    convolutions += [nn.Conv2d(width, width, 3, padding=1), _leaky(topology)]
    return nn.Sequential(*convolutions, nn.AdaptiveAvgPool2d(side)), side


def _leaky(topology: Topology) -> nn.Module:
    return nn.LeakyReLU(topology.slope, inplace=True)
