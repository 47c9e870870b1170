"""`deepvis --screenshot` as a process of its own: no display, wrong names, JSON."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageGrab

from deepvis_app.arguments import parse
from deepvis_app.cli import main
from deepvis_app.messages import ModelChoice
from deepvis_app.starting import starting
from tests.conftest import ROOT

# The program, run in this process, takes the application that there is; its own would end with it, and the next
# test's, the second one of the process, crashes sooner or later.
pytestmark = pytest.mark.usefixtures("qapp")


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
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--screenshot", str(tmp_path / "out.png"), *words]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.strip().count("\n") == 0
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "words", [["--size", "12by9"], ["--frames", "0"], ["--screenshot", "a.jpg"], ["--unit", "x"], ["a", "b"]]
)
def test_words_that_make_no_sense_are_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_window_without_a_display_says_what_to_do() -> None:
    done = deepvis()
    assert done.returncode == (1 if sys.platform.startswith("linux") else 0)
    assert "--screenshot" in done.stderr


def test_a_folder_that_cannot_be_written_is_status_1(cat: Path) -> None:
    done = deepvis("--screenshot", "/nowhere/out.png", "--source", str(cat))
    assert done.returncode == 1
    assert "/nowhere/out.png" in done.stderr


@pytest.fixture
def x_server() -> Iterator[str]:
    """A virtual screen of its own; its display name."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is missing (Debian: apt install xvfb)")
    # -noreset: or the server starts anew when the first photograph's client has gone, under the program's feet.
    words = ["Xvfb", "-noreset", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


def test_the_program_opens_on_a_real_x_server_is_photographed_and_quits(x_server: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"} | {"DISPLAY": x_server}
    words = [sys.executable, "-X", "faulthandler", "-m", "deepvis_app", "samples", "--device", "cpu"]
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as program:
        ends = time.monotonic() + 90
        while len(set(ImageGrab.grab(xdisplay=x_server).convert("L").tobytes())) < 100:
            assert program.poll() is None, program.communicate()[1]
            assert time.monotonic() < ends, "the window stayed empty"
            time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 0


def test_files_named_on_the_command_line_are_found_again_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start = starting(parse(["samples", "--model", "file:net.py:small", "--weights", "w.pth"])).start
    assert start.model.name == f"file:{tmp_path / 'net.py:small'}"
    assert start.model.weights == str(tmp_path / "w.pth")
    assert starting(parse(["samples"])).start.model == ModelChoice("caffenet64")


def test_json_has_null_where_a_value_is_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = tmp_path / "nan.py"
    net.write_text(
        "import torch\nfrom torch import nn\n\ndef model():\n"
        "    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(2 * 36, 2))\n"
        "    nn.init.constant_(net[0].bias, float('nan'))\n    return net\n\n"
        "preprocess = {'input_size': (8, 8)}\n"
    )
    assert main(["samples", "--model", f"file:{net}", "--json", "--device", "cpu"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told["value"] is None
    assert told["top5"] == []
