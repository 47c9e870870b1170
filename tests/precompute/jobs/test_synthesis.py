"""`am` and `sweep` from the command line to the files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.atlas import AtlasReader
from deepvis_app.messages import RunInfo, UnitRef
from precompute.__main__ import main

QUICK = ["--weights", "random", "--device", "cpu", "--steps", "3"]


def am(atlas: Path, *words: str) -> int:
    return main(["am", *QUICK, "--atlas", str(atlas), *words])


def run_of(atlas: Path) -> RunInfo:
    with AtlasReader(atlas, None) as reader:
        return reader.runs()[-1]


def test_units_get_their_pictures_with_all_that_made_them(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    assert am(atlas, "--layers", "conv1,fc8", "--units", "0,3", "--seeds", "2", "--seed", "10") == 0
    with AtlasReader(atlas, None) as reader:
        assert reader.counts() == {("conv1", "am"): 2, ("fc8", "am"): 2}
        unit = reader.unit(UnitRef("fc8", 3))
    first, second = unit.pictures["am"]
    assert first.rgb.shape == (64, 64, 3)
    assert first.score >= second.score
    assert {first.facts.seed, second.facts.seed} == {10, 11}
    assert first.run is not None
    parameters = first.run.parameters
    assert (first.run.job, first.run.seed, parameters["preset"], parameters["steps"]) == (
        "am",
        10,
        "robust",
        3,
    )
    assert [prior["name"] for prior in parameters["priors"]] == ["jitter", "blur"]
    assert first.run.finished


def test_the_second_run_makes_only_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = tmp_path / "a.atlas"
    assert am(atlas, "--layers", "conv2", "--units", "0-1", "--seeds", "1") == 0
    assert am(atlas, "--layers", "conv2", "--units", "0-2", "--seeds", "1") == 0
    assert "1 units made, 2 were there before" in capsys.readouterr().out


def test_options_change_the_preset_and_are_recorded(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    words = "--preset C --policy normalised --rate 2 --decay 0.01 --small-norm 20 --minimise --start mean"
    assert am(atlas, "--layers", "conv1", "--units", "0", "--seeds", "1", *words.split()) == 0
    parameters = run_of(atlas).parameters
    assert parameters["policy"] == {"name": "normalised", "step": 2.0, "end": 0.0}
    decay, blur, norm = parameters["priors"]
    assert (decay["name"], decay["rate"]) == ("decay", 0.01)
    assert (blur["name"], blur["width"], blur["every"]) == ("blur", 1.0, 4)
    assert (norm["name"], norm["percent"]) == ("small-norm", 20.0)
    assert (parameters["minimise"], parameters["noise"], parameters["start"]) == (True, 0.0, "mean")


def test_priors_come_in_the_order_of_2015_however_they_were_named(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    words = "--preset B --small-contribution 10 --blur 1"
    assert am(atlas, "--layers", "conv1", "--units", "0", "--seeds", "1", *words.split()) == 0
    names = [prior["name"] for prior in run_of(atlas).parameters["priors"]]
    assert names == ["decay", "blur", "small-norm", "small-contribution"]


def test_the_step_of_2015_is_the_presets_own(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    words = ["--preset", "A", "--policy", "2015"]
    assert am(atlas, "--layers", "conv1", "--units", "0", "--seeds", "1", *words) == 0
    assert run_of(atlas).parameters["policy"] == {"name": "progress", "desired": 2.0, "max_lr": 100.0}


def test_a_picture_can_be_the_start(tmp_path: Path) -> None:
    Image.fromarray(np.full((80, 90, 3), (250, 10, 10), np.uint8)).save(tmp_path / "red.png")
    atlas = tmp_path / "a.atlas"
    words = ["--start", str(tmp_path / "red.png"), "--preset", "none"]
    assert am(atlas, "--layers", "fc8", "--units", "0", "--seeds", "1", *words) == 0
    assert run_of(atlas).parameters["start"].startswith("picture ")
    with AtlasReader(atlas, None) as reader:
        rgb = reader.unit(UnitRef("fc8", 0)).pictures["am"][0].rgb
    assert rgb[..., 0].mean() > 200
    assert rgb[..., 1].mean() < 60


def test_of_all_layers_those_that_pass_units_on_are_left_out(tmp_path: Path) -> None:
    atlas = tmp_path / "a.atlas"
    assert am(atlas, "--units", "0", "--seeds", "1", "--steps", "1") == 0
    with AtlasReader(atlas, None) as reader:
        assert {layer for layer, _ in reader.counts()} == {
            "conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--objective log-softmax --layers conv1", "log-softmax is for class layers, which conv1 is not"),
        ("--blur-every 2", "--blur-every needs --blur"),
        ("--rate 2", "--rate needs a --policy"),
        ("--policy 2015", "The preset robust is not of 2015"),
        ("--decay 2", "2 is not from 0 to 1"),
        ("--preset E", "invalid choice"),
        ("--policy constant --rate inf", "inf is not over 0 and at most 1e+09"),
        ("--variation nan", "nan is not over 0"),
        ("--blur 1e6", "1e6 is not over 0 and at most 224"),
    ],
)
def test_what_does_not_fit_is_status_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    atlas = tmp_path / "a.atlas"
    try:
        status = am(atlas, *words.split())
    except SystemExit as ended:  # argparse
        status = int(ended.code or 0)
    assert status == 2
    assert sentence in capsys.readouterr().err
    assert not atlas.exists()


def test_a_start_that_is_no_picture_is_status_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert am(tmp_path / "a.atlas", "--layers", "fc8", "--start", str(tmp_path / "no.png")) == 2
    assert "no.png does not exist" in capsys.readouterr().err


def test_a_sweep_writes_two_sheets_with_their_numbers(tmp_path: Path) -> None:
    out = tmp_path / "sheets"
    assert (
        main(["sweep", str(out), *QUICK, "--layers", "conv1", "--units", "5", "--tries", "3", "--steps", "1"])
        == 0
    )
    assert sorted(path.name for path in out.iterdir()) == [
        "conv1-5-each.json",
        "conv1-5-each.png",
        "conv1-5-random.json",
        "conv1-5-random.png",
    ]
    assert len(json.loads((out / "conv1-5-random.json").read_text())["tries"]) == 3
    each = json.loads((out / "conv1-5-each.json").read_text())
    assert len(each["tries"]) == 36
    assert (each["layer"], each["unit"], each["run"]["seed"]) == ("conv1", 5, 0)
    assert len(each["fingerprint"]) == 64
    assert "torch" in each["run"]["versions"]


def test_a_sweep_wants_one_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(tmp_path), *QUICK, "--layers", "conv1"]) == 2
    assert "sweep works on one unit, not 64" in capsys.readouterr().err
