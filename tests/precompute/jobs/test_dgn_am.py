"""`dgn-am` from the command line to the atlas."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_app.atlas import AtlasReader
from deepvis_app.jobs import generators
from deepvis_app.messages import RunInfo, UnitRef
from deepvis_app.models.probe import Probe
from precompute.__main__ import main
from precompute.generators.store import load_generator
from precompute.jobs import dgn_am
from precompute.painting.command import _parser
from precompute.studies.two_units import GAMMAS
from precompute.synthesis.ascent import Climb
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR, GAMMA
from precompute.synthesis.maker import Wish
from precompute.synthesis.packing import unpacked
from tests.precompute.jobs.generators import NAME, bundled, save

QUICK = ["--device", "cpu", "--generator", NAME, "--steps", "3", "--precision", "float32"]


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    save()
    return tmp_path / "a.atlas"


def dgn(atlas: Path, *words: str) -> int:
    return main(["dgn-am", *QUICK, "--atlas", str(atlas), *words])


def run_of(atlas: Path) -> RunInfo:
    with AtlasReader(atlas, None) as reader:
        return reader.runs()[-1]


def test_units_get_pictures_codes_and_all_that_made_them(atlas: Path) -> None:
    assert dgn(atlas, "--layers", "conv3,fc8", "--units", "0,3", "--seeds", "2", "--seed", "10") == 0
    with AtlasReader(atlas, None) as reader:
        assert reader.counts() == {("conv3", "dgn-am"): 2, ("fc8", "dgn-am"): 2}
        first, second = reader.unit(UnitRef("fc8", 3)).pictures["dgn-am"]
    assert first.rgb.shape == (64, 64, 3)
    assert first.score >= second.score
    assert {first.facts.seed, second.facts.seed} == {10, 11}
    generator, card = load_generator(NAME)
    painted = generator(torch.from_numpy(unpacked(first.facts.more["code"]))[None]).clamp(0, 1)[0]
    stored = torch.from_numpy(first.rgb.copy()).permute(2, 0, 1) / 255
    coarse = [torch.nn.functional.avg_pool2d(one, 8) for one in (painted, stored)]
    assert float((coarse[0] - coarse[1]).abs().mean()) < 0.05  # WebP loses colours of single pixels
    parameters = run_of(atlas).parameters
    assert parameters["generator"] == {"name": NAME, "weights_sha256": card["weights_sha256"]}
    assert parameters["policy"] == {"name": "code-step", "step": 2.0, "end": 0.0}
    assert (parameters["preset"], parameters["steps"], parameters["bound"]) == ("dgn", 3, 3.0)
    assert (parameters["objective"], parameters["start"], parameters["codes"]) == ("auto", "noise", True)


def test_a_run_that_was_broken_off_makes_only_what_is_missing(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dgn(atlas, "--layers", "fc8", "--units", "0-1", "--seeds", "1") == 0
    assert dgn(atlas, "--layers", "fc8", "--units", "0-2", "--seeds", "1") == 0
    assert "1 units made, 2 were there before" in capsys.readouterr().out
    save("other")
    words = ["--layers", "fc8", "--units", "0-2", "--seeds", "1", "--generator", "other"]
    assert dgn(atlas, *words) == 0
    assert "3 units made, in" in capsys.readouterr().out


def test_a_conv_unit_shows_what_it_sees_of_the_whole_picture(atlas: Path) -> None:
    assert dgn(atlas, "--layers", "conv3", "--units", "0", "--seeds", "1", "--no-codes") == 0
    with AtlasReader(atlas, None) as reader:
        (picture,) = reader.unit(UnitRef("conv3", 0)).pictures["dgn-am"]
    field = bundled().info.layer("conv3").receptive_field
    assert field is not None
    assert picture.whole is not None
    assert picture.whole.shape == (64, 64, 3)
    top, left, bottom, right = picture.facts.more["field"]
    assert (bottom - top, right - left) == field.size == picture.rgb.shape[:2]
    assert np.array_equal(picture.rgb, picture.whole[top:bottom, left:right])
    assert "code" not in picture.facts.more


def test_options_change_the_preset_and_are_recorded(atlas: Path) -> None:
    words = "--step 0.7 --shrink 0.95 --bound 2 --noise 0.5 --objective logit --minimise --no-codes"
    assert dgn(atlas, "--layers", "fc8", "--units", "0", "--seeds", "1", *words.split()) == 0
    parameters = run_of(atlas).parameters
    assert parameters["policy"]["step"] == 0.7
    assert parameters["priors"] == [{"name": "decay", "rate": pytest.approx(0.05)}]
    assert (parameters["bound"], parameters["noise"], parameters["objective"]) == (2.0, 0.5, "logit")
    assert (parameters["minimise"], parameters["codes"]) == (True, False)
    assert dgn(atlas, "--layers", "fc8", "--units", "0", "--seeds", "1", "--shrink", "1") == 0
    assert run_of(atlas).parameters["priors"] == []


def test_the_generator_of_another_network_takes_smaller_steps(atlas: Path) -> None:
    save("foreign", fingerprint="0" * 64)
    words = ["--layers", "fc8", "--units", "0", "--seeds", "1", "--generator", "foreign"]
    assert dgn(atlas, *words) == 0
    assert run_of(atlas).parameters["policy"]["step"] == 0.5


def photo(path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    Image.fromarray(noise).resize((90, 80), Image.Resampling.BILINEAR).save(path)
    return path


def test_a_real_picture_starts_at_its_own_code(atlas: Path, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.png")
    assert dgn(atlas, "--layers", "fc8", "--units", "0", "--start", str(path), "--steps", "1") == 0
    parameters = run_of(atlas).parameters
    assert (parameters["preset"], parameters["seeds"]) == ("dgn-start", 1)
    assert parameters["start"].startswith("picture ")
    with AtlasReader(atlas, None) as reader:
        (picture,) = reader.unit(UnitRef("fc8", 0)).pictures["dgn-am"]
    model = bundled()
    x = model.preprocess(np.array(Image.open(path)), model.device)
    with torch.no_grad(), Probe(model.net, ["relu6"]) as probe:
        expected = probe.run(x)["relu6"][0]
    assert np.allclose(unpacked(picture.facts.more["code"]), expected.numpy(), atol=0.01, rtol=1e-3)


def test_another_network_starts_at_the_code_that_the_generators_own_gives(
    atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(photo(tmp_path / "a.png"))
    words = ["--weights", "random", "--layers", "fc8", "--units", "0", "--start", path]
    assert dgn(atlas, *words) == 0
    save("lost", fingerprint="0" * 64)
    assert dgn(atlas, *words, "--generator", "lost") == 2
    assert "with other weights than those installed" in capsys.readouterr().err
    save("unknown", title="no net", fingerprint="0" * 64)
    assert dgn(atlas, *words, "--generator", "unknown") == 2
    assert "the code of no net, which cannot be loaded here" in capsys.readouterr().err
    save("silent", title="", fingerprint="")
    assert dgn(atlas, *words, "--generator", "silent") == 2
    assert "does not say which network's code it reads" in capsys.readouterr().err
    save("wide", code=(512,))
    assert dgn(atlas, *words, "--generator", "wide") == 2
    assert "takes codes of shape (512,), but relu6 of caffenet64 gives (1024,)" in capsys.readouterr().err


def test_a_generator_that_names_its_network_is_that_networks_own(atlas: Path, tmp_path: Path) -> None:
    """As the published ones do, whose networks have no fingerprint on record."""
    save("named", fingerprint="", model="caffenet64")
    words = ["--layers", "fc8", "--units", "0", "--generator", "named", "--seeds", "1"]
    assert dgn(atlas, *words) == 0
    assert run_of(atlas).parameters["policy"]["step"] == 2.0
    assert dgn(atlas, *words, "--weights", "random", "--atlas", str(tmp_path / "b.atlas")) == 0
    assert run_of(tmp_path / "b.atlas").parameters["policy"]["step"] == 0.5


def test_pairs_lie_with_their_first_unit(atlas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--layers", "fc8", "--seeds", "2", "--objective", "logit"]
    assert dgn(atlas, *words, "--units", "3+17") == 0
    with AtlasReader(atlas, None) as reader:
        assert reader.counts() == {("fc8", "pair"): 1}
        pictures = reader.unit(UnitRef("fc8", 3)).pictures["pair"]
    assert [(p.facts.more["other"], p.facts.more["with"]) for p in pictures] == [(17, True)] * 2
    parameters = run_of(atlas).parameters
    assert (parameters["pairs"], parameters["gamma"]) == (["3+17"], 0.8)
    assert set(parameters["scales"]) == {"3", "17"}  # of the bundled atlas
    assert dgn(atlas, *words, "--units", "3-17", "--pair") == 0
    with AtlasReader(atlas, None) as reader:
        pictures = reader.unit(UnitRef("fc8", 3)).pictures["pair"]
    assert [p.facts.more["with"] for p in pictures] == [False] * 2
    assert "1 units made, in" in capsys.readouterr().out


def test_values_of_a_pair_are_said_to_be_compared_as_they_are_only_where_that_matters(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--weights", "random", "--layers", "fc8", "--seeds", "1", "--units", "3+17"]
    assert dgn(atlas, *words, "--objective", "logit") == 0
    assert "compared as they are" in "".join(capsys.readouterr())
    assert dgn(atlas, *words) == 0  # log-probabilities
    assert "compared as they are" not in "".join(capsys.readouterr())
    assert dgn(atlas.with_name("b.atlas"), *words[2:]) == 0
    assert run_of(atlas.with_name("b.atlas")).parameters["scales"] == {}


def test_a_search_writes_a_sheet_with_its_numbers_and_no_atlas(atlas: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets"
    words = ["--layers", "fc8", "--units", "5", "--search", "3", "--out", str(out)]
    assert dgn(atlas, *words, "--steps", "20") == 0
    assert sorted(path.name for path in out.iterdir()) == ["fc8-5-search.json", "fc8-5-search.png"]
    found = json.loads((out / "fc8-5-search.json").read_text())
    assert len(found["tries"]) == 3
    assert len({(one["steps"], one["policy"]["step"]) for one in found["tries"]}) == 3
    assert found["run"]["parameters"]["generator"]["name"] == NAME
    activations = [one["activation"] for one in found["tries"]]
    assert activations == sorted(activations, reverse=True)
    assert not atlas.exists()


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ("--generator nowhere", 2, "There is no generator nowhere"),
        ("--objective log-softmax --layers conv1", 2, "log-softmax is for class layers, which conv1 is not"),
        ("--layers conv1,conv2 --units 0+1", 2, "two units of one layer"),
        ("--layers fc8 --units 0+900", 2, "fc8 has units 0 to 199; there is no unit 900"),
        ("--layers fc8 --units 0+1 --search 3 --out x", 2, "not on a pair"),
        ("--layers fc8 --units 0+1 --minimise", 2, "--minimise is for single units: 3-17 with --pair"),
        ("--layers fc8 --units 0,1 --search 3 --out x", 2, "--search works on one unit, not 2"),
        ("--search 3", 2, "--search N and --out DIR need each other"),
        ("--layers fc8 --units 1 --pair", 2, "'1' is no pair such as 3+17"),
        ("--preset robust", 2, "invalid choice: 'robust'"),
        ("--step 0", 2, "0 is not over 0"),
        ("--shrink 1.5", 2, "1.5 is not from 0 to 1"),
        ("--start nowhere.png --layers fc8", 2, "nowhere.png does not exist"),
        ("--start nowhere.png --seeds 3 --layers fc8", 2, "All pictures would be the same"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    atlas: Path, capsys: pytest.CaptureFixture[str], words: str, status: int, sentence: str
) -> None:
    try:
        code = dgn(atlas, *words.split())
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    told = capsys.readouterr().err
    assert (code, sentence in told) == (status, True), told
    assert not atlas.exists()


def test_the_weight_of_a_pair_is_the_same_wherever_it_is_given() -> None:
    parser = argparse.ArgumentParser()
    dgn_am.add_arguments(parser)
    assert parser.get_default("gamma") == GAMMA
    assert _parser().get_default("gamma") == GAMMA
    assert {field.default for made in (Wish, Climb) for field in fields(made) if field.name == "gamma"} == {
        GAMMA
    }
    assert float(GAMMAS.split(",")[-1]) == GAMMA


def test_what_is_said_without_torch_is_what_is_done() -> None:
    assert DEFAULT_GENERATOR == generators.DEFAULT
