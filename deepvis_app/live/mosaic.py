"""Tiles: values to colour numbers on the device, all units of a layer in one uint8 picture on the host.

Only the visible layer's bytes cross to the host; laying them out there costs a fraction of the calls that a device
would need. The numbers are those of `messages.Mosaic`: 0 background, 128 zero, 1 and 255 the ends of the scale.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from deepvis_app.messages import I32, U8, Grid, LayerInfo, Order, frozen
from deepvis_app.render.palettes import ZERO

_TINY = 1e-10
_MIDDLE = torch.tensor(ZERO + 0.5)  # a conversion to bytes cuts off the fraction


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


def numbers(maps: torch.Tensor, factors: torch.Tensor | None, top: float, gamma: float) -> U8:
    """(C, h, w) values -> uint8 colour numbers 1..255 on the host: 128 + 127 * sign(v) * (|v| / top)^gamma.

    No value times its factor may lie beyond `top`. In as few calls as can be: on a layer's values each costs more
    than its arithmetic.
    """
    if top <= 0:
        return np.full(maps.shape, ZERO, np.uint8)
    level = maps if factors is None else maps * factors
    if gamma != 1:
        level = level.sign() * (level.abs() / top).pow(gamma)
        top = 1.0
    level = torch.add(_MIDDLE, level, alpha=127 / top)
    # Plain order in memory: the tiles are copied row by row.
    whole = level.to(torch.uint8, memory_format=torch.contiguous_format)
    return whole.cpu().numpy()


def display_order(layer: LayerInfo, maps: torch.Tensor, order: Order, labels: tuple[str, ...]) -> I32 | None:
    """Which unit stands at each place, (C,); None: unit k at place k."""
    if order == "activation":
        return maps.amax((1, 2)).argsort(descending=True, stable=True).cpu().numpy().astype(np.int32)
    if order == "name" and layer.is_class_layer and labels:
        by_name = sorted(range(layer.units), key=lambda u: labels[u].lower() if u < len(labels) else "")
        return np.array(by_name, np.int32)
    return None


def compose(tiles: U8, grid: Grid) -> U8:
    """(count, h, w) tiles of the grid's tile size, in display order -> the (H, W) picture."""
    count, height, width = tiles.shape
    gap, rows, columns = grid.gap, grid.rows, grid.columns
    canvas = np.zeros(grid.size, np.uint8)
    cells = canvas[gap:, gap:].reshape(rows, height + gap, columns, width + gap)
    full = count // columns
    cells[:full, :height, :, :width] = (
        tiles[: full * columns].reshape(full, columns, height, width).swapaxes(1, 2)
    )
    rest = count - full * columns
    if rest:
        cells[full, :height, :rest, :width] = tiles[full * columns :].swapaxes(0, 1)
    return frozen(canvas)


def squares(numbers: U8, tile: tuple[int, int]) -> U8:
    """(C, 1, 1) single values -> (C, *tile)."""
    return np.broadcast_to(numbers, (len(numbers), *tile))


def fit(maps: torch.Tensor, tile: tuple[int, int]) -> torch.Tensor:
    """(C, h, w) maps averaged down to a tile's size."""
    # maps[None] of maps with the channels last in memory would not be recognised as such; on the CPU that is
    # 0.2 instead of 4 ms for 96 maps of 109x109 at 60x60.
    batch = maps.permute(1, 2, 0)[None].permute(0, 3, 1, 2) if _channels_last(maps) else maps[None]
    return F.interpolate(batch, tile, mode="area")[0]


def _channels_last(maps: torch.Tensor) -> bool:
    return maps.permute(1, 2, 0).is_contiguous()
