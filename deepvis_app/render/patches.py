"""Patches: the part of a picture that a unit saw."""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import U8, Box, frozen

OUTSIDE = 128  # grey, like the zeros that a network pads with


def cut(picture: U8, box: Box) -> U8:
    """The box of an (H, W, 3) picture, read-only; grey where it reaches outside.

    A box inside is a view: it holds on to the picture.
    """
    top, left, bottom, right = box
    height, width = picture.shape[:2]
    if top >= 0 and left >= 0 and bottom <= height and right <= width:
        return frozen(picture[top:bottom, left:right])
    patch = np.full((bottom - top, right - left, 3), OUTSIDE, np.uint8)
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(bottom, height), min(right, width)
    if y0 < y1 and x0 < x1:
        patch[y0 - top : y1 - top, x0 - left : x1 - left] = picture[y0:y1, x0:x1]
    return frozen(patch)


def in_frame(box: Box, input_size: tuple[int, int], input_box: Box, frame_size: tuple[int, int]) -> Box:
    """A box of the network input in whole pixels of the frame, inside it; `input_box` is what the input shows."""
    down = (input_box[2] - input_box[0]) / input_size[0]
    across = (input_box[3] - input_box[1]) / input_size[1]
    top, bottom = (min(max(round(input_box[0] + y * down), 0), frame_size[0]) for y in (box[0], box[2]))
    left, right = (min(max(round(input_box[1] + x * across), 0), frame_size[1]) for x in (box[1], box[3]))
    return top, left, bottom, right
