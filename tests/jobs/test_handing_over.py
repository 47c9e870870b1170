"""What is handed to a painting child: frames as files, and words through a pipe that may be full."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from deepvis_app.jobs.png import png_of
from tests.jobs.painters import order, painter, until


def test_a_frame_is_handed_over_as_a_file_that_goes_with_the_painter(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    with painter(tmp_path, "good") as made:
        made.paint(order())
        made.start_from(rgb)  # before there is a process
        look = until(made, lambda look: look.state == "resting" and bool(look.note))
        assert look.note == f"from {len(png_of(rgb))} bytes"
        assert look.pictures[0].rgb[0, 0].tolist() == [50, 1, 0]
        folder = made._folder
        assert folder is not None
        assert folder.is_dir()
    assert not folder.exists()


def test_of_the_frames_handed_over_only_the_newest_is_kept(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        for side in (4, 6, 8):
            rgb = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
            made.start_from(rgb)
            said = f"from {len(png_of(rgb))} bytes"
            until(made, lambda look, said=said: look.note == said)  # type: ignore[misc]
            assert made._folder is not None
            (kept,) = made._folder.iterdir()
            assert kept.read_bytes() == png_of(rgb)


def test_words_that_do_not_go_into_the_pipe_are_said_later_and_whole(tmp_path: Path) -> None:
    with painter(tmp_path, "late") as made:
        made.paint(order())
        end = time.monotonic() + 20
        while made._child is None or made._child._process is None:
            assert time.monotonic() < end
            time.sleep(0.005)
        for _ in range(20_000):  # more than a pipe holds
            made.say("poke")
        made.say("again")
        (tmp_path / "listen").touch()
        assert until(made, lambda look: bool(look.note)).note == "20000 of 20001"
