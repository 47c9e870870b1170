from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from deepvis_app.atlas import images
from deepvis_app.messages import U8
from tests.atlas.makers import photo


def webp(rgb: U8, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "WEBP", **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["am", "top", "deconv", "a kind of the future"])
def test_a_picture_comes_back_nearly_as_it_was(kind: str) -> None:
    rgb = photo(3, 96, 64)
    back = images.decode(images.encode(rgb, kind))
    assert back.shape == rgb.shape
    assert not back.flags.writeable
    assert np.abs(back.astype(int) - rgb).mean() < 3


def test_a_small_picture_is_at_most_four_levels_off() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (11, 32, 3), np.uint8)
    rgb[:2] = [[[0]], [[255]]]
    back = images.decode(images.encode(rgb, "top"))
    assert np.abs(back.astype(int) - rgb).max() <= 4
    assert np.array_equal(back[:2], rgb[:2])  # black and white stay so


@pytest.mark.parametrize("kind", ["session", "painted"])
def test_what_a_person_keeps_comes_back_exactly(kind: str) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (11, 40, 3), np.uint8)
    assert np.array_equal(images.decode(images.encode(rgb, kind)), rgb)


def test_a_large_picture_is_made_smaller_and_keeps_its_proportions() -> None:
    assert images.decode(images.encode(photo(0, 600, 1200), "top")).shape == (256, 512, 3)


def test_a_thumbnail_has_no_side_over_48_pixels() -> None:
    data = images.thumbnail(photo(0, 100, 200), "am", 200)
    assert images.decode(data).shape == (24, 48, 3)


def test_where_what_is_stored_is_small_there_is_no_thumbnail() -> None:
    assert images.thumbnail(photo(0, 20, 20), "am", 64) is None
    assert images.decode(images.thumbnail(photo(0, 20, 20), "am", 65)).shape == (20, 20, 3)


@pytest.mark.parametrize(
    ("size", "small"), [((11, 11), (11, 11)), ((64, 32), (48, 24)), ((64, 64), (48, 48))]
)
def test_a_picture_is_made_as_small_as_a_thumbnail(size: tuple[int, int], small: tuple[int, int]) -> None:
    rgb = photo(0, *size)
    found = images.shrunk(rgb)
    assert found.shape == (*small, 3)
    assert abs(float(found.mean()) - float(rgb.mean())) < 2


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 500), (33, 40), (512, 3)])
def test_the_size_is_read_from_the_header(height: int, width: int, lossless: bool) -> None:
    assert images.declared_size(webp(photo(0, height, width), lossless=lossless)) == (height, width)


@pytest.mark.parametrize("lossless", [True, False])
def test_a_picture_that_declares_too_many_pixels_is_not_decoded(
    lossless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = webp(photo(0, 40, 600), lossless=lossless)
    monkeypatch.setattr(Image, "open", None)  # whoever decodes it fails
    with pytest.raises(images.DamagedPictureError, match="600 x 40"):
        images.decode(data)


def test_an_animation_is_refused_before_pillow_allocates_its_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = struct.pack("<I", 16383)[:3] * 2  # what an extended header declares
    header = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas
    data = b"RIFF" + struct.pack("<I", len(header) + 4) + b"WEBP" + header
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(images.DamagedPictureError, match="not a WebP"):
        images.decode(data)


@pytest.mark.parametrize("data", [b"", b"x" * 100, None, 12, "RIFF", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_not_a_picture_is_refused(data: object) -> None:
    with pytest.raises(images.DamagedPictureError):
        images.decode(data)


@pytest.mark.parametrize("lossless", [True, False])
def test_damaged_bytes_give_a_picture_or_the_one_error(lossless: bool) -> None:
    good = webp(photo(1), lossless=lossless)
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        data = bytearray(good[: rng.integers(1, len(good) + 1)])
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        try:
            assert images.decode(bytes(data)).dtype == np.uint8
        except images.DamagedPictureError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_only_rgb_is_taken(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="H, W, 3"):
        images.encode(np.zeros(shape, np.uint8), "am")
