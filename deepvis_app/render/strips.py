"""Several pictures in one file, side by side."""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import U8, frozen
from deepvis_app.render.pictures import PictureError, decode_picture


def pictures_in(data: bytes, count: int) -> tuple[U8, ...]:
    """The `count` pictures of equal width, RGB (H, W, 3), read-only, that a picture file shows side by side.

    Raises ValueError: no picture, or not as many columns as `count` pictures of equal width have.
    """
    try:
        strip = decode_picture(data, "The strip")
    except PictureError as error:
        raise ValueError(str(error)) from error
    if count < 1 or strip.shape[1] % count:
        raise ValueError(f"{strip.shape[1]} columns cannot be shared out among {count} pictures")
    return tuple(frozen(np.ascontiguousarray(part)) for part in np.split(strip, count, axis=1))
