"""Tiles made on the device: values to colour numbers, all units of a layer in one uint8 picture.

Only the finished mosaic crosses to the host. The numbers are those of `messages.Mosaic`: 0 background,
128 zero, 1 and 255 the ends of the scale.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from deepvis_app.messages import U8, Grid, LayerInfo, Order, frozen
from deepvis_app.render.palettes import ZERO

_TINY = 1e-10


def boost_factors(maps: torch.Tensor, boost: float) -> torch.Tensor | None:
    """Per-unit factors (C, 1, 1) of 2015's individual boost, (max_c + 1e-10)^-b; None when there are none."""
    if boost == 0:
        return None
    peaks = maps.abs().amax((1, 2), keepdim=True)
    return torch.where(peaks > 0, (peaks + _TINY).pow(-boost), torch.ones_like(peaks))


def top_of(maps: torch.Tensor, factors: torch.Tensor | None) -> float:
    """The largest boosted magnitude of the layer."""
    if factors is None:
        # In the order of memory: otherwise aminmax copies first, 0.9 instead of 0.2 ms for 96 maps of 109x109.
        low, high = (maps.permute(1, 2, 0) if _channels_last(maps) else maps).aminmax()
        return max(abs(float(low)), abs(float(high)))
    return float((maps.abs().amax((1, 2), keepdim=True) * factors).amax())


def numbers(maps: torch.Tensor, factors: torch.Tensor | None, top: float, gamma: float) -> torch.Tensor:
    """(C, h, w) values -> uint8 colour numbers 1..255: 128 + 127 * sign(v) * (|v| / top)^gamma."""
    level = maps / top if top > 0 else torch.zeros_like(maps)
    if factors is not None:
        level *= factors
    level.clamp_(-1, 1)
    if gamma != 1:
        level = level.sign() * level.abs().pow(gamma)
    return level.mul_(127).add_(ZERO + 0.5).to(torch.uint8)


def display_order(
    layer: LayerInfo, maps: torch.Tensor, order: Order, labels: tuple[str, ...]
) -> torch.Tensor:
    """Which unit stands at each place, (C,) int64 on the host."""
    if order == "activation":
        return maps.amax((1, 2)).argsort(descending=True, stable=True).cpu()
    if order == "name" and layer.is_class_layer and labels:
        return torch.tensor(
            sorted(range(layer.units), key=lambda u: labels[u].lower() if u < len(labels) else "")
        )
    return _by_index(layer.units)


@lru_cache(maxsize=64)
def _by_index(units: int) -> torch.Tensor:
    with torch.inference_mode(False):  # it is kept, and must serve everywhere
        return torch.arange(units)


def compose(tiles: torch.Tensor, grid: Grid) -> U8:
    """(count, h, w) uint8 tiles of the grid's tile size, in display order -> the (H, W) picture on the host."""
    count, height, width = tiles.shape
    gap, rows, columns = grid.gap, grid.rows, grid.columns
    canvas = torch.zeros(grid.size, dtype=torch.uint8, device=tiles.device)
    cells = canvas[gap:, gap:].view(rows, height + gap, columns, width + gap)
    full = count // columns
    cells[:full, :height, :, :width] = (
        tiles[: full * columns].view(full, columns, height, width).transpose(1, 2)
    )
    rest = count - full * columns
    if rest:
        cells[full, :height, :rest, :width] = tiles[full * columns :].transpose(0, 1)
    return frozen(np.ascontiguousarray(canvas.cpu().numpy()))


def fit(maps: torch.Tensor, tile: tuple[int, int]) -> torch.Tensor:
    """(C, h, w) maps at a tile's size: averaged down, or repeated up (single values)."""
    if maps.shape[1:] == tile:
        return maps
    # maps[None] of maps with the channels last in memory would not be recognised as such; on the CPU that is
    # 0.2 instead of 4 ms for 96 maps of 109x109 at 60x60.
    batch = maps.permute(1, 2, 0)[None].permute(0, 3, 1, 2) if _channels_last(maps) else maps[None]
    smaller = tile[0] < maps.shape[1] or tile[1] < maps.shape[2]
    return F.interpolate(batch, tile, mode="area" if smaller else "nearest")[0]


def _channels_last(maps: torch.Tensor) -> bool:
    return maps.permute(1, 2, 0).is_contiguous()
