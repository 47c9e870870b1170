"""Cameras and streams: what can be told without a camera, and a real MJPEG stream on loopback."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.camera import Camera, list_cameras, why_closed
from deepvis_app.live.sources.device import to_rgb
from deepvis_app.live.sources.stream import Stream, without_password
from tests.live.helpers import MjpegServer


def read_on(stream: Stream) -> None:
    """Read what had been sent already, until nothing more comes."""
    for _ in range(1000):
        stream.read()


def test_a_stream_gives_its_pictures(server: MjpegServer) -> None:
    stream = Stream(server.url)
    stream.open()
    for _ in range(3):
        reading = stream.read()
        np.testing.assert_allclose(reading.rgb[20, 20], (255, 0, 0), atol=4)
    assert reading.rgb.shape == (48, 64, 3)
    stream.close()
    with pytest.raises(SourceError, match="is not open"):
        stream.read()


def test_a_cut_stream_says_so_without_the_password(server: MjpegServer) -> None:
    stream = Stream(server.url)
    stream.open()
    stream.read()
    server.up.clear()
    with pytest.raises(SourceError, match="gives no pictures") as caught:
        read_on(stream)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    stream.close()
    with pytest.raises(SourceError, match="No stream comes from http://127"):
        stream.open()


def test_a_silent_stream_is_given_up_within_a_second(server: MjpegServer) -> None:
    stream = Stream(server.url)
    stream.open()
    stream.read()
    server.silent.set()
    start = perf_counter()
    with pytest.raises(SourceError):
        read_on(stream)
    assert 0.5 < perf_counter() - start < 1.5
    stream.close()


def test_an_address_that_accepts_but_never_answers_does_not_hang(
    server: MjpegServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepvis_app.live.sources.stream.OPEN_SECONDS", 0.4)
    server.silent.set()
    start = perf_counter()
    with pytest.raises(SourceError, match="No stream"):
        Stream(server.url).open()
    assert perf_counter() - start < 2


def test_only_network_addresses_are_streams() -> None:
    for address in ("concat:/etc/passwd", "file:///etc/passwd", "words", "ftp://a/b"):
        with pytest.raises(SourceError, match="address starts with"):
            Stream(address).open()


def test_passwords_are_not_shown() -> None:
    assert without_password("rtsp://me:pass@cam:554/a?b=1") == "rtsp://cam:554/a?b=1"
    assert without_password("http://cam/a") == "http://cam/a"
    assert "pass" not in without_password("http://me:pass@[broken/a")


def test_a_missing_camera_is_a_sentence() -> None:
    camera = Camera(99)
    with pytest.raises(SourceError, match=r"amera 99.*\.$"):
        camera.open()
    camera.close()
    camera.close()


def test_the_sentence_tells_missing_forbidden_and_busy_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There is no camera 3" in why_closed(3, tmp_path, "linux")
    (tmp_path / "video3").touch()
    assert "another program" in why_closed(3, tmp_path, "linux")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "may not be used by this user" in why_closed(3, tmp_path, "linux")
    assert "System Settings" in why_closed(3, tmp_path, "darwin")
    assert "close the program" in why_closed(3, tmp_path, "win32")


def test_cameras_are_listed_with_names_and_without_metadata_nodes(tmp_path: Path) -> None:
    for number, index, name in ((10, "0", "Desk camera"), (2, "0", ""), (3, "1", "Desk camera")):
        device = tmp_path / f"video{number}"
        device.mkdir()
        (device / "index").write_text(index + "\n")
        (device / "name").write_text(name + "\n")
    found = [(camera.index, camera.name) for camera in list_cameras(tmp_path, "linux")]
    assert found == [(2, "Camera 2"), (10, "Desk camera")]
    assert list_cameras(tmp_path / "none", "linux") == []
    assert [camera.index for camera in list_cameras(platform="win32")] == [0, 1]


def test_frames_of_every_known_layout_become_rgb() -> None:
    bgra = np.zeros((2, 3, 4), np.uint8)
    bgra[..., 2] = 250
    for pixels, expected in (
        (bgra, (250, 0, 0)),
        (bgra[..., :3], (250, 0, 0)),
        (bgra[..., 2], (250, 250, 250)),
        (bgra[..., 2:3], (250, 250, 250)),
    ):
        rgb = to_rgb(pixels, "camera 0")
        np.testing.assert_array_equal(rgb[1, 1], expected)
        assert rgb.flags.c_contiguous
    for odd in (bgra.astype(np.uint16), bgra[..., :2]):
        with pytest.raises(SourceError, match="camera 0 gives pictures of"):
            to_rgb(odd, "camera 0")
