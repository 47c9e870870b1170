"""The command as a person gives it, on a network in a file and a zip of pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deepvis_app.files import cache_folder
from precompute.command import execute
from precompute.generators.command import JOB
from precompute.generators.store import load_generator
from tests.precompute.generators.small import write_pictures

NET = """
from torch import nn
preprocess = {"input_size": (64, 64)}
def model():
    return nn.Sequential(nn.Conv2d(3, 4, 7, stride=4, padding=3), nn.ReLU(), nn.MaxPool2d(4), nn.Flatten(),
                         nn.Linear(64, 6), nn.ReLU(), nn.Linear(6, 2))
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    (tmp_path / "net.py").write_text(NET)
    images = write_pictures(tmp_path / "s.zip", [f"{i}.png" for i in range(48)])
    return [
        *("--model", f"file:{tmp_path / 'net.py'}", "--weights", "random", "--layer", "4"),
        *("--images", str(images), "--device", "cpu", "--batch", "4", "--name", "g", "--threads", "1"),
        *("--checkpoint", str(tmp_path / "c.pt"), "--out", str(tmp_path / "out")),
    ]


def test_one_command_trains_and_writes_a_generator_with_its_card(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(JOB, [*words, "--pictures", "8"]) == 0
    assert "held-out code cosine" in capsys.readouterr().out
    generator, card = load_generator(str(tmp_path / "out" / "g.safetensors"))
    assert generator.code_shape == (6,)
    assert generator.code_std.max() > 0
    assert card["encoder"]["layer"] == "5"
    assert card["held_out"]["pictures"] == 2
    assert card["pictures_seen"] == 8
    assert "--layer 4" in card["command"]


def test_a_longer_run_goes_on_where_the_first_ended(words: list[str], tmp_path: Path) -> None:
    assert execute(JOB, [*words, "--pictures", "8"]) == 0
    assert execute(JOB, [*words, "--pictures", "16", "--progress", "bar"]) == 0
    assert json.loads((tmp_path / "out" / "g.json").read_text())["pictures_seen"] == 16


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (["--images", "/nowhere"], "/nowhere does not exist"),
        (["--model", "nothing"], "There is no model nothing"),
        (["--device", "cuda:77"], "cannot be used"),
    ],
)
def test_a_failure_is_one_sentence(
    words: list[str], changed: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(JOB, [*words, *changed]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (["--layer", "fc9"], "There is no layer fc9"),
        (["--out", "net.py"], "net.py is a file, or lies below one"),
        (["--checkpoint", "net.py/c.pt"], "net.py is a file, or lies below one"),
    ],
)
def test_wrong_words_are_told_before_anything_is_decoded(
    words: list[str], tmp_path: Path, changed: list[str], sentence: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert execute(JOB, [*words, "--pictures", "8", *changed]) == 2
    assert sentence in capsys.readouterr().err
    assert not list((cache_folder() / "generators").glob("*.npz"))


def test_the_generator_of_another_network_is_never_written_over(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(JOB, [*words, "--pictures", "4"]) == 0
    before = (tmp_path / "out" / "g.safetensors").read_bytes()
    assert (
        execute(JOB, [*words, "--pictures", "4", "--layer", "6", "--checkpoint", str(tmp_path / "d.pt")]) == 2
    )
    assert "is a generator of another network or layer: name this one with --name" in capsys.readouterr().err
    assert (tmp_path / "out" / "g.safetensors").read_bytes() == before
    assert not (tmp_path / "d.pt").exists()


def test_without_a_name_it_is_called_after_network_and_layer(words: list[str], tmp_path: Path) -> None:
    at = words.index("--name")
    assert execute(JOB, [*words[:at], *words[at + 2 :], "--pictures", "4"]) == 0
    assert [path.name for path in (tmp_path / "out").glob("*.json")] == ["dgn64-net-4.json"]


def test_a_name_with_folders_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(JOB, [*words, "--name", "../g"])
    assert ended.value.code == 2
    assert "'../g' is not a plain name, without folders" in capsys.readouterr().err


@pytest.mark.parametrize("changed", [("--pictures", "0"), ("--batch", "many"), ("--adversary", "-1")])
def test_numbers_that_cannot_be_are_one_sentence(
    words: list[str], changed: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(JOB, [*words, *changed])
    assert ended.value.code == 2
    assert re.search(rf"argument {changed[0]}: '?{changed[1]}'? is not ", capsys.readouterr().err)


def test_a_checkpoint_of_other_settings_is_a_sentence_too(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(JOB, [*words, "--pictures", "4"]) == 0
    assert execute(JOB, [*words, "--pictures", "8", "--seed", "1"]) == 2
    assert "belongs to a run with other settings" in capsys.readouterr().err
