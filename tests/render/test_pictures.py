from __future__ import annotations

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepvis_app.messages import U8
from deepvis_app.render.pictures import (
    KINDS,
    PICTURE_ENDINGS,
    PictureError,
    decode_picture,
    read_picture,
    save_png,
)

RAMP = np.arange(12 * 20 * 3, dtype=np.uint8).reshape(12, 20, 3)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 9) + b"IDAT"


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_lossless_kinds_give_the_same_pixels(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    rgb = decode_picture(encoded(Image.fromarray(RAMP), kind, **options), "a")
    np.testing.assert_array_equal(rgb, RAMP)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert not rgb.flags.writeable


def test_grey_and_black_and_white_become_rgb() -> None:
    grey = RAMP[..., 0]
    np.testing.assert_array_equal(
        decode_picture(encoded(Image.fromarray(grey)), "a"), np.repeat(grey[..., None], 3, 2)
    )
    two = decode_picture(encoded(Image.fromarray(grey).convert("1")), "a")
    assert set(np.unique(two)) == {0, 255}


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_divided_by_257_not_stretched(kind: str) -> None:
    wide = np.array([[0, 257, 100 * 257, 128], [65535, 129, 300, 40000]], np.uint16)
    rgb = decode_picture(encoded(Image.fromarray(wide), kind), "a")
    np.testing.assert_array_equal(rgb[..., 0], np.rint(wide / 257))
    assert (rgb == rgb[..., :1]).all()


def test_float_pictures_are_zero_to_one_or_zero_to_255() -> None:
    unit = np.array([[0, 0.5, 1.0]], np.float32)
    np.testing.assert_array_equal(
        decode_picture(encoded(Image.fromarray(unit), "TIFF"), "a")[0, :, 0], [0, 128, 255]
    )
    byte = np.array([[0, 100, 255.0]], np.float32)
    np.testing.assert_array_equal(
        decode_picture(encoded(Image.fromarray(byte), "TIFF"), "a")[0, :, 0], [0, 100, 255]
    )
    for odd in ([[0.0, 300.0]], [[-1.0, 1.0]], [[np.nan, 1.0]]):
        with pytest.raises(PictureError, match=r"a\.tif has values outside"):
            decode_picture(encoded(Image.fromarray(np.array(odd, np.float32)), "TIFF"), "a.tif")


def test_cmyk_jpeg_has_its_colours() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    np.testing.assert_allclose(decode_picture(encoded(red, "JPEG"), "a")[8, 8], (255, 0, 0), atol=6)


def test_palette_gives_its_colours() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    np.testing.assert_array_equal(decode_picture(encoded(image), "a")[0, 0], (10, 200, 30))


def test_alpha_is_laid_on_white() -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 3] = (0, 255, 51)
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(rgba)), "a")[0, :, 0], (255, 0, 204))
    grey = Image.new("LA", (1, 1), (0, 0))
    np.testing.assert_array_equal(decode_picture(encoded(grey), "a")[0, 0], (255, 255, 255))


def test_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (2, 1), 0)
    image.putpalette([0, 0, 0, 10, 200, 30])
    image.putpixel((1, 0), 1)
    rgb = decode_picture(encoded(image, transparency=0), "a")
    np.testing.assert_array_equal(rgb[0], [(255, 255, 255), (10, 200, 30)])


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_shown(kind: str) -> None:
    first, second = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))
    data = encoded(first, kind, save_all=True, append_images=[second])
    np.testing.assert_allclose(decode_picture(data, "a")[4, 4], (255, 0, 0), atol=3)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (2, RAMP[:, ::-1]),
        (3, RAMP[::-1, ::-1]),
        (6, np.rot90(RAMP, -1)),
        (8, np.rot90(RAMP, 1)),
    ],
)
def test_pictures_are_turned_as_exif_says(orientation: int, expected: U8) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(decode_picture(encoded(Image.fromarray(RAMP), exif=exif), "a"), expected)


def test_broken_files_are_one_sentence_with_the_name(tmp_path: Path) -> None:
    whole = encoded(Image.effect_noise((64, 64), 60), "JPEG")
    broken = {
        "empty.png": b"",
        "text.jpg": b"these are words",
        "cut.jpg": whole[: len(whole) // 2],
        "cut.png": encoded(Image.fromarray(RAMP))[:60],
        "script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PictureError) as caught:
            read_picture(tmp_path / name)
        sentence = str(caught.value)
        assert sentence.startswith(name)
        assert sentence.endswith(".")
        assert "\n" not in sentence
    with pytest.raises(PictureError, match=r"absent\.png does not exist"):
        read_picture(tmp_path / "absent.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_folders_and_pipes_are_refused_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "folder.png"):
        with pytest.raises(PictureError, match="is not a file"):
            read_picture(tmp_path / name)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("height", [5_001, 60_000])
def test_too_large_pictures_are_refused_before_they_are_decoded(
    height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(self: Image.Image) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with pytest.raises(PictureError, match=r"a\.png has .* up to 100 megapixels can be shown\."):
        decode_picture(png_header(20_000, height), "a.png")


@pytest.mark.filterwarnings("ignore")  # what Pillow says of damaged files is not ours
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "PPM", "ICO", "JPEG2000"])
def test_no_damaged_byte_leads_to_anything_but_a_picture_or_a_sentence(kind: str) -> None:
    whole = encoded(Image.fromarray(RAMP), kind)
    chance = np.random.default_rng(5)
    for _ in range(60):
        data = np.frombuffer(whole, np.uint8).copy()
        places = chance.integers(0, len(data), 4)
        data[places] = chance.integers(0, 256, 4)
        with suppress(PictureError):
            assert decode_picture(data.tobytes(), "a").shape[2] == 3


def test_a_saved_picture_reads_back(tmp_path: Path) -> None:
    save_png(tmp_path / "new" / "a.png", RAMP)
    np.testing.assert_array_equal(read_picture(tmp_path / "new" / "a.png"), RAMP)
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.png"]
    buffer = io.BytesIO()
    save_png(buffer, RAMP)
    np.testing.assert_array_equal(decode_picture(buffer.getvalue(), "a"), RAMP)


def test_endings_belong_to_kinds_that_are_read() -> None:
    Image.init()
    assert {Image.EXTENSION[ending] for ending in PICTURE_ENDINGS if ending in Image.EXTENSION} <= set(KINDS)
