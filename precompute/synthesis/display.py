"""From what was optimised to the 8-bit picture that is stored and shown, and the value that this one reaches."""

from __future__ import annotations

import torch
from torch import Tensor

from deepvis_app.messages import U8
from deepvis_app.models import LoadedModel
from precompute.synthesis.part import Part
from precompute.synthesis.percentile import within

_SHARE = 99.5  # percent of the deviations that lie inside the stretched range; single pixels must not set it
_ROOM = 0.45


def stretched(pictures: Tensor, mean: Tensor) -> Tensor:
    """Pictures (N, 3, h, w) in 0..1 whose contrast about the mean colour (3, 1, 1) is raised to fill the range.

    Never lowered. An optimised picture may be a few grey levels strong only (activation-maximisation.md 5).
    """
    deviations = pictures - mean
    strength = within(deviations.abs(), _SHARE).clamp(min=1e-6)
    factor = (_ROOM / strength).clamp(min=1).view(-1, 1, 1, 1)
    return (mean + deviations * factor).clamp(0, 1)


def as_bytes(pictures: Tensor) -> Tensor:
    """0..1 -> 0..255, uint8."""
    return (pictures * 255).round().clamp(0, 255).to(torch.uint8)


def as_rgb(picture: Tensor) -> U8:
    """(3, h, w) uint8 -> (h, w, 3) on the host."""
    return picture.permute(1, 2, 0).contiguous().cpu().numpy()


@torch.no_grad()
def reached(
    model: LoadedModel, part: Part, pixels: Tensor, units: Tensor, whole_map: bool = False
) -> tuple[Tensor, Tensor]:
    """The units' values (N,) at pictures (N, 3, h, w) of the canvas in 0..255, and how many others are stronger.

    At the centre position, or with `whole_map` the largest value of each unit's map.
    """
    values = _of_all(part.run(model.preprocess.normalise(pixels)).float(), whole_map)
    own = values.gather(1, units[:, None])
    return own[:, 0], (values > own).sum(1)


def values_of(maps: Tensor, units: Tensor, whole_map: bool = False) -> Tensor:
    """The units' values (N,) in maps (N, units, h, w), as `reached` reads them."""
    return _of_all(maps, whole_map).gather(1, units[:, None])[:, 0]


def _of_all(maps: Tensor, whole_map: bool) -> Tensor:
    return maps.amax((2, 3)) if whole_map else maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]
