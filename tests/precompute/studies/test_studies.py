"""Each study from its options to its files, on a small network with an untrained generator."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepvis_app.models import LoadedModel
from precompute.generators.store import GeneratorError
from precompute.options import OptionError
from precompute.publish.sheet import Tile
from precompute.studies import STUDIES, networks
from precompute.studies.base import Desk, Finding, StudyStoppedError
from precompute.studies.command import main
from precompute.studies.report import write
from tests.precompute.studies.small import LABELS, data_set, desk, generator, network, picture


@pytest.fixture
def model() -> LoadedModel:
    return network()


@pytest.fixture(autouse=True)
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks on the command line are seeds here."""
    monkeypatch.setattr(
        networks, "open_networks", lambda texts, device: [network(int(text)) for text in texts]
    )


def done(name: str, at: Desk) -> tuple[Finding, dict[str, Any]]:
    """The finding, and the report as it was written; checks what all studies promise."""
    study = STUDIES[name]
    finding = study.run(at)
    write(study, at, finding)
    report: dict[str, Any] = json.loads((at.options.out / f"{name}.json").read_text())
    assert report["study"] == name
    assert report["network"]["fingerprint"] == at.model.info.fingerprint
    assert {"versions", "parameters", "seeds", "units", "made", "figures", "after"} <= report.keys()
    assert report["private"] is finding.private
    assert len(finding.tiles) % finding.columns == 0
    assert finding.said.endswith(".")
    assert finding.explained.endswith(".")
    with Image.open(at.options.out / f"{name}.png") as sheet:
        assert sheet.width >= finding.columns * 48
    return finding, report["figures"]


