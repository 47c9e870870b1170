from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasWriter, user_path
from deepvis_app.messages import ModelChoice, RunInfo, UnitPicture, UnitRecord, UnitRef
from deepvis_app.models import load_model
from precompute.__main__ import main
from precompute.stop import Stop


@pytest.fixture
def atlas() -> Path:
    """Two units of conv1, and one of fc8 that gave nothing."""
    info = load_model(ModelChoice("caffenet64", device="cpu")).info
    path = user_path(info.fingerprint)
    picture = UnitPicture("am", 0, np.full((8, 8, 3), 9, np.uint8))
    with AtlasWriter(path, info.fingerprint, info.title) as writer:
        run = writer.begin(RunInfo("am", {"steps": 3}, seed=4))
        for unit in (0, 1):
            writer.put(UnitRecord(UnitRef("conv1", unit), ("am",), (picture,)), run)
        writer.put(UnitRecord(UnitRef("fc8", 7), ("am",), (), None, "grey"), run)
    return path


def test_status_tells_what_there_is_for_which_layer_and_which_run_made_it(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--atlas", str(atlas), "--device", "cpu"]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["layer", "units", "am"] in told
    assert ["conv1", "64", "2"] in told
    assert ["fc8", "200", "1"] in told
    assert any(line[:4] == ["run", "1:", "am,", "seed"] and "not" in line for line in told)


def test_status_of_some_layers_tells_of_these_only_also_to_programs(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--atlas", str(atlas), "--device", "cpu", "--layers", "conv*", "--progress", "jsonl"]
    assert main(["status", *words]) == 0
    *notes, end = map(json.loads, capsys.readouterr().out.splitlines())
    rows = [note["text"].split() for note in notes]
    assert ["conv1", "64", "2"] in rows
    assert not any(row[0] == "fc8" for row in rows)
    assert end == {"event": "end", "status": "done", "text": "1 atlas of caffenet64."}


def test_a_strangers_words_do_not_reach_the_terminal_as_they_are(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    connection = sqlite3.connect(atlas)
    with connection:
        connection.execute("UPDATE runs SET data = ?", ("\x1b[2Jcats",))
    connection.close()
    assert main(["status", "--atlas", str(atlas), "--device", "cpu"]) == 0
    told = capsys.readouterr().out
    assert "cats" in told
    assert "\x1b" not in told


def test_verify_tells_how_far_it_is_and_can_be_stopped(
    atlas: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["verify", "--atlas", str(atlas), "--device", "cpu", "--progress", "jsonl"]
    assert main(words) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told[0]["event"], told[0]["total"], told[0]["unit"]) == ("start", 2, "pictures")
    assert told[-1]["status"] == "done"
    monkeypatch.setattr(Stop, "wait", lambda stop: stop.ask() or True)
    assert main(words) == 130
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "stopped"


def test_verify_opens_every_picture(atlas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--atlas", str(atlas), "--device", "cpu"]) == 0
    assert "sound" in capsys.readouterr().out
    import sqlite3

    connection = sqlite3.connect(atlas)
    with connection:
        connection.execute("UPDATE pictures SET image = x'00' WHERE unit = 1")
    connection.close()
    assert main(["verify", "--atlas", str(atlas), "--device", "cpu"]) == 1
    assert "Picture 0 (am) of conv1:1 is damaged" in capsys.readouterr().out


def _foreign_and_cut(tmp_path: Path) -> tuple[Path, Path]:
    foreign, cut = tmp_path / "foreign.atlas", tmp_path / "cut.atlas"
    with AtlasWriter(foreign, "b" * 64, "Another net"):
        pass
    cut.write_bytes(foreign.read_bytes()[:700])
    return foreign, cut


def test_the_status_of_a_foreign_missing_or_damaged_atlas_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (*_foreign_and_cut(tmp_path), tmp_path / "nowhere.atlas"):
        assert main(["status", "--atlas", str(path), "--device", "cpu"]) == 2
        told = capsys.readouterr().err
        assert told.splitlines()[-1].startswith("deepvis-precompute status: ")
        assert path.name in told


def test_verify_answers_that_a_foreign_or_damaged_atlas_is_not_sound_and_cannot_answer_of_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in _foreign_and_cut(tmp_path):
        assert main(["verify", "--atlas", str(path), "--device", "cpu"]) == 1
        assert f"  The atlas {path.name} " in capsys.readouterr().out
    assert main(["verify", "--atlas", str(tmp_path / "nowhere.atlas"), "--device", "cpu"]) == 2
    assert "nowhere.atlas" in capsys.readouterr().err


def test_without_any_atlas_status_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["status", "--model", "squeezenet1_0", "--weights", "random", "--device", "cpu"]
    assert main(words) == 2
    assert "make one with deepvis-precompute top or am" in capsys.readouterr().err
