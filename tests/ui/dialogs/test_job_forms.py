"""From what is chosen in the form to the words of the command."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from deepvis_app.files import data_folder
from deepvis_app.jobs.wording import Value, word_for
from deepvis_app.messages import PICTURE_KINDS, ModelChoice, UnitRef
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS, form_for
from deepvis_app.ui.dialogs.job_spec import (
    NEED_IMAGES,
    Scope,
    images_problem,
    job_spec,
    listed,
    scopes,
)
from tests.ui.fakes import canned_model

ONE = Scope("conv1", "3", "conv1:3")
AM, TOP = JOB_FORMS["am"], JOB_FORMS["top"]


def test_the_scopes_name_units_as_the_command_reads_them() -> None:
    found = scopes(canned_model(), UnitRef("features.conv2", 7))
    assert found["unit"] == Scope("conv2", "7", "conv2:7")
    assert found["layer"] == Scope("conv2", "all", "conv2, 128 units")
    assert (found["main"].layers, found["main"].units) == ("conv1,conv2,conv5,fc8", "all")
    assert found["all"].layers == "conv1,conv2,conv5,fc6,fc8"


def test_a_layer_that_only_passes_units_on_is_not_computed_with_all() -> None:
    model = canned_model()
    layers = [replace(x, pictures_of="fc6") if x.name == "fc8" else x for x in model.layers]
    found = scopes(replace(model, layers=tuple(layers)), UnitRef("fc8", 0))
    assert found["main"].layers == "conv1,conv2,conv5"
    assert found["all"].layers == "conv1,conv2,conv5,fc6"


def test_an_alias_that_two_layers_share_is_not_used() -> None:
    model = canned_model()
    layers = [replace(x, alias="conv") if "conv" in x.name else x for x in model.layers]
    model = replace(model, layers=tuple(layers))
    assert word_for(model, model.layer("features.conv2")) == "features.conv2"
    assert word_for(model, model.layer("fc6")) == "fc6"


def test_what_is_left_as_it_is_is_not_said() -> None:
    spec = job_spec(AM, canned_model(), ONE, {}, "", "auto")
    assert spec.words == ("am", "--model", "canned", "--layers", "conv1", "--units", "3")
    assert spec.title == "Preferred pictures: conv1:3 (canned)"
    assert spec.gives_way


def test_what_is_changed_is_said(tmp_path: Path) -> None:
    scope = Scope("conv1,fc8", "all", "two layers")
    spec = job_spec(TOP, canned_model(), scope, {"-n": 4, "--guided": True}, f" {tmp_path} ", "cuda:1")
    assert spec.words == (
        *("top", "--model", "canned", "--device", "cuda:1", "--layers", "conv1,fc8"),
        *("--images", str(tmp_path), "-n", "4", "--guided"),
    )


def test_paths_are_absolute_because_the_job_runs_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = replace(canned_model(), choice=ModelChoice("file:my net.py:make", "net.safetensors"))
    words = job_spec(TOP, model, ONE, {}, "pictures", "auto").words
    assert f"file:{tmp_path}/my net.py:make" in words
    assert str(tmp_path / "net.safetensors") in words
    assert str(tmp_path / "pictures") in words


def test_the_built_in_photographs_are_a_word_and_no_path() -> None:
    words = job_spec(TOP, canned_model(), ONE, {}, " photographs", "auto").words
    assert words[-2:] == ("--images", "photographs")


def test_every_kind_of_picture_but_those_made_by_hand_has_a_job() -> None:
    by_hand = {"session", "painted", "pair"}
    assert {kind for kind in PICTURE_KINDS if form_for(kind) is None} == by_hand


def test_a_job_without_units_names_its_layer_and_its_images(tmp_path: Path) -> None:
    train = JOB_FORMS["train-generator"]
    values: dict[str, Value] = {"--layer": "conv5", "--size": "128", "--pictures": 1_280_000}
    spec = job_spec(train, canned_model(), ONE, values, str(tmp_path), "cpu")
    assert spec.words == (
        *("train-generator", "--model", "canned", "--device", "cpu", "--images", str(tmp_path)),
        *("--layer", "conv5", "--size", "128"),
    )
    assert spec.title == "Train a generator: conv5 (canned)"


def test_the_layers_are_those_of_the_network_and_the_selected_one_is_first_without_fc6() -> None:
    layer = JOB_FORMS["train-generator"].fields[0]
    model, selected = canned_model(), UnitRef("features.conv2", 7)
    assert listed(layer, model, selected) == (
        "fc6",
        tuple((name, name) for name in ("conv1", "conv2", "conv5", "fc6", "fc8")),
    )
    without = replace(model, layers=tuple(x for x in model.layers if x.name != "fc6"))
    assert listed(layer, without, selected)[0] == "conv2"


def test_the_generator_of_this_very_network_is_chosen_first() -> None:
    folder = data_folder() / "generators"
    folder.mkdir(parents=True)
    card = {"kind": "generator", "encoder": {"title": "canned", "layer": "fc6", "fingerprint": "0" * 64}}
    (folder / "mine.json").write_text(json.dumps(card))
    generator = JOB_FORMS["dgn-am"].fields[0]
    first, choices = listed(generator, canned_model(), UnitRef("fc8", 0))
    assert first == "mine"
    assert ("mine", "mine (canned fc6)") in choices
    assert choices[0][0] == generator.default


def test_trained_priors_are_listed_behind_those_that_need_no_training() -> None:
    folder = data_folder() / "priors"
    folder.mkdir(parents=True)
    card = {"kind": "denoiser", "encoder": {"title": "canned", "layer": "fc6", "fingerprint": "0" * 64}}
    for name, told in (("mine", card), ("joint", card), ("other", {"kind": "generator"})):
        (folder / f"{name}.json").write_text(json.dumps(told))
    prior = next(field for field in JOB_FORMS["ppgn"].fields if field.option == "--prior")
    first, choices = listed(prior, canned_model(), UnitRef("fc8", 0))
    assert first == "joint"
    assert [name for name, _ in choices] == ["joint", "none", "mine"]
    assert choices[2][1] == "mine (canned fc6)"


def test_the_real_pictures_of_facets_and_why_are_said_where_they_are_changed(tmp_path: Path) -> None:
    values: dict[str, Value] = {"--nearest": 0, "--why": "none"}
    words = job_spec(JOB_FORMS["facets"], canned_model(), ONE, values, str(tmp_path), "auto").words
    assert words[-4:] == ("--nearest", "0", "--why", "none")


def test_images_are_a_folder_or_a_zip_file(tmp_path: Path) -> None:
    archive, text = tmp_path / "a.zip", tmp_path / "a.txt"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.png", b"")
    text.write_text("no zip")
    assert images_problem(str(tmp_path)) == images_problem(f" {archive} ") == ""
    assert images_problem(f"{archive}/val") == ""
    assert images_problem(" ") == NEED_IMAGES
    assert images_problem("photographs") == ""
    assert images_problem(str(text)) == f"{text} is neither a folder nor a zip file."
    assert images_problem("/no/where") == "There is no folder or file /no/where."
    assert images_problem("x" * 5000)
    assert images_problem("nul\0byte")


COMPARE = JOB_FORMS["compare"]


def test_a_comparison_is_of_one_unit_and_needs_no_images() -> None:
    spec = job_spec(COMPARE, canned_model(), ONE, {}, "", "auto")
    assert spec.words == ("compare", "--model", "canned", "--unit", "conv1:3")
    assert spec.title == "Comparison of methods: conv1:3 (canned)"
    assert spec.gives_way


def test_methods_that_begin_at_images_are_left_out_where_there_are_none(tmp_path: Path) -> None:
    values: dict[str, Value] = {"--methods": "tv,facets,ppgn", "--judge": "alexnet,vgg16"}
    spec = job_spec(COMPARE, canned_model(), ONE, values, " ", "auto")
    assert spec.words[5:] == ("--methods", "tv,ppgn", "--judge", "alexnet", "vgg16")
    spec = job_spec(COMPARE, canned_model(), ONE, values, str(tmp_path), "auto")
    assert spec.words[5:9] == ("--images", str(tmp_path), "--methods", "tv,facets,ppgn")
    spec = job_spec(COMPARE, canned_model(), ONE, {"--methods": "facets"}, "", "auto")
    assert "--methods" not in spec.words  # all that can be made


def test_two_judges_are_asked_unless_others_are_chosen() -> None:
    store = data_folder() / "models"
    store.mkdir(parents=True)
    for name in ("alexnet", "resnet18", "vgg11"):
        (store / f"{name}.json").write_text("{}")
    judge = next(field for field in COMPARE.fields if field.option == "--judge")
    first, choices = listed(judge, canned_model(), UnitRef("fc8", 0))
    assert first == "alexnet,caffenet64"
    assert [name for name, _ in choices] == ["alexnet", "caffenet64", "resnet18", "vgg11"]
    assert listed(judge, replace(canned_model(), labels=()), UnitRef("fc8", 0)) == ("", ())
