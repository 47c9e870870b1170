"""What a batch of pictures climbs and by which means, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from deepvis_app.models.preprocess import Preprocess
from precompute.synthesis import canvas
from precompute.synthesis.aim import Keeper
from precompute.synthesis.code_recipe import GAMMA
from precompute.synthesis.diversity import Diversity
from precompute.synthesis.image import Image
from precompute.synthesis.objectives import Objective
from precompute.synthesis.part import Part
from precompute.synthesis.presets import Preset


@dataclass(frozen=True)
class Climb:
    """What the pictures of one batch climb: the network's part, the objective, and how.

    `gamma` and `scales` (unit -> its largest known value) are for pictures of two units: see `Aim`.
    """

    part: Part
    preprocess: Preprocess
    image: Image
    objective: Objective
    preset: Preset
    minimise: bool = False
    half: bool = False  # bfloat16 where that is faster, but for the last steps
    gamma: float = GAMMA
    scales: Mapping[int, float] = field(default_factory=dict)
    diversity: Diversity | None = None
    keeper: Keeper | None = None  # in each task's facets, by what is climbed beside the value

    def painted(self, codes: Tensor, *, half: bool = False) -> tuple[Tensor, Tensor | None]:
        """The codes' pictures (N, 3, h, w) of the canvas, and the whole ones of which they are cut, if any are."""
        whole = self.image.whole(codes, half=half)
        if whole is None:
            return canvas.whole(self.image.pictures(codes, half=half), self.part.size), None
        top, left, bottom, right = self.part.canvas
        return whole[..., top:bottom, left:right], whole


@dataclass(frozen=True)
class Ascended:
    """What came out, a row for each task: codes (N, ...), and the objective's value (N,) at just these pictures.

    `trace` (steps, N) are the values on the way, of the pictures as the network saw them. `rescued` are those
    whose gradient was zero at first and was not later; `failed` those for which it stayed zero, or that became
    NaN, and `reasons` says which.
    """

    codes: Tensor
    values: Tensor
    trace: Tensor
    rescued: tuple[bool, ...]
    reasons: tuple[str, ...]  # "" for a picture that came out
