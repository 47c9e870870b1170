"""Frames -> files that move: an AVI whose frames are JPEG pictures, and an animated WebP for web pages."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image

from deepvis_app.messages import U8

_QUALITY = 92
_HAS_INDEX = 0x10
_KEY_FRAME = 0x10


def animated(frames: Sequence[U8], rate: int) -> bytes:
    """An endless animated WebP of frames (H, W, 3) of one size, `rate` of them a second."""
    first, *others = (Image.fromarray(frame) for frame in frames)
    with io.BytesIO() as file:
        first.save(
            file,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=round(1000 / rate),
            loop=0,
            quality=_QUALITY,
        )
        return file.getvalue()


def film(frames: Sequence[U8], rate: int) -> bytes:
    """A Motion-JPEG AVI, which every player reads, of frames (H, W, 3) of one size, `rate` of them a second.

    RIFF as in Microsoft's "AVI RIFF File Reference": a header list, the frames, and an index of them.
    """
    height, width = frames[0].shape[:2]
    pictures = [_jpeg(frame) for frame in frames]
    chunks = [_chunk(b"00dc", picture) for picture in pictures]
    largest = max(map(len, pictures))
    index, place = b"", 4  # counted from the word "movi"
    for picture, chunk in zip(pictures, chunks, strict=True):
        index += struct.pack("<4sIII", b"00dc", _KEY_FRAME, place, len(picture))
        place += len(chunk)
    main = struct.pack(
        "<14I",
        1_000_000 // rate,
        largest * rate,
        0,
        _HAS_INDEX,
        len(frames),
        0,
        1,
        largest,
        width,
        height,
        0,
        0,
        0,
        0,
    )
    stream = struct.pack(
        "<4s4sIHHIIIIIIII4H",
        *(b"vids", b"MJPG", 0, 0, 0, 0, 1, rate, 0, len(frames), largest, 0xFFFFFFFF, 0, 0, 0, width, height),
    )
    colours = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    header = _list(
        b"hdrl", _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", colours))
    )
    body = b"AVI " + header + _list(b"movi", b"".join(chunks)) + _chunk(b"idx1", index)
    return _chunk(b"RIFF", body)


def _jpeg(frame: U8) -> bytes:
    with io.BytesIO() as file:
        Image.fromarray(frame).save(file, "JPEG", quality=_QUALITY, subsampling=0)
        return file.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    """Name, length, content, and a byte that makes the length even."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
