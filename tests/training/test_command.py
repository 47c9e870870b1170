"""`train-classifier` as a person gives it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from precompute.command import execute
from precompute.stop import Stop
from precompute.training.classifier import Recipe
from precompute.training.command import JOB


def test_one_command_trains_and_writes_the_bundle(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        str(archive),
        "--epochs",
        "1",
        "--checkpoint",
        str(tmp_path / "c.pt"),
        "--assets",
        str(tmp_path / "a"),
    ]
    assert execute(JOB, arguments) == 0
    assert "top-1" in capsys.readouterr().out
    card = json.loads((tmp_path / "a/models/caffenet64.json").read_text())
    weights = load_file(tmp_path / "a/models/caffenet64.safetensors")
    assert card["labels"][0] == "class n01"
    assert weights["conv1.weight"].dtype == torch.float16
    assert (tmp_path / "a/labels/caffenet64.txt").read_text().count("\n") == 6


def test_a_wrong_path_ends_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(JOB, [str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@dataclass(frozen=True)
class Small(Recipe):
    batch: int = 32


def test_a_place_that_cannot_be_written_is_one_sentence(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.training.classifier.Recipe", Small)
    (tmp_path / "file").write_text("no folder")
    place = tmp_path / "file" / "c.pt"
    assert (
        execute(JOB, [str(archive), "--epochs", "1", "--checkpoint", str(place), "--assets", str(tmp_path)])
        == 2
    )
    last = capsys.readouterr().err.splitlines()[-1]
    assert "Errno" not in last
    assert re.fullmatch(r"deepvis-precompute train-classifier: .*file.*: .+\.", last)


def test_the_command_tells_programs_how_far_it_is_and_stops_between_steps(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.training.classifier.Recipe", Small)
    words = [str(archive), "--epochs", "2", "--checkpoint", str(tmp_path / "c.pt"), "--progress", "jsonl"]
    words += ["--assets", str(tmp_path / "a")]
    monkeypatch.setattr(Stop, "wait", lambda stop: True)
    assert execute(JOB, words) == 130
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in told] == ["start", "progress", "end"]
    assert told[0]["total"] > told[1]["done"] == 1
    assert told[-1]["status"] == "stopped"
    assert not (tmp_path / "a").exists()
    monkeypatch.setattr(Stop, "wait", lambda stop: False)
    assert execute(JOB, words) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"][:8] for line in told if line["event"] == "note"] == ["epoch 1:", "epoch 2:"]
    assert [line["done"] for line in told if line["event"] == "progress"][-1] == told[0]["total"]
    assert told[-1]["status"] == "done"
