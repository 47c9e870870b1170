"""Generators on disk: what is written is found and loaded again, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from precompute.generators.store import (
    GeneratorError,
    generator_names,
    load_generator,
    save_generator,
    user_folder,
)
from precompute.generators.topology import Generator, Topology, initialise


def made() -> Generator:
    torch.manual_seed(0)
    generator = Generator(Topology((5, 4, 4)))
    initialise(generator, torch.rand(5, 4, 4), torch.rand(5, 4, 4) + 0.5)
    return generator


def test_a_saved_generator_is_found_by_its_name_and_paints_the_same() -> None:
    generator = made()
    save_generator(generator, {"title": "t"}, user_folder(), "mine")
    assert "mine" in generator_names()
    loaded, card = load_generator("mine")
    assert card["title"] == "t"
    assert loaded.topology == generator.topology
    assert torch.allclose(loaded.code_mean, generator.code_mean, atol=1e-3)
    code = torch.rand(2, 5, 4, 4)
    with torch.no_grad():
        assert torch.allclose(loaded(code), generator(code), atol=1e-2)
    assert not any(p.requires_grad for p in loaded.parameters())
    weights = load_file(user_folder() / "mine.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.float16}


def test_a_generator_is_loaded_by_path_as_well(tmp_path: Path) -> None:
    save_generator(made(), {}, tmp_path, "there")
    assert load_generator(str(tmp_path / "there.safetensors"))[1]["name"] == "there"


def test_what_is_missing_or_damaged_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"There is no generator nothing; known are .*Make one with"):
        load_generator("nothing")
    save_generator(made(), {}, tmp_path, "x")
    path = tmp_path / "x.safetensors"
    card = json.loads((tmp_path / "x.json").read_text())
    card["topology"]["size"] = 100
    (tmp_path / "x.json").write_text(json.dumps(card))
    with pytest.raises(
        GeneratorError, match=r"The card of generator x is missing or damaged \(a generator's"
    ):
        load_generator(str(path))
    (tmp_path / "x.json").unlink()
    with pytest.raises(GeneratorError, match="The card of generator x is missing"):
        load_generator(str(path))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hidden": 1 << 20}, "The weights do not fit x"),
        ({"code": [1 << 40]}, "The weights do not fit x"),
        ({"hidden": "many"}, "The card of generator x is missing or damaged"),
        ({"hidden": -1}, "The card of generator x is missing or damaged"),
        ({"code": ["a"]}, "The card of generator x is missing or damaged"),
        ({"slope": None}, "The card of generator x is missing or damaged"),
        ({"size": [64]}, "The card of generator x is missing or damaged"),
    ],
)
def test_a_strangers_card_is_one_sentence_and_asks_for_no_memory(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    generator = Generator(Topology((5,), hidden=8))
    save_generator(generator, {}, tmp_path, "x")
    card = json.loads((tmp_path / "x.json").read_text())
    card["topology"] |= changes
    (tmp_path / "x.json").write_text(json.dumps(card))
    with pytest.raises(GeneratorError, match=rf"{sentence}[^\n]*\.$"):
        load_generator(str(tmp_path / "x.safetensors"))


@pytest.mark.parametrize("card", ['{"name": "x", "kind": "network"}', "[1]"])
def test_the_card_of_something_else_is_told(tmp_path: Path, card: str) -> None:
    save_generator(made(), {}, tmp_path, "x")
    (tmp_path / "x.json").write_text(card)
    with pytest.raises(GeneratorError, match="it is not that of a generator"):
        load_generator(str(tmp_path / "x.safetensors"))


def test_weights_that_are_damaged_are_refused(tmp_path: Path) -> None:
    save_generator(made(), {}, tmp_path, "x")
    (tmp_path / "x.safetensors").write_bytes(b"damaged")
    with pytest.raises(GeneratorError, match=r"x\.safetensors"):
        load_generator(str(tmp_path / "x.safetensors"))


def test_other_cards_in_the_folder_are_no_generators() -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "a.json").write_text('{"name": "a"}')
    (user_folder() / "b.json").write_text("no json")
    assert not {"a", "b", "caffenet64"} & set(generator_names())
