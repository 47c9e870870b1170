"""`facets` from the command line to the atlas."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.atlas import AtlasReader, integrity
from deepvis_app.messages import BLOCK_KINDS, UnitPictures, UnitRef
from precompute.__main__ import main
from precompute.facets import brushes, choosing, explaining, interpolation
from precompute.jobs import facets
from precompute.options import OptionError
from tests.precompute.facets.nets import fill
from tests.precompute.jobs.generators import NAME, save

COLOURS = {"red": 16, "green": 14}
QUICK = ["--device", "cpu", "--precision", "float32", "--steps", "2", "--code-steps", "2", "--workers", "0"]
FISH = ["--layers", "fc8", "--units", "0"]  # the bundled network's class 0 is the goldfish


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return fill(tmp_path / "pictures", COLOURS, "goldfish, Carassius auratus")


def run(tmp_path: Path, pictures: Path, *words: str) -> int:
    return main(["facets", *QUICK, "--images", str(pictures), "--atlas", str(tmp_path / "a.atlas"), *words])


def unit(tmp_path: Path, layer: str = "fc8", number: int = 0) -> UnitPictures:
    with AtlasReader(tmp_path / "a.atlas", None) as reader:
        return reader.unit(UnitRef(layer, number))


def test_a_class_unit_gets_a_map_of_its_pictures_and_each_facet_painted_twice(
    tmp_path: Path, pictures: Path
) -> None:
    save()
    assert run(tmp_path, pictures, *FISH, "-k", "2", "--generator", NAME) == 0
    found = unit(tmp_path)
    assert found.facets is not None
    assert [len(facet.members) for facet in found.facets.facets] == [16, 14]
    assert {point.label for point in found.facets.points} == {"goldfish, Carassius auratus"}
    assert found.facets.space.layer == "relu7"
    assert [p.score for p in found.pictures["facets"]] == [16.0, 14.0]
    for kind in ("facets", "facet-am", "facet-dgn"):
        assert [picture.rank for picture in found.pictures[kind]] == [0, 1]
        assert all(picture.rgb.shape == (64, 64, 3) for picture in found.pictures[kind])
        assert all(picture.facts.more["lands_in"] in (0, 1) for picture in found.pictures[kind])
    red, green = (picture.rgb.reshape(-1, 3).mean(0) for picture in found.pictures["facet-am"])
    assert red[0] > red[1]
    assert green[1] > green[0]
    assert integrity(tmp_path / "a.atlas") == []
    run_info = found.pictures["facets"][0].run
    assert run_info is not None
    assert run_info.parameters["methods"]["dgn-am"]["generator"]["name"] == NAME
    assert run_info.parameters["methods"]["am"]["noise"] == 0
    assert run_info.parameters["methods"]["dgn-am"]["hold"] == 1


def test_a_hidden_unit_gets_the_patches_that_excite_it_most(tmp_path: Path) -> None:
    pictures = fill(tmp_path / "pictures", {"red": 20, "green": 20, "blue": 20})
    assert (
        run(tmp_path, pictures, "--layers", "conv3", "--units", "5", "--methods", "am", "--most", "24") == 0
    )
    found = unit(tmp_path, "conv3", 5)
    assert found.facets is not None
    values = [point.value for point in found.facets.points]
    assert values == sorted(values, reverse=True)
    assert len(values) == 24
    assert found.facets.space.column
    assert found.facets.space.axes.shape[1] == 256
    assert set(found.pictures) == {"facets", "facet-am", *BLOCK_KINDS}
    assert found.pictures["facets"][0].rgb.shape == found.pictures["facet-am"][0].rgb.shape
    box = found.facets.points[0].box
    assert box is not None
    assert box[2] - box[0] < 24


def test_a_run_goes_on_where_it_was_and_without_methods_makes_the_map_alone(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--layers", "fc8", "--methods", "none"]
    assert run(tmp_path, pictures, *words, "--units", "0") == 0
    assert set(unit(tmp_path).pictures) == {"facets", *BLOCK_KINDS}
    capsys.readouterr()
    assert run(tmp_path, pictures, *words, "--units", "0,1", "--of", "auto", "--top", "50") == 0
    assert "2 units made" in capsys.readouterr().out  # another share is another run
    assert run(tmp_path, pictures, *words, "--units", "0-2", "--of", "auto", "--top", "50") == 0
    assert "1 units made, 2 were there before" in capsys.readouterr().out


def test_a_unit_with_too_few_pictures_says_so(tmp_path: Path) -> None:
    pictures = fill(tmp_path / "few", {"red": 5})
    assert run(tmp_path, pictures, *FISH, "--methods", "none") == 0
    found = unit(tmp_path)
    assert found.facets is None
    assert found.notes["facets"] == "No facets: 5 images are too few for facets, which need 12."


def test_a_sheet_shows_real_pictures_why_and_what_was_painted(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--layers",
        "fc8",
        "--methods",
        "am",
        "-k",
        "2",
        "--nearest",
        "3",
        "--sheet",
        str(tmp_path / "out"),
    ]
    assert run(tmp_path, pictures, *words, "--units", "0,5") == 0
    told = json.loads((tmp_path / "out" / "fc8-0-facets.json").read_text())
    assert told["private"]
    assert [(one["kind"], one["facet"]) for one in told["pictures"]] == [
        (kind, facet) for kind in (*BLOCK_KINDS, "facets", "facet-am") for facet in (0, 1)
    ]
    with Image.open(tmp_path / "out" / "fc8-0-facets.png") as sheet:
        assert np.asarray(sheet).std() > 20
    before = (tmp_path / "out" / "fc8-0-facets.png").read_bytes()
    (tmp_path / "out" / "fc8-0-facets.png").unlink()
    capsys.readouterr()
    assert run(tmp_path, pictures, *words, "--units", "0") == 0
    assert "0 units made, 1 were there before" in capsys.readouterr().out
    assert (tmp_path / "out" / "fc8-0-facets.png").read_bytes() == before


def test_real_pictures_can_be_left_out_and_are_then_no_part_of_the_run(
    tmp_path: Path, pictures: Path
) -> None:
    assert run(tmp_path, pictures, *FISH, "--methods", "none", "--nearest", "0") == 0
    found = unit(tmp_path)
    assert set(found.pictures) == {"facets"}
    assert found.pictures["facets"][0].run is not None
    assert found.pictures["facets"][0].run.parameters["why"] == []
    assert run(tmp_path, pictures, *FISH, "--methods", "none", "--why", "lrp") == 0
    assert set(unit(tmp_path).pictures) == {"facets", "facet-real", "facet-lrp"}


@pytest.mark.parametrize("mixed", ["images", "means"])
def test_a_strip_shows_what_becomes_of_pictures_between_two_facets(
    tmp_path: Path, pictures: Path, mixed: str
) -> None:
    words = [
        "--methods",
        "am",
        "-k",
        "2",
        "--between",
        "0,1",
        "--strip",
        "2",
        "--out",
        str(tmp_path),
        "--mixed",
        mixed,
    ]
    assert run(tmp_path, pictures, *FISH, *words) == 0
    assert not (tmp_path / "a.atlas").exists()
    told = json.loads((tmp_path / "fc8-0-facets-0-1.json").read_text())
    assert told["shares"] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert told["starts_land_in"][0] == 0
    assert told["starts_land_in"][-1] == 1
    assert len(told["painted"]["facet-am"]) == 4
    with Image.open(tmp_path / "fc8-0-facets-0-1.png") as sheet:
        assert np.asarray(sheet).std() > 20


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--between", "0,1"], "need each other"),
        (["--between", "0", "--out", "x"], "is not two facets"),
        (["--between", "1,1", "--out", "x"], "is not two facets"),
        (["--between", "0,7", "--out", "x", "-k", "2", "--methods", "none"], "has the facets 0 to 1"),
        (["--methods", "pencil"], "is none of am, dgn-am and none"),
        (["--why", "guided"], "--why 'guided' is none of deconv, lrp and none"),
        (["--between", "0,1", "--out", "x", "--sheet", "y"], "leave one of them out"),
        (["--sheet", __file__], "is a file"),
        (
            ["--of", "class", "--units", "0,1", "--methods", "none"],
            "has not enough pictures of every unit of fc8",
        ),
        (["--generator", "nobody"], "nobody"),
        (["--preset", "no.json"], "no.json"),
    ],
)
def test_words_that_make_no_sense_are_refused_in_one_sentence(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert run(tmp_path, pictures, *FISH, *words) != 0
    assert sentence in capsys.readouterr().err


def test_how_strongly_facets_hold_is_told_and_makes_other_pictures(tmp_path: Path, pictures: Path) -> None:
    made = []
    for hold in ("0", "5"):
        words = [*FISH, "-k", "4", "--methods", "am", "--nearest", "0", "--hold", hold, "--steps", "6"]
        assert run(tmp_path, pictures, *words) == 0
        found = unit(tmp_path).pictures["facet-am"]
        assert found[0].run is not None
        assert found[0].run.parameters["methods"]["am"]["hold"] == float(hold)
        made.append([picture.rgb for picture in found])
    assert not all(
        np.array_equal(free, kept) for free, kept in zip(*made, strict=True)
    )  # some are far inside


@pytest.mark.parametrize("word", ["-1", "much"])
def test_how_strongly_pictures_are_held_is_no_negative_number(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    with pytest.raises(SystemExit) as left:
        run(tmp_path, pictures, *FISH, "--hold", word)
    assert left.value.code == 2
    assert "--hold" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-1", "ten", "10"])
def test_no_more_real_pictures_than_a_page_shows(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    with pytest.raises(SystemExit) as left:
        run(tmp_path, pictures, *FISH, "--nearest", word)
    assert left.value.code == 2
    assert "is not a whole number from 0 to 9" in capsys.readouterr().err


def test_the_commands_defaults_are_those_of_the_parts() -> None:
    assert (facets.SHARE, facets.MOST, facets.BETWEEN, facets.NEAREST, facets.HOLD) == (
        choosing.SHARE,
        choosing.MOST,
        interpolation.BETWEEN,
        explaining.NEAREST,
        brushes.HOLD,
    )
    assert tuple(explaining.KINDS) == facets.WHY
    parser = argparse.ArgumentParser()
    facets.add_arguments(parser)
    assert facets.methods_of(parser.parse_args(["--images", "x"]).methods) == facets.METHODS
    with pytest.raises(OptionError, match="pencil"):
        facets.methods_of("am,pencil")
