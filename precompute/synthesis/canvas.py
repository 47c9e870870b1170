"""Canvases that are larger or smaller than what the network sees of them."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

Size = tuple[int, int]


def size_of(seen: Size, scale: float) -> Size:
    """The canvas whose side is `scale` sides of what the network sees; at least two pixels."""
    return max(round(seen[0] * scale), 2), max(round(seen[1] * scale), 2)


def resized(x: Tensor, size: Size) -> Tensor:
    """(N, C, h, w) in another size, bicubically; antialiased where that is smaller."""
    if x.shape[-2:] == size:
        return x
    smaller = size[0] < x.shape[-2] or size[1] < x.shape[-1]
    return F.interpolate(x, size, mode="bicubic", align_corners=False, antialias=smaller)


def grown(x: Tensor, first: Tensor, size: Size) -> Tensor:
    """Pictures (N, C, h, w) in another size, with what of `first`, the start, was too fine for its old one.

    So a picture that begins small ends with the detail that it had before (Mordvintsev et al. 2015, the octaves of
    the published notebook).
    """
    if x.shape[-2:] == size:
        return x
    had = resized(resized(first, (x.shape[-2], x.shape[-1])), size)
    return resized(x, size) + resized(first, size) - had


def seen(pictures: Tensor, size: Size) -> Tensor:
    """What of a canvas the network sees: the middle of a larger one, all of a smaller one, enlarged."""
    height, width = pictures.shape[-2:]
    if height < size[0] or width < size[1]:
        return F.interpolate(pictures, size, mode="bilinear", align_corners=False)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return pictures[..., top : top + size[0], left : left + size[1]]


def whole(pictures: Tensor, size: Size) -> Tensor:
    """All of a canvas in the size of what the network sees, in 0..1."""
    return pictures if pictures.shape[-2:] == size else resized(pictures, size).clamp(0, 1)
