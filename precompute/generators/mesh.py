"""Whether a mesh lies over pictures: upsampling and strides leave patterns that repeat every 2, 4 or 8 pixels."""

from __future__ import annotations

import torch

PERIODS = (2, 4, 8)  # pixels
_REACH = 2  # frequencies on each side that tell what to expect


class Mesh:
    """Gathers the power spectrum of pictures, batch by batch; all of one size that 8 divides."""

    def __init__(self) -> None:
        self._power: torch.Tensor | None = None

    def add(self, pictures: torch.Tensor) -> None:
        """Pictures (N, C, S, S)."""
        power: torch.Tensor = torch.fft.fft2(pictures.float().mean(1)).abs().square().sum(0).cpu()
        self._power = power if self._power is None else self._power + power

    def strength(self) -> float:
        """The largest power of a pattern with one of the PERIODS (upright, lying or both), over the median of the
        frequencies about it: about 1 without a mesh, somewhat more for photographs, whose borders are seen as edges.
        """
        if self._power is None:
            raise ValueError("There are no pictures of which to tell the mesh.")
        size = self._power.shape[-1]
        steps = [size // period for period in PERIODS if size % period == 0]
        return max(self._peak(row, column) for k in steps for row, column in ((k, 0), (0, k), (k, k)))

    def _peak(self, row: int, column: int) -> float:
        assert self._power is not None
        near = range(-_REACH, _REACH + 1)
        about = [self._at(row + i, column + j) for i in near for j in near if (i, j) != (0, 0)]
        return float(self._at(row, column) / torch.stack(about).median().clamp_min(1e-20))

    def _at(self, row: int, column: int) -> torch.Tensor:
        assert self._power is not None
        return self._power[row % self._power.shape[-2], column % self._power.shape[-1]]
