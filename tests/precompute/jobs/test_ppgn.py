"""`ppgn` from the command line to the atlas."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_app.atlas import AtlasReader
from deepvis_app.messages import PICTURE_KINDS, RunInfo, UnitRecord, UnitRef
from precompute.__main__ import main
from precompute.generators.store import load_generator
from precompute.jobs import ppgn
from precompute.ppgn import chains
from precompute.ppgn.chains import Chains, Sample, Scene
from precompute.ppgn.making import candidates
from precompute.ppgn.painting import KIND
from precompute.ppgn.settings import SETTINGS, as_json
from precompute.ppgn.settings_file import written_settings
from precompute.runner import STOPPED
from precompute.stop import Stop
from precompute.synthesis.aim import Task
from precompute.synthesis.packing import unpacked
from tests.precompute.jobs.generators import NAME, save

QUICK = ["--device", "cpu", "--generator", NAME, "--steps", "4", "--burn-in", "1", "--every", "1"]
FEW = ["--chains", "2", "--pictures", "3", "--alike", "1"]


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    save()
    return tmp_path / "a.atlas"


def walk(atlas: Path, *words: str) -> int:
    return main(["ppgn", *QUICK, *FEW, "--atlas", str(atlas), *words])


def run_of(atlas: Path) -> RunInfo:
    with AtlasReader(atlas, None) as reader:
        return reader.runs()[-1]


def test_units_get_samples_codes_and_all_that_made_them(atlas: Path) -> None:
    assert KIND in PICTURE_KINDS
    assert walk(atlas, "--layers", "fc8", "--units", "0,3", "--seed", "10") == 0
    with AtlasReader(atlas, None) as reader:
        assert reader.counts() == {("fc8", "ppgn"): 2}
        pictures = reader.unit(UnitRef("fc8", 3)).pictures["ppgn"]
    assert [one.rank for one in pictures] == [0, 1, 2]
    assert [one.score for one in pictures] == sorted((one.score for one in pictures), reverse=True)
    assert {one.facts.seed for one in pictures} <= {10, 11}
    facts = pictures[0].facts.more
    assert facts["picked_of"] == 6  # two chains, three states each after the burn-in
    assert facts["condition"] == "softmax"
    assert 1 <= facts["step"] <= 3
    assert 0 <= facts["confidence"] <= 1
    assert len(facts["trace"]) == facts["step"] + 1
    generator, card = load_generator(NAME)
    painted = generator(torch.from_numpy(unpacked(facts["code"]))[None]).clamp(0, 1)[0]
    stored = torch.from_numpy(pictures[0].rgb.copy()).permute(2, 0, 1) / 255
    coarse = [torch.nn.functional.avg_pool2d(one, 8) for one in (painted, stored)]
    assert float((coarse[0] - coarse[1]).abs().mean()) < 0.05
    parameters = run_of(atlas).parameters
    assert parameters["generator"] == {"name": NAME, "weights_sha256": card["weights_sha256"]}
    assert parameters["prior"] == {"name": "joint", "encoder": "caffenet64", "layer": "relu6"}
    assert (parameters["preset"], parameters["chains"], parameters["alike"]) == ("balanced", 2, 1.0)
    assert parameters["classes"]["steps"] == 4


def test_a_run_that_was_broken_off_makes_only_what_is_missing(
    atlas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--layers", "fc8", "--batch", "2"]
    asked = [0]

    def wait(stop: Stop) -> bool:
        asked[0] += 1
        return asked[0] > 6  # four steps of unit 0, two answers between units, and a step of unit 1

    with monkeypatch.context() as patch:
        patch.setattr(Stop, "wait", wait)
        assert walk(atlas, *words, "--units", "0-2") == STOPPED
    assert "1 units made" in capsys.readouterr().out
    assert walk(atlas, *words, "--units", "0-2") == 0
    assert "2 units made, 1 were there before" in capsys.readouterr().out
    assert walk(atlas, *words, "--units", "0-2", "--eps1", "0.2") == 0
    assert "3 units made, in" in capsys.readouterr().out


def test_a_unit_is_the_same_alone_and_with_others(atlas: Path) -> None:
    short = ["--steps", "2", "--layers", "fc8"]  # rounding grows with the steps
    assert walk(atlas, *short, "--units", "2,3") == 0
    alone, apart = atlas.with_name("b.atlas"), atlas.with_name("c.atlas")
    assert walk(alone, *short, "--units", "3") == 0
    assert walk(apart, *short, "--units", "3", "--batch", "1") == 0  # its chains one after the other
    found = []
    for path in (atlas, alone, apart):
        with AtlasReader(path, None) as reader:
            found.append(reader.unit(UnitRef("fc8", 3)).pictures["ppgn"])
    assert len(found[0]) == 2
    for other in found[1:]:
        assert [one.score for one in found[0]] == pytest.approx([one.score for one in other], rel=1e-3)
        assert [one.facts.seed for one in found[0]] == [one.facts.seed for one in other]


def test_no_more_chains_walk_at_once_than_told(
    atlas: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from precompute.ppgn import making

    sizes: list[int] = []

    def counted(scene: Scene, tasks: Sequence[Task], go_on: Callable[[int], bool]) -> Chains | None:
        sizes.append(len(tasks))
        return chains.walk(scene, tasks, go_on)

    monkeypatch.setattr(making, "walk", counted)
    words = ["--layers", "fc8", "--units", "3,4", "--chains", "5", "--batch", "2"]
    assert walk(atlas, *words, "--progress", "jsonl") == 0
    assert sizes == [2, 2, 1] * 2
    done = [json.loads(line).get("done") for line in capsys.readouterr().out.splitlines()]
    told = [one for one in done if one is not None]
    assert told == sorted(told)
    assert told[-1] == 2


def test_a_hidden_unit_shows_what_it_sees_and_is_held_against_real_images(atlas: Path) -> None:
    assert walk(atlas, "--layers", "conv3", "--units", "0", "--no-codes") == 0
    with AtlasReader(atlas, None) as reader:
        unit = reader.unit(UnitRef("conv3", 0))
    picture = unit.pictures["ppgn"][0]
    assert picture.facts.more["condition"] == "activation"  # the bundled atlas has the statistics
    assert picture.whole is not None
    top, left, bottom, right = picture.facts.more["field"]
    assert np.array_equal(picture.rgb, picture.whole[top:bottom, left:right])
    assert "code" not in picture.facts.more
    assert "No state reached a confidence of 0.95" in unit.notes["ppgn"]


def test_another_network_than_the_generators_own_can_be_asked(atlas: Path) -> None:
    words = ["--weights", "random", "--layers", "fc8", "--units", "1", "--settings", "released"]
    assert walk(atlas, *words) == 0
    parameters = run_of(atlas).parameters
    assert parameters["prior"]["encoder"] == "caffenet64"
    assert parameters["own_only"] is True
    assert walk(atlas, *words, "--prior", "none") == 0
    assert run_of(atlas).parameters["prior"] == {"name": "none"}


def test_a_real_picture_can_be_the_beginning(atlas: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    Image.fromarray(noise).resize((90, 80), Image.Resampling.BILINEAR).save(path)
    assert walk(atlas, "--layers", "fc8", "--units", "1", "--start", str(path)) == 0
    assert run_of(atlas).parameters["start"].startswith("picture ")


def test_the_settings_of_a_file_are_taken(atlas: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    values = json.loads(written_settings(SETTINGS["released"]))
    mine.write_text(json.dumps({**values, "start": 2.0}))
    assert walk(atlas, "--layers", "fc8", "--units", "0", "--settings", str(mine), "--step", "0.5") == 0
    parameters = run_of(atlas).parameters
    assert parameters["preset"] == "mine.json"
    assert [parameters[name] for name in ("rule", "spread", "step", "own_only")] == ["whole", 2.0, 0.5, True]


def test_options_change_the_settings_and_are_recorded(atlas: Path) -> None:
    words = "--step 0.5 --eps1 0.2 --eps2 2 --eps3 0.1 --reset 3 --threshold 0.5 --condition softmax"
    assert walk(atlas, "--layers", "fc8", "--units", "0", *words.split()) == 0
    parameters = run_of(atlas).parameters
    expected = as_json(SETTINGS["balanced"])
    changed = {name: parameters[name] for name, value in expected.items() if parameters[name] != value}
    assert {name: changed[name] for name in ("step", "eps1", "eps2", "eps3")} == {
        "step": 0.5,
        "eps1": 0.2,
        "eps2": 2.0,
        "eps3": 0.1,
    }
    assert changed["redraw"] == [0.2, 0.2]
    assert changed["classes"] == {"steps": 4, "reset": 3, "burn_in": 1, "every": 1, "threshold": 0.5}


def sample(chain: int, step: int, confidence: float, *, due: bool) -> Sample:
    return Sample(chain, step, 0, torch.zeros(2), confidence, 0.1, due)


def test_where_no_state_is_sure_enough_the_ends_of_the_runs_stand_in() -> None:
    ends = [sample(0, 9, 0.1, due=False), sample(1, 9, 0.3, due=False)]
    assert candidates(ends) == ([ends[1], ends[0]], False)
    early, late = sample(1, 4, 0.96, due=True), sample(0, 8, 0.97, due=True)
    assert candidates([early, late, *ends]) == ([late, early], True)


def test_a_unit_without_a_gradient_says_so(atlas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[UnitRecord] = []
    monkeypatch.setattr("deepvis_app.atlas.AtlasWriter.put", lambda self, record, run: put.append(record))
    monkeypatch.setattr("precompute.ppgn.chains.Chains.moved", property(lambda self: [False] * 2))
    assert walk(atlas, "--layers", "fc8", "--units", "1") == 0
    assert [(one.pictures, one.note) for one in put] == [
        ((), "No samples: the unit has no gradient anywhere on the way.")
    ]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ("--generator nowhere", 2, "There is no generator nowhere"),
        ("--prior nowhere", 2, "There is no prior 'nowhere'; known are joint, none"),
        ("--burn-in 9", 2, "A burn-in of 9 steps leaves none of 4"),
        ("--settings best", 2, "invalid choice: 'best'"),
        ("--settings nowhere.json", 2, "nowhere.json: No such file"),
        ("--threshold 1.5", 2, "1.5 is not from 0 to 1"),
        ("--weights random --layers conv1 --condition activation", 2, "no statistics of conv1"),
        ("--start nowhere.png", 2, "nowhere.png does not exist"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    atlas: Path, capsys: pytest.CaptureFixture[str], words: str, status: int, sentence: str
) -> None:
    try:
        code = walk(atlas, *words.split())
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    told = capsys.readouterr().err
    assert (code, sentence in told) == (status, True), told
    assert not atlas.exists()


def test_the_conditions_that_can_be_named_are_those_that_there_are() -> None:
    from precompute.ppgn.condition import ACTIVATION, SOFTMAX

    assert set(ppgn.CONDITIONS) == {"auto", SOFTMAX, ACTIVATION}
