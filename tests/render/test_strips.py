from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.jobs.png import png_of
from deepvis_app.render.strips import pictures_in


def test_a_strip_is_cut_into_its_pictures() -> None:
    parts = [np.full((3, 5, 3), 40 * k, np.uint8) for k in range(4)]
    found = pictures_in(png_of(np.concatenate(parts, axis=1)), 4)
    assert all(np.array_equal(one, part) for one, part in zip(found, parts, strict=True))
    assert not any(one.flags.writeable for one in found)


@pytest.mark.parametrize("count", [0, 3])
def test_a_strip_that_cannot_be_shared_out_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="20 columns cannot be shared out"):
        pictures_in(png_of(np.zeros((3, 20, 3), np.uint8)), count)


def test_what_is_no_picture_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        pictures_in(b"no picture at all", 1)