def test_a_report_is_json_whatever_was_measured(tmp_path: Path, model: LoadedModel) -> None:
    figures = {"relative": [float("inf"), 1.5], "share": float("nan"), "words": "a"}
    tiles = [Tile(picture(0, 0), "goldfish")]
    finding = Finding(tiles=tiles, columns=1, figures=figures, said="Said.", explained="Explained.")
    write(STUDIES["quality"], desk("quality", tmp_path, model), finding)

    def refused(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    report = json.loads((tmp_path / "quality.json").read_text(), parse_constant=refused)
    assert report["figures"] == {"relative": [None, 1.5], "share": None, "words": "a"}


@pytest.mark.parametrize("gammas", ["a", "0,nan", "-1"])
def test_a_penalty_has_a_weight_from_0_on(
    gammas: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["two-units", "--out", str(tmp_path), f"--gammas={gammas}"])
    assert re.search(r"is not a list of numbers|is not from 0 to 100", capsys.readouterr().err)


def test_memorisation_finds_a_copy_and_shows_the_data_set(tmp_path: Path, model: LoadedModel) -> None:
    images = data_set(tmp_path / "set")
    at = desk("memorisation", tmp_path, model, generator=generator(tmp_path, model), images=images)
    finding, figures = done("memorisation", at)
    assert finding.private
    assert finding.columns == 1 + 1 + 3  # the picture, pixels, conv1, fc2 and fc3
    assert len(finding.tiles) == 4 * finding.columns
    assert figures["relative distance, median"].keys() == {"pixels", "conv1", "fc2", "fc3"}
    assert all(row["nearest"]["fc2"]["distance"] > 0 for row in figures["pictures"])


def test_a_training_picture_itself_is_told_as_a_copy_in_every_space(
    tmp_path: Path, model: LoadedModel
) -> None:
    from precompute.datasets import open_images
    from precompute.studies.classes import ClassPictures
    from precompute.studies.memorisation import _row, _spaces
    from precompute.studies.painting import Painted

    at = desk("memorisation", tmp_path, model)
    images = data_set(tmp_path / "set")
    (images / "goldfish" / "03.png").write_bytes(b"nothing")  # so that places differ from those in the set
    pictures = ClassPictures(open_images(images), model)
    copy = Painted(0, 0, pictures.of(0)[4], 0.0, 0.0, 0)
    row, _ = _row(at, copy, pictures, _spaces(at))
    assert all(found["picture"] == "goldfish/06.png" for found in row["nearest"].values())
    assert all(found["relative"] < 0.01 for found in row["nearest"].values())


def test_transfer_asks_every_network_about_every_networks_pictures(
    tmp_path: Path, model: LoadedModel
) -> None:
    at = desk("transfer", tmp_path, model, generator=generator(tmp_path, model), targets=["1", "2"])
    _, figures = done("transfer", at)
    names = {"net 0 (random)", "net 1 (random)", "net 2 (random)"}
    assert figures["targets"].keys() == names
    assert all(found["seen by"].keys() == names for found in figures["targets"].values())
    assert all(found["seen by"]["net 1 (random)"]["pictures"] == 4 for found in figures["targets"].values())


def test_start_from_image_begins_at_the_pictures_own_code(tmp_path: Path, model: LoadedModel) -> None:
    Image.fromarray(np.full((40, 50, 3), (250, 120, 30), np.uint8)).save(tmp_path / "orange.png")
    at = desk(
        "start-from-image",
        tmp_path,
        model,
        generator=generator(tmp_path, model),
        pictures=[tmp_path / "orange.png"],
    )
    finding, figures = done("start-from-image", at)
    assert finding.private
    assert [row["picture"] for row in figures["pictures"]] == ["orange"]
    assert len(figures["pictures"][0]["units"]) == 2


def test_a_generator_of_an_unknown_network_has_no_code_of_a_picture(
    tmp_path: Path, model: LoadedModel
) -> None:
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(tmp_path / "black.png")
    painter = generator(tmp_path, network(1))
    at = desk("start-from-image", tmp_path, model, generator=painter, pictures=[tmp_path / "black.png"])
    with pytest.raises(GeneratorError, match=r"small .*start from noise"):
        STUDIES["start-from-image"].run(at)


def test_two_units_are_painted_alone_and_together_for_each_penalty(
    tmp_path: Path, model: LoadedModel
) -> None:
    at = desk("two-units", tmp_path, model, generator=generator(tmp_path, model), gammas=[0.0, 0.8])
    finding, figures = done("two-units", at)
    assert figures["with"] == "bullfrog"  # behind the first unit
    assert figures["gammas"].keys() == {"0", "0.8"}
    assert [pair["unit"] for pair in figures["gammas"]["0"]["pairs"]] == [0, 2]
    assert len(finding.tiles) == 3 * 3


def test_a_partner_that_does_not_exist_is_refused(tmp_path: Path, model: LoadedModel) -> None:
    at = desk("two-units", tmp_path, model, generator=generator(tmp_path, model), partner=5)
    with pytest.raises(OptionError, match=r"fc3 has units 0 to 4; there is no unit 5"):
        STUDIES["two-units"].run(at)


def test_code_layers_has_a_row_for_each_generator(tmp_path: Path, model: LoadedModel) -> None:
    names = [generator(tmp_path, model, name) for name in ("one", "two")]
    at = desk("code-layers", tmp_path, model, generators=names, judge=["1"])
    finding, figures = done("code-layers", at)
    assert list(figures["generators"]) == ["one", "two"]
    assert finding.columns == 2
    for found in figures["generators"].values():
        assert 0 <= found["repetition"] <= 1
        assert found["judges"]["net 1 (random)"]["pictures"] == 4


def test_quality_compares_every_way_with_real_pictures(tmp_path: Path, model: LoadedModel) -> None:
    images = data_set(tmp_path / "set")
    at = desk(
        "quality",
        tmp_path,
        model,
        generator=generator(tmp_path, model),
        judge=["1"],
        ways="dgn,none",
        images=images,
    )
    finding, figures = done("quality", at)
    assert figures["judges"]["net 1 (random)"]["fingerprint"] == network(1).info.fingerprint
    assert [found["encoder"]["layer"] for found in figures["generators"]] == ["relu2"]
    assert list(figures["ways"]) == ["dgn", "none", "real"]
    for found in figures["ways"].values():
        assert found["judges"]["net 1 (random)"]["pictures"] == 4
        assert found["diversity"].keys() == {"pixels", "net 1 (random)"}
    assert figures["ways"]["real"]["diversity"]["pixels"] > 0
    assert not finding.private


def test_modified_data_measures_every_kind_by_every_way(tmp_path: Path, model: LoadedModel) -> None:
    images = data_set(tmp_path / "set")
    at = desk("modified-data", tmp_path, model, images=images, ways="none", kinds="brg,cut-up,blur", epochs=1)
    finding, figures = done("modified-data", at)
    assert finding.private
    assert list(figures["kinds"]) == ["brg", "cut-up", "blur"]
    assert all(found["ways"].keys() == {"none"} for found in figures["kinds"].values())
    assert all(found["accuracy"]["pictures"] == 8 for found in figures["kinds"].values())
    assert len(finding.tiles) == 3 * 4 * 2
    at.options.kinds = "grey"
    with pytest.raises(OptionError, match="names grey; known are brg, cut-up, blur"):
        STUDIES["modified-data"].run(at)


@pytest.mark.parametrize("rate", ["0", "61", "4.5", "99999999999"])
def test_a_film_is_as_fast_as_can_be_seen_at_most(
    rate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["evolution", "--out", str(tmp_path), "--snapshots", str(tmp_path), "--rate", rate])
    assert f"'{rate}' is not a whole number from 1 to 60" in capsys.readouterr().err


def test_evolution_looks_at_every_snapshot_and_makes_a_film(
    tmp_path: Path, model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import deepvis_app.models
    from precompute.training.snapshots import LISTED

    rows = [
        {"file": f"{step}.safetensors", "step": step, "top1": top1} for step, top1 in ((1, 0.1), (20, None))
    ]
    for row in rows:
        (tmp_path / str(row["file"])).touch()
    (tmp_path / LISTED).write_text(json.dumps(rows))
    monkeypatch.setattr(
        deepvis_app.models, "load_model", lambda choice: network(int(Path(choice.weights).stem))
    )
    painter = generator(tmp_path / "painter", model)
    at = desk("evolution", tmp_path, model, generator=painter, snapshots=tmp_path)
    finding, figures = done("evolution", at)
    assert [found["step"] for found in figures["snapshots"]] == [1, 20]
    assert [tile.more for tile in finding.tiles] == ["step 1, 10.0%", "step 20"] * 2
    with Image.open(io.BytesIO((tmp_path / "evolution.webp").read_bytes())) as moving:
        assert getattr(moving, "n_frames", 1) == 2
    assert (tmp_path / "evolution.avi").read_bytes()[:4] == b"RIFF"


def test_a_study_that_is_stopped_writes_nothing(tmp_path: Path, model: LoadedModel) -> None:
    at = desk("quality", tmp_path / "out", model, judge=["1"], ways="none")
    at.stop.ask()
    with pytest.raises(StudyStoppedError):
        STUDIES["quality"].run(at)
    assert not (tmp_path / "out").exists()


def test_labels_of_the_small_network_are_known() -> None:
    assert len(LABELS) == network().net.get_submodule("fc3").get_parameter("bias").numel()
