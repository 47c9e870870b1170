"""`deepvis --screenshot` as a process of its own: no display, wrong names, JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT


def deepvis(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program without a display."""
    clean = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "deepvis_app", *words],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    rgb = np.random.default_rng(1).integers(0, 255, (80, 100, 3), np.uint8)
    Image.fromarray(rgb).save(path)
    return path


def test_a_screenshot_and_its_numbers_come_without_a_display(cat: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    done = deepvis(
        *("--screenshot", str(out), "--source", str(cat), "--layer", "conv5", "--unit", "13"),
        *("--method", "deconv", "--size", "900x600", "--json", "--device", "cpu"),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["layer"], told["unit"], told["method"]) == ("conv5", 13, told["method"])
    assert told["relus_intercepted"] >= 4
    assert len(told["top5"]) == 5
    assert told["frame"] == {"name": "cat.png", "size": [80, 100]}
    with Image.open(out) as picture:
        assert picture.size == (900, 600)
        assert len(set(picture.convert("L").tobytes())) > 50


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--model", "caffenet46"], "caffenet64"),
        (["--layer", "conv9"], "the nearest are conv"),
        (["--layer", "conv5", "--unit", "192"], "its units are 0 to 191"),
        (["--method", "decomv"], "deconv"),
        (["--source", "docs/scrensho.png"], "screenshot.png"),
        (["--source", "/nowhere/dog.jpg"], "no folder /nowhere"),
    ],
)
def test_a_wrong_name_is_status_2_with_the_nearest_right_one(
    words: list[str], sentence: str, tmp_path: Path
) -> None:
    done = deepvis("--screenshot", str(tmp_path / "out.png"), *words)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "words", [["--size", "12by9"], ["--frames", "0"], ["--screenshot", "a.jpg"], ["--unit", "x"], ["a", "b"]]
)
def test_words_that_make_no_sense_are_status_2(words: list[str]) -> None:
    done = deepvis(*words)
    assert done.returncode == 2
    assert "error:" in done.stderr


def test_a_window_without_a_display_says_what_to_do() -> None:
    done = deepvis()
    assert done.returncode == (1 if sys.platform.startswith("linux") else 0)
    assert "--screenshot" in done.stderr


def test_a_folder_that_cannot_be_written_is_status_1(cat: Path) -> None:
    done = deepvis("--screenshot", "/nowhere/out.png", "--source", str(cat))
    assert done.returncode == 1
    assert "/nowhere/out.png" in done.stderr


def test_the_window_opens_on_a_real_x_server_takes_a_picture_and_quits(tmp_path: Path) -> None:
    if shutil.which("xvfb-run") is None:
        pytest.skip("xvfb-run is missing (Debian: apt install xvfb)")
    code = (
        "import sys; from PyQt6.QtCore import QTimer; from deepvis_app import app, starting\n"
        "from deepvis_app.arguments import parse\n"
        "start = starting.starting(parse(['samples', '--device', 'cpu'])).start\n"
        "qt = app.application(); program = app.build(start, remember=False); program.window.show()\n"
        "def look():\n"
        "    if program.session.view.fresh:\n"
        f"        program.window.screen().grabWindow(0).save({str(tmp_path / 'x.png')!r}); program.window.close()\n"
        "timer = QTimer(); timer.timeout.connect(look); timer.start(500); qt.exec()\n"
        "sys.exit(0 if program.stop() and qt.platformName() == 'xcb' else 1)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "x.png") as picture:
        assert len(set(picture.convert("L").tobytes())) > 50
