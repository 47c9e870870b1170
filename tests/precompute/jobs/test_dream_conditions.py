"""`dream` for maps, segments, sentences and videos, from the command line to the files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepvis_app.render.pictures import read_picture
from precompute.__main__ import main
from tests.precompute.conditions.files import captioner, video

SEGMENTER = """
import torch
from torch import nn
preprocess = {"input_size": 16}
labels = ["ground", "circle", "square"]
def model():
    net = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(3, 3, 1))
    with torch.no_grad():  # circles are red, squares are blue
        net[1].weight.copy_(torch.tensor([[0.0, 0, 0], [1, 0, -1], [-1, 0, 1]])[..., None, None])
        net[1].bias.zero_()
    return net
"""


def dream(out: Path, *words: str) -> int:
    try:
        return main(["dream", str(out), *words, "--device", "cpu", "--steps", "12"])
    except SystemExit as ended:  # argparse
        return int(ended.code or 0)


def told(out: Path, stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / f"{stem}.json").read_text())
    for picture in found["pictures"]:
        assert all((out / name).stat().st_size for name in picture["files"])
    return found


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """left.png, white on the left; segments.png, class 1 above class 2; colours.png, the same in red and blue."""
    left = np.zeros((20, 20), np.uint8)
    left[:, :10] = 255
    Image.fromarray(left).save(tmp_path / "left.png")
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "black.png")
    labels = np.array([[1] * 8] * 4 + [[2] * 8] * 4, np.uint8)
    Image.fromarray(labels).save(tmp_path / "segments.png")
    Image.fromarray(np.full((4, 4), 9, np.uint8)).save(tmp_path / "nine.png")
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "any.png")
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)
    Image.fromarray(colours[labels]).save(tmp_path / "colours.png")
    (tmp_path / "seg.py").write_text(SEGMENTER)
    return tmp_path


def test_a_units_map_is_drawn_toward(drawn: Path) -> None:
    words = ["--weights", "random", "--layers", "conv2", "--map", f"3:{drawn / 'left.png'}", "--seeds", "2"]
    assert dream(drawn / "out", "--goal", "map", "--level", "2.5", *words) == 0
    about = told(drawn / "out", "conv2-map")
    assert about["run"]["parameters"]["levels"] == {"3": 2.5}
    for one in about["pictures"]:
        assert one["value"] > one["trace"][0]
        assert one["correlation"]["3"] > 0.3
    assert (drawn / "out" / "conv2-map.png").is_file()


def test_a_map_without_a_level_takes_what_photographs_give(drawn: Path) -> None:
    words = f"--goal map --weights random --layers conv1 --map 3:{drawn / 'left.png'}".split()
    assert dream(drawn / "out", *words) == 0
    assert told(drawn / "out", "conv1-map")["run"]["parameters"]["levels"]["3"] > 0


@pytest.mark.parametrize("file", ["segments.png", "colours.png"])
def test_a_segmentation_is_what_the_network_then_sees(drawn: Path, file: str) -> None:
    words = ["--goal", "segmentation", "--model", f"file:{drawn / 'seg.py'}", "--segments", str(drawn / file)]
    legend = ["--legend", "#ff0000=circle,#0000ff=2"] if file == "colours.png" else []
    assert dream(drawn / "out", *words, *legend, "--even", "--preset", "none") == 0
    (one,) = told(drawn / "out", "conv-segmentation")["pictures"]
    assert one["value"] > one["trace"][0] + 0.1
    assert one["pixels right"] > 0.9
    assert 0.8 < one["mean IoU"] <= 1


def test_a_captioner_of_ones_own_is_made_to_speak(tmp_path: Path) -> None:
    words = ["--goal", "sentence", "--model", captioner(tmp_path), "--words", " red  square ", "--seeds", "2"]
    assert dream(tmp_path / "out", *words, "--preset", "none") == 0
    about = told(tmp_path / "out", "words-sentence")
    assert about["words"] == "red square"
    assert "renderings" not in about  # no caption of a scene
    for one in about["pictures"]:
        assert one["value"] > one["trace"][0] + 0.1
        assert one["log-probability"] == pytest.approx(one["value"], abs=1.5)
        assert isinstance(one["says"], str)


def test_a_video_network_of_ones_own_gets_films(tmp_path: Path) -> None:
    words = ["--goal", "video", "--model", video(tmp_path), "--units", "left", "--seeds", "2", "--batch", "1"]
    assert dream(tmp_path / "out", *words, "--preset", "none") == 0
    about = told(tmp_path / "out", "classes-video")
    assert about["class"] == "left"
    assert set(about["renderings"]) == {
        "p in order",
        "p shuffled",
        "p backwards",
        "p last frame",
    }
    for one in about["pictures"]:
        assert one["value"] > one["trace"][0]
        assert {Path(name).suffix for name in one["files"]} == {".avi", ".webp", ".png"}
        assert read_picture(tmp_path / "out" / f"classes-video-{one['seed']}.png").shape == (16, 64, 3)


def test_frames_and_class_numbers_may_be_ones_own(tmp_path: Path) -> None:
    words = ["--goal", "video", "--model", video(tmp_path), "--units", "1", "--frames", "2"]
    assert dream(tmp_path / "out", *words) == 0
    assert told(tmp_path / "out", "classes-video")["run"]["parameters"]["frames"] == 2


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ("--goal map --layers conv2", 2, "--goal map needs --map"),
        ("--goal map --layers conv2 --map left.png", 2, "not of the form UNIT:FILE.png"),
        ("--goal map --layers conv2 --map 9999:left.png", 2, "there is no unit 9999"),
        ("--goal map --layers conv2 --map 3:black.png", 2, "black.png is black everywhere"),
        ("--goal map --layers conv2 --map 3:none.png", 2, "none.png does not exist"),
        ("--goal map --layers conv2 --map 3:left.png --map 3:left.png", 2, "names unit 3 twice"),
        ("--goal map --layers fc7 --map 3:left.png", 2, "single values and no maps"),
        ("--layers conv2 --level 3", 2, "--level is for --goal map, not for --goal norm"),
        ("--layers conv2 --words red", 2, "--words is for --goal sentence"),
        ("--goal segmentation", 2, "--goal segmentation needs --segments"),
        ("--goal segmentation --segments segments.png", 2, "gives no maps of classes"),
        ("--goal segmentation --segments nine.png MODEL", 2, "nine.png has class 9, but"),
        ("--goal segmentation --segments any.png MODEL", 2, "wants no class anywhere"),
        ("--goal segmentation --segments colours.png MODEL", 2, "need a --legend"),
        (
            "--goal segmentation --segments colours.png --legend #f00=1 MODEL",
            2,
            "not of the form #RRGGBB=CLASS",
        ),
        ("--goal segmentation --segments colours.png --legend #ff0000=circel MODEL", 2, "nearest are circle"),
        ("--goal segmentation --segments colours.png --legend #ff0000=1 MODEL", 2, "the colour #0000ff"),
        ("--goal sentence --words red", 2, "train-stand-in captioner"),
        ("--goal sentence SPEAKS", 2, "--goal sentence needs --words"),
        (
            "--goal sentence --words cirkle SPEAKS",
            2,
            "does not know the word 'cirkle'; the nearest are circle",
        ),
        ("--goal sentence --words red --layers conv1 SPEAKS", 2, "leave --layers out"),
        ("--goal sentence --words red --weights random SPEAKS", 2, "leave --weights out"),
        ("--goal sentence --words red --diversity 1 SPEAKS", 2, "no layer has maps"),
        ("--goal sentence --words red MODEL", 2, "needs a list called vocabulary"),
        ("--goal sentence --words red --generator nothing SPEAKS", 2, "There is no generator nothing"),
        ("--goal sentence --words red --generator dgn64-fc6 --blur 2 SPEAKS", 2, "--blur is for pixels"),
        ("--goal sentence --words red --generator dgn64-fc6 --preset tv SPEAKS", 2, "tv is for pixels"),
        ("--goal sentence --words red --step 2 SPEAKS", 2, "--step is for codes"),
        ("--goal video --units left", 2, "train-stand-in activity"),
        ("--goal video WATCHES", 2, "--goal video needs --units"),
        ("--goal video --units lift WATCHES", 2, "has no class 'lift'; the nearest are left"),
        ("--goal video --units 2 WATCHES", 2, "classes 0 to 1; there is no class 2"),
        ("--goal video --units left MODEL", 2, "does not work as a video network"),
        ("--goal video --units left --frames 0 WATCHES", 2, "not a whole number above 0"),
    ],
)
def test_what_cannot_be_painted_is_one_sentence_and_nothing_is_written(
    drawn: Path, capsys: pytest.CaptureFixture[str], words: str, status: int, sentence: str
) -> None:
    words = re.sub(r"(\w+\.png)", lambda match: str(drawn / match[1]), words)
    if "left.png" in words and ":" not in words:
        words = words.replace(str(drawn / "left.png"), "left.png")
    for name, model in (
        ("MODEL", f"file:{drawn / 'seg.py'}"),
        ("SPEAKS", captioner(drawn)),
        ("WATCHES", video(drawn)),
    ):
        words = words.replace(name, f"--model {model}")
    assert dream(drawn / "out", *words.split()) == status
    said = capsys.readouterr().err.splitlines()
    assert sentence in said[-1]
    assert not (drawn / "out").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("vocabulary = 'red'", "needs a list called vocabulary"),
        ("vocabulary = ['red', 'circle']", "<start> and <end> among them"),
        ("vocabulary += ['blue']", "where a captioner, whose forward"),
        ("Speaks.forward = lambda self, images: images", "does not work as a captioner"),
    ],
)
def test_a_captioner_that_breaks_the_protocol_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, sentence: str
) -> None:
    words = ["--goal", "sentence", "--words", "red", "--model", captioner(tmp_path, more=more)]
    assert dream(tmp_path / "out", *words) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("frames = 'four'", "frames in watches must be a whole number"),
        ("labels = ['left']", "has 1 labels, but 2 classes"),
        ("Watches.forward = lambda self, clips: clips", "for two clips, where a video network"),
        ("Watches.forward = lambda self, clips: self.out(clips)", "does not work as a video network"),
    ],
)
def test_a_video_network_that_breaks_the_protocol_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, sentence: str
) -> None:
    assert (
        dream(tmp_path / "out", "--goal", "video", "--units", "left", "--model", video(tmp_path, more)) == 2
    )
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def test_a_goal_may_be_painted_by_a_generator(drawn: Path) -> None:
    words = ["--layers", "conv2", "--map", f"3:{drawn / 'left.png'}", "--generator", "dgn64-fc6"]
    assert dream(drawn / "out", "--goal", "map", *words) == 0
    about = told(drawn / "out", "conv2-map")
    assert about["run"]["parameters"]["generator"]["name"] == "dgn64-fc6"
    assert about["pictures"][0]["value"] > about["pictures"][0]["trace"][0]
