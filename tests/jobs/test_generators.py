"""What the window knows of generators by their cards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deepvis_app.files import data_folder
from deepvis_app.jobs import generators
from deepvis_app.jobs.generators import DEFAULT, generator_for, known_generators


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is bundled but what a test puts there."""
    folder = tmp_path / "assets"
    monkeypatch.setattr(generators, "assets_folder", lambda: folder)
    return folder / "models"


def card(folder: Path, name: str, **facts: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"kind": "generator", **facts}))


def test_the_default_is_offered_also_where_it_is_not_there() -> None:
    assert [(one.name, one.title) for one in known_generators()] == [(DEFAULT, DEFAULT)]
    assert generator_for("abc") == DEFAULT


def test_bundled_and_trained_ones_are_known_and_told_whose_codes_they_read(assets: Path) -> None:
    card(assets, DEFAULT, encoder={"title": "caffenet64", "layer": "fc6", "fingerprint": "f1"})
    card(assets, "caffenet64", kind="classifier")
    card(data_folder() / "generators", "mine", encoder={"title": "net", "layer": "fc7", "fingerprint": "f2"})
    card(data_folder() / "generators", "bare")
    assert [(one.name, one.title) for one in known_generators()] == [
        (DEFAULT, "dgn64-fc6 (caffenet64 fc6)"),
        ("bare", "bare"),
        ("mine", "mine (net fc7)"),
    ]
    assert [generator_for(print_) for print_ in ("f1", "f2", "f3", "")] == [DEFAULT, "mine", DEFAULT, DEFAULT]


def test_installed_ones_of_others_are_offered(assets: Path) -> None:
    for name in ("deepsim-fc6", "alexnet"):
        card(data_folder() / "models", name)
    assert [one.name for one in known_generators()] == [DEFAULT, "deepsim-fc6"]


def test_damaged_cards_are_passed_over_and_a_new_card_is_seen(assets: Path) -> None:
    assets.mkdir(parents=True)
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"kind": 3}'), ("d", "[" * 100_000)):
        (assets / f"{name}.json").write_text(text)
    assert len(known_generators()) == 1
    card(assets, "a", encoder="none")
    assert [one.title for one in known_generators()] == [DEFAULT, "a"]
