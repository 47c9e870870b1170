"""Small generators, as synthesis gets them."""

from __future__ import annotations

import torch
from torch import nn

from precompute.generators.topology import AnyGenerator, Generator, Topology, Upsampling, initialise

CODE = 12


class Small(AnyGenerator):
    """Codes of 12 elements -> pictures of `size` pixels; `signed` codes have negative means."""

    def __init__(self, size: int = 32, *, signed: bool = False, seed: int = 0) -> None:
        super().__init__((CODE,), size)
        torch.manual_seed(seed)
        self.stem = nn.Linear(CODE, 6 * 4 * 4)
        self.paint = nn.Conv2d(6, 3, 3, padding=1)
        self.code_mean.copy_(torch.linspace(-1 if signed else 0.2, 2, CODE))
        self.code_std.copy_(torch.linspace(0.5, 1.5, CODE))
        nn.init.normal_(self.stem.weight, std=0.4)
        nn.init.normal_(self.paint.weight, std=0.12)
        self.eval().requires_grad_(False)

    def forward(self, code: torch.Tensor) -> torch.Tensor:
        maps = nn.functional.leaky_relu(self.stem(code), 0.2).view(-1, 6, 4, 4)
        maps = nn.functional.interpolate(maps, (self.size, self.size), mode="bilinear")
        painted: torch.Tensor = self.paint(maps) + 0.45
        return painted


def of_family(code: tuple[int, ...], seed: int = 0, upsampling: Upsampling = "nearest") -> Generator:
    """One of the family that is trained here, with random weights."""
    torch.manual_seed(seed)
    generator = Generator(Topology(code, upsampling=upsampling, hidden=32))
    initialise(generator, torch.full(code, 0.5), torch.ones(code))
    with torch.no_grad():
        generator.paint.weight *= 5  # of a trained one; pictures are not all grey
    return generator.eval().requires_grad_(False)
