"""A Caffe network in the programs themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.models.caffe.written import SMALL, files, small_weights

NET = (
    "caffe:deploy.prototxt:net.caffemodel"  # relative: paths are those of the folder that the command runs in
)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words, "--device", "cpu"]
    path = {"PYTHONPATH": str(ROOT), "DEEPVIS_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_window_and_the_jobs_take_a_caffe_network(tmp_path: Path) -> None:
    files(tmp_path, SMALL, small_weights())
    (tmp_path / "names.txt").write_text("ant\nbee\ncat\ndog\nelk\n")
    options = ("--model", NET, "--mean", "100", "--labels", "names.txt")
    seen = run(tmp_path, "deepvis_app", *options, "--screenshot", "a.png", "--json", "--layer", "conv2")
    assert seen.returncode == 0, seen.stderr
    told = json.loads(seen.stdout)
    assert (told["title"], told["layer"], told["weights"]) == ("net", "conv2", "net.caffemodel")
    assert "ant" in seen.stdout
    assert (tmp_path / "a.png").stat().st_size > 10_000
    words = ("--layers", "conv2", "--units", "1", "--seeds", "1", "--steps", "5", "--precision", "float32")
    made = run(tmp_path, "precompute", "am", *options, *words)
    assert made.returncode == 0, made.stderr
    assert "1 units made" in made.stdout + made.stderr


@pytest.mark.slow
def test_a_wrong_file_ends_the_program_with_one_sentence(tmp_path: Path) -> None:
    _, weights = files(tmp_path, SMALL, small_weights())
    weights.write_bytes(weights.read_bytes()[:999])
    for words in (("deepvis_app", "--screenshot", "a.png"), ("precompute", "am", "--layers", "conv1")):
        ended = run(tmp_path, words[0], *words[1:], "--model", NET)
        assert ended.returncode != 0
        assert ended.stderr.count("\n") == 1
        assert "net.caffemodel is damaged or not a caffemodel" in ended.stderr
