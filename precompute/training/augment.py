"""Augmentation of a whole batch with index arithmetic: a few per cent of a training step on the CPU."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

MAX_ASPECT = 4 / 3
COLOUR = 0.3


def crop_flip(pictures: torch.Tensor, min_area: float, generator: torch.Generator) -> torch.Tensor:
    """Random crop (area share in min_area..1) at a random place and a random flip per picture.

    The crop size is drawn once per batch: that keeps the gather rectangular, which is why this costs nothing next to a
    per-sample `grid_sample`. (N, 3, H, W) uint8 -> (N, 3, H, W) float32 in 0..1.
    """
    n, _, height, width = pictures.shape
    area = _uniform(min_area, 1.0, generator)
    aspect = math.exp(_uniform(-math.log(MAX_ASPECT), math.log(MAX_ASPECT), generator))
    crop_h = min(height, round(height * math.sqrt(area / aspect)))
    crop_w = min(width, round(width * math.sqrt(area * aspect)))
    rows = _offsets(n, height - crop_h, generator)[:, None] + torch.arange(crop_h)
    columns = _offsets(n, width - crop_w, generator)[:, None] + torch.arange(crop_w)
    flip = torch.rand(n, generator=generator) < 0.5
    columns = torch.where(flip[:, None], columns.flip(1), columns)
    picked = pictures.permute(0, 2, 3, 1)[
        torch.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]
    ]  # (N, h, w, 3), so the result below is channels_last in memory
    crops = picked.permute(0, 3, 1, 2).float().div_(255)
    return F.interpolate(crops, (height, width), mode="bilinear", align_corners=False)


def jitter_colour(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Per-picture brightness, contrast and saturation, each by a factor in 1 +- COLOUR."""
    n = len(x)

    def factor() -> torch.Tensor:
        return 1 + COLOUR * (2 * torch.rand(n, 1, 1, 1, generator=generator) - 1)

    brightness, contrast, saturation = factor(), factor(), factor()
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * saturation + grey
    mean = grey.mean((2, 3), keepdim=True)
    return ((x - mean) * contrast + mean) * brightness


def _uniform(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * torch.rand((), generator=generator).item()


def _offsets(n: int, free: int, generator: torch.Generator) -> torch.Tensor:
    return torch.randint(0, free + 1, (n,), generator=generator)
