"""What is optimised. Pixels now; whatever can be started, painted and bounded may stand here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from deepvis_app.messages import U8, Box
from deepvis_app.models.preprocess import Preprocess

_GREY = 0.5
_DARK, _BRIGHT = (
    0.1,
    0.9,
)  # a mean colour beyond these is a convention of the network, not a colour to start from


class Image(Protocol):
    """A parametrisation: codes (N, ...) that become pictures (N, 3, h, w) in 0..1, differentiably."""

    def start(self, normal: Callable[..., Tensor]) -> Tensor: ...

    def pictures(self, codes: Tensor) -> Tensor: ...

    def bounded(self, codes: Tensor) -> Tensor: ...


class Pixels:
    """Codes are deviations from the mean colour, (N, 3, h, w), or (N, 1, h, w) for a network of one channel.

    `size` is the whole input's, `canvas` the part that is painted. `noise` is the standard deviation of the start
    in 0..1; `first`, RGB (*size, 3), starts there instead of at the mean colour.
    """

    def __init__(
        self,
        preprocess: Preprocess,
        canvas: Box,
        device: torch.device,
        noise: float = 0.0,
        first: U8 | None = None,
    ) -> None:
        self._size, self._canvas, self._device, self._noise = preprocess.input_size, canvas, device, noise
        self._channels = preprocess.channels
        self.mean = mean_colour(preprocess).to(device)
        self._first = torch.zeros(self._channels, 1, 1, device=device)
        if first is not None:
            deviations = torch.from_numpy(first.copy()).permute(2, 0, 1).to(device) / 255 - self.mean
            self._first = deviations if self._channels == 3 else deviations.mean(0, keepdim=True)

    def start(self, normal: Callable[..., Tensor]) -> Tensor:
        """`normal(C, H, W)` gives (N, C, H, W) numbers of each picture's own generator.

        They are drawn for the whole input and cut to the canvas, so a picture does not depend on the cut.
        """
        noise = normal(self._channels, *self._size).to(self._device) * self._noise
        top, left, bottom, right = self._canvas
        return (noise + self._first)[:, :, top:bottom, left:right].contiguous()

    def pictures(self, codes: Tensor) -> Tensor:
        return codes + self.mean

    def bounded(self, codes: Tensor) -> Tensor:
        """Such that the pictures are in 0..1."""
        mean = self.mean[: self._channels]
        return torch.maximum(torch.minimum(codes, 1 - mean), -mean)


def mean_colour(preprocess: Preprocess) -> Tensor:
    """The colour (3, 1, 1) in 0..1 that the network sees as zero; grey where that is nearly black or white."""
    mean = torch.tensor(preprocess.mean) / preprocess.value_range
    mean = mean.flip(0) if preprocess.colour_order == "bgr" else mean.expand(3)
    usable = bool(((mean > _DARK) & (mean < _BRIGHT)).all())
    return (mean if usable else torch.full((3,), _GREY)).view(3, 1, 1).clone()
