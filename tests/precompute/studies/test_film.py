"""The film is read back by OpenCV, the animation by Pillow."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.live.cv import VideoCapture, cv2
from deepvis_app.messages import U8
from precompute.studies.film import animated, film


def frames(count: int = 3, size: tuple[int, int] = (37, 50)) -> list[U8]:
    """Of different colours, with a bright corner."""
    made = []
    for k in range(count):
        frame = np.zeros((*size, 3), np.uint8)
        frame[:] = (40 + 60 * k, 100, 200 - 60 * k)
        frame[:12, :16] = 255
        made.append(frame)
    return made


@pytest.mark.parametrize("size", [(37, 50), (64, 63)])
def test_a_film_shows_every_frame_at_its_rate(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes(film(frames(size=size), 4))
    video = VideoCapture(str(path))
    try:
        assert video.get(cv2.CAP_PROP_FPS) == 4
        assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == 3
        for frame in frames(size=size):
            there, bgr = video.read()
            assert there
            assert bgr.shape == frame.shape
            assert np.abs(bgr[..., ::-1].astype(int) - frame).mean() < 4
        assert not video.read()[0]
    finally:
        video.release()


def test_the_lengths_in_a_film_add_up() -> None:
    content = film(frames(), 4)
    assert content[:4] == b"RIFF"
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    start = content.index(b"movi")
    index = content.index(b"idx1") + 8
    for k in range(3):
        place = int.from_bytes(content[index + 16 * k + 8 :][:4], "little")
        length = int.from_bytes(content[index + 16 * k + 12 :][:4], "little")
        assert content[start + place :][:4] == b"00dc"
        jpeg = content[start + place + 8 :][:length]
        assert Image.open(io.BytesIO(jpeg)).size == (50, 37)


def test_an_animation_has_every_frame_and_goes_on_for_ever() -> None:
    with Image.open(io.BytesIO(animated(frames(), 4))) as moving:
        assert getattr(moving, "n_frames", 1) == 3
        assert moving.info["loop"] == 0
        for k, frame in enumerate(frames()):
            moving.seek(k)
            assert np.abs(np.asarray(moving.convert("RGB")).astype(int) - frame).mean() < 6
            assert moving.info["duration"] == 250
