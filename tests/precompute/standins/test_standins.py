"""Stand-ins: small versions learn, are written, measured, and opened by `dream`; every pixel's label is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from precompute.__main__ import main
from precompute.rendered.scenes import Scene, captioned, scene_of
from precompute.rendered.segments import LABELS, segmented
from precompute.standins import STANDINS
from precompute.standins.captioner import as_tokens
from precompute.standins.nets import WORDS, places

DREAMS = {
    "segmenter": ["--goal", "segmentation", "--segments"],
    "captioner": ["--goal", "sentence", "--words", "two red circles on grey"],
    "activity": ["--goal", "video", "--units", "left"],
}


@pytest.mark.parametrize("name", STANDINS)
def test_a_small_version_is_trained_measured_and_painted_for(name: str, tmp_path: Path) -> None:
    small = ["--pictures", "12", "--held-out", "6", "--epochs", "1"]
    assert main(["train-stand-in", name, str(tmp_path), *small]) == 0
    about = json.loads((tmp_path / f"{name}.json").read_text())
    assert about["course"]["pictures"] == 12
    assert all(0 <= figure <= 1 for figure in about["held out"].values())
    words = DREAMS[name]
    if name == "segmenter":
        file = tmp_path / "wanted.png"
        from PIL import Image

        Image.fromarray(segmented(1, 0)[1][0]).save(file)
        words = [*words, str(file)]
    model = f"file:{tmp_path / name}.py"
    out = str(tmp_path / "out")
    assert main(["dream", out, *words, "--model", model, "--device", "cpu", "--steps", "2"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("segmentor OUT", "invalid choice: 'segmentor'"),
        ("segmenter OUT --epochs 0", "'0' is not a whole number above 0"),
        ("segmenter", "the following arguments are required: DIR"),
        ("segmenter OUT --seed -1", "expected one argument|not a whole number"),
    ],
)
def test_wrong_words_are_one_sentence(
    words: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["train-stand-in", *words.replace("OUT", str(tmp_path / "out")).split()])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert any(part in told for part in sentence.split("|"))
    assert not (tmp_path / "out").exists()


def test_labels_are_those_of_the_shapes_that_are_painted() -> None:
    rgb, labels = segmented(6, 0)
    again, _ = segmented(6, 0)
    np.testing.assert_array_equal(rgb, again)
    assert labels.shape == rgb.shape[:3]
    assert labels.max() < len(LABELS)
    for picture, own in zip(rgb.astype(int), labels, strict=True):
        ground = picture[own == 0]
        colour = np.median(ground, 0)
        assert (own > 0).any()
        away = np.abs(picture - colour).max(2)
        assert (away[own > 0] > 20).mean() > 0.9
        assert (away[own == 0] < 20).mean() > 0.9


def test_sentences_that_are_captions_are_scenes_and_no_others() -> None:
    for sentence in captioned(40, 0)[1]:
        scene = scene_of(sentence)
        assert scene is not None
    assert scene_of("two red circles on grey") == Scene("circle", "red", count=2)
    for sentence in (
        "",
        "red circle",
        "two red circle on grey",
        "one red circle on red",
        "two red circles in grey",
    ):
        assert scene_of(sentence) is None


def test_captions_are_given_from_the_start_and_wanted_to_the_end() -> None:
    given, wanted = as_tokens(["one red bar on grey", "two small red bars on grey"])
    said = [[WORDS[number] for number in row] for row in given.tolist()]
    assert said[0][:6] == ["<start>", "one", "red", "bar", "on", "grey"]
    assert [WORDS[number] for number in wanted[0].tolist() if number >= 0] == [
        "one",
        "red",
        "bar",
        "on",
        "grey",
        "<end>",
    ]
    assert torch.equal(given[1, 1:], wanted[1, :-1])


def test_places_are_the_middle_and_the_spread_of_what_stands_out() -> None:
    maps = torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    found = places(maps).unflatten(1, (4, 3))
    at = torch.linspace(-1, 1, 6).tolist()
    for n in range(2):
        for c in range(3):
            one = (maps[n, c] - maps[n, c].mean()) ** 2 + 1e-6
            points = [(at[i], at[j], float(one[i, j])) for i in range(6) for j in range(6)]
            whole = sum(w for _, _, w in points)
            y, x = (sum(point[k] * point[2] for point in points) / whole for k in (0, 1))
            spread = sum(((down - y) ** 2 + (right - x) ** 2) * w for down, right, w in points) / whole
            wanted = torch.tensor([y, x, np.log(spread), np.log(whole)], dtype=torch.float32)
            torch.testing.assert_close(found[n, :, c], wanted, atol=1e-4, rtol=1e-4)
