"""From what is chosen in the form to the words of the command."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from deepvis_app.messages import PICTURE_KINDS, ModelChoice, UnitRef
from deepvis_app.ui.dialogs.job_forms import (
    JOB_FORMS,
    NEED_IMAGES,
    Scope,
    form_for,
    images_problem,
    job_spec,
    scopes,
    word_for,
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
    assert {kind for kind in PICTURE_KINDS if form_for(kind) is None} - {"dgn-am"} == by_hand


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
