"""What a layer makes of a picture: the one that a goal is of, or one that was painted."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from precompute.options import Target
from precompute.synthesis.goals.base import Aimed, DreamError

if TYPE_CHECKING:
    from torch import Tensor

    from deepvis_app.messages import U8
    from precompute.synthesis.objectives import Objective
    from precompute.synthesis.part import Parts


def aim_of_picture(
    options: argparse.Namespace, job: Target, objective: Callable[[Tensor], Objective]
) -> Aimed:
    """The objective of the maps that --layers has of FILE. Raises DreamError and PictureError."""
    from deepvis_app.render.pictures import read_picture
    from precompute.synthesis.part import Parts

    pixels, parts = job.model.preprocess.pixels(read_picture(options.picture)), Parts(job.model)
    of = sha256(pixels.tobytes()).hexdigest()[:16]
    return Aimed(objective(maps_of(pixels, job, parts)), {"of": of}, parts=parts)


def maps_of(pixels: U8, job: Target, parts: Parts) -> Tensor:
    """As `maps_seen`, of a picture that something is to respond to. Raises DreamError."""
    maps = maps_seen(pixels, job, parts)
    if float(maps.abs().amax()) == 0:
        raise DreamError(
            f"Nothing in {job.layers[0].alias} responds to this picture: choose another layer or picture."
        )
    return maps


def maps_seen(pixels: U8, job: Target, parts: Parts) -> Tensor:
    """What the picture (*size, 3) does to the layer: (1, units, h, w), without gradients."""
    import torch

    with torch.no_grad():
        run = parts.of(job.layers[0], whole_map=True).run
        return run(job.model.preprocess.tensor(pixels, job.model.device)).float()
