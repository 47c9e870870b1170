"""A sheet for the eye: real pictures above, what the generator makes of their codes below."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from deepvis_app.messages import U8
from deepvis_app.render.pictures import save_png
from precompute.generators.encoder import Encoder
from precompute.generators.topology import Generator

COLUMNS = 12
GAP = 2  # pixels, of a sheet that is not enlarged
WIDTH = 1800  # pixels that a sheet is enlarged to fill, by a whole factor


@torch.no_grad()
def write_sheet(path: Path, generator: Generator, encoder: Encoder, pictures: torch.Tensor) -> None:
    """`pictures` (N, 3, S, S) uint8, in rows of 12; raises OSError where the file cannot be written."""
    wanted = pictures.to(encoder.device).float() / 255
    painted = generator(encoder(wanted).code).clamp(0, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(path, sheet(_bytes(wanted), _bytes(painted)))


def sheet(real: U8, painted: U8) -> U8:
    """Two stacks (N, S, S, 3) -> one picture, rows of real and painted pictures in turn, pixels enlarged whole."""
    count, side = len(real), real.shape[1]
    columns = min(count, COLUMNS)
    rows = math.ceil(count / columns)
    step = side + GAP
    canvas = np.full((rows * (2 * step + GAP), columns * step, 3), 255, np.uint8)
    for index in range(count):
        row, column = divmod(index, columns)
        for offset, picture in ((0, real[index]), (step, painted[index])):
            top, left = row * (2 * step + GAP) + offset, column * step
            canvas[top : top + side, left : left + side] = picture
    enlarge = max(WIDTH // canvas.shape[1], 1)
    return canvas.repeat(enlarge, 0).repeat(enlarge, 1)


def _bytes(pictures: torch.Tensor) -> U8:
    values: U8 = (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return values
