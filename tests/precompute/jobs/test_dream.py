"""`dream` and `presets` from the command line to the files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.atlas import AtlasReader
from deepvis_app.render.pictures import read_picture
from precompute.__main__ import main
from precompute.ppgn.settings import SETTINGS
from precompute.synthesis.presets import PRESETS

QUICK = ["--weights", "random", "--device", "cpu", "--steps", "4"]


def dream(out: Path, *words: str) -> int:
    try:
        return main(["dream", str(out), *words, *QUICK])
    except SystemExit as ended:  # argparse
        return int(ended.code or 0)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    rgb = np.random.default_rng(0).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    Image.fromarray(rgb).resize((100, 80)).save(tmp_path / "photo.png")
    return str(tmp_path / "photo.png")


def test_a_dream_of_a_picture_is_a_png_and_all_that_made_it(tmp_path: Path, photo: str) -> None:
    assert dream(tmp_path / "out", photo, "--layers", "conv3", "--seeds", "2", "--seed", "5") == 0
    told = json.loads((tmp_path / "out" / "conv3-norm.json").read_text())
    assert (told["layer"], told["goal"], told["run"]["job"]) == ("conv3", "norm", "dream")
    parameters = told["run"]["parameters"]
    assert parameters["preset"] == "dream"
    assert parameters["start"].startswith("picture ")
    assert [one["seed"] for one in told["pictures"]] == [5, 6]
    for one in told["pictures"]:
        assert read_picture(tmp_path / "out" / one["files"][0]).shape == (64, 64, 3)
        assert np.isfinite(one["value"])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("--goal units --units 2*3+17-4 --layers fc8", "fc8-units"),
        ("--goal mean --layers conv2", "conv2-mean"),
        ("PHOTO --goal inversion --layers fc7", "fc7-inversion"),
        ("PHOTO --goal caricature --layers conv4 --preset maco", "conv4-caricature"),
        ("PHOTO --goal caricature --begin picture --layers conv4 --image fourier", "conv4-caricature"),
    ],
)
def test_every_goal_has_its_words(tmp_path: Path, photo: str, words: str, name: str) -> None:
    assert dream(tmp_path / "out", *words.replace("PHOTO", photo).split()) == 0
    told = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert told["pictures"][0]["failed"] == ""
    parameters = told["run"]["parameters"]
    assert parameters.get("terms") == ("+2*3 +1*17 -1*4" if "units" in name else None)
    assert ("of" in parameters) == ("PHOTO" in words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "dream works on one layer: name it with --layers"),
        ("--layers conv1,conv2", "dream works on one layer"),
        ("--layers conv1 --goal inversion", "--goal inversion is of a picture"),
        ("--layers conv1 --begin picture", "--begin picture needs one"),
        ("--layers conv1 --units 3+4", "--units is for --goal units or video, not for --goal norm"),
        ("--layers conv1 --goal units", "--goal units needs --units"),
        ("--layers conv1 --goal units --units 3,4", "no sum of units"),
        ("--layers conv1 --goal units --units 3+999", "conv1 has units 0 to"),
        ("--layers conv1 --preset dgn", "invalid choice: 'dgn'"),
        ("--layers conv1 --diversity 11", "11 is not from 0 to 10"),
    ],
)
def test_what_cannot_be_dreamt_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    assert dream(tmp_path / "out", *words.split()) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_presets_are_listed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    sources = {name: preset.source for name, preset in PRESETS.items()}
    sources |= {name: settings.source for name, settings in SETTINGS.items()}
    assert [line.split()[0] for line in lines] == list(sources)
    assert all(sources[line.split()[0]] in line for line in lines)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("nonsuch", "There is no preset nonsuch; known are robust, A,"),
        ("tv --save mine.txt", "mine.txt: call it something.json, as --preset wants it."),
        ("released --save mine.txt", "mine.txt: call it something.json, as --settings wants it."),
        ("--save mine.json", "--save needs the NAME of a preset."),
        ("none.json", "none.json: No such file or directory."),
    ],
)
def test_presets_that_cannot_be_shown_are_one_sentence(
    capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    assert main(["presets", *words.split()]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


def test_a_file_that_was_changed_is_not_saved_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.json"
    assert main(["presets", "tv", "--save", str(mine)]) == 0
    assert main(["presets", "tv", "--save", str(mine)]) == 0
    changed = mine.read_text().replace("190", "200")
    mine.write_text(changed)
    assert main(["presets", "tv", "--save", str(mine)]) == 2
    assert "mine.json is there already" in capsys.readouterr().err
    assert mine.read_text() == changed
    (tmp_path / "d.json").mkdir()
    assert main(["presets", "tv", "--save", str(tmp_path / "d.json")]) == 2


def test_a_preset_is_saved_changed_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.json"
    assert main(["presets", "centre-biased", "--save", str(mine)]) == 0
    values = json.loads(mine.read_text())
    assert len(values["phases"]) == 5
    values["phases"] = values["phases"][:2]
    values["title"] = "only two"
    mine.write_text(json.dumps(values))
    capsys.readouterr()
    assert main(["presets", str(mine)]) == 0
    assert json.loads(capsys.readouterr().out) == values
    atlas = tmp_path / "a.atlas"
    words = ["--layers", "fc8", "--units", "3", "--seeds", "1", "--preset", str(mine), "--atlas", str(atlas)]
    assert main(["am", *words, *QUICK]) == 0
    with AtlasReader(atlas, None) as reader:
        parameters = reader.runs()[-1].parameters
    assert (parameters["preset"], parameters["title"], parameters["steps"]) == ("mine.json", "only two", 4)
    assert parameters["phases"][1]["objective"] == "auto"


def test_a_file_that_is_wrong_ends_am_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text(
        '{"steps": 3, "policy": {"name": "normalised"}, "priors": [{"name": "exec", "code": "1"}]}'
    )
    assert main(["am", "--preset", str(mine), "--atlas", str(tmp_path / "a"), *QUICK]) == 2
    assert 'mine.json is no preset: there is no prior "exec"' in capsys.readouterr().err


def test_a_file_for_codes_is_for_dgn_am_and_one_for_pixels_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes, pixels = tmp_path / "codes.json", tmp_path / "pixels.json"
    assert main(["presets", "dgn", "--save", str(codes)]) == 0
    assert main(["presets", "robust", "--save", str(pixels)]) == 0
    atlas = ["--atlas", str(tmp_path / "a")]
    assert main(["am", "--preset", str(codes), *atlas, *QUICK]) == 2
    assert "is for a generator's codes: take it with dgn-am" in capsys.readouterr().err
    assert main(["dgn-am", "--preset", str(pixels), *atlas, *QUICK]) == 2
    assert "is for pixels: take it with am" in capsys.readouterr().err


def test_a_sweep_of_phases_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--layers", "conv1", "--units", "5", "--preset", "centre-biased"]
    assert main(["sweep", str(tmp_path), *words, *QUICK]) == 2
    assert "has phases: a sweep varies presets of one phase" in capsys.readouterr().err


def test_any_prior_can_be_named_and_takes_the_place_of_the_presets_in_every_phase(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    words = "--preset centre-biased --prior split-bregman:weight=80 --prior bilateral --layers fc8 --units 3 --seeds 1"
    assert main(["am", *words.split(), "--atlas", str(atlas), *QUICK]) == 0
    with AtlasReader(atlas, None) as reader:
        phases = reader.runs()[-1].parameters["phases"]
    assert len(phases) == 5
    for phase in phases:
        named = {prior["name"]: prior for prior in phase["priors"]}
        assert named["split-bregman"]["weight"] == 80
        assert "bilateral" in named
