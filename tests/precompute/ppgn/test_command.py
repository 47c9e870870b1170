"""`train-prior` as a person gives it, on a network in a file and a zip of pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from precompute.__main__ import main
from precompute.command import execute
from precompute.datasets import open_images
from precompute.generators.encoder import Encoder
from precompute.options import load
from precompute.ppgn.command import JOB
from precompute.ppgn.denoiser import load_denoiser
from precompute.ppgn.encoding import CodeSet, encode
from precompute.stop import Stop
from tests.precompute.generators.small import write_pictures
from tests.precompute.generators.test_command import NET
from tests.precompute.helpers import Told

COUNT = 60


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    (tmp_path / "net.py").write_text(NET)
    images = write_pictures(tmp_path / "s.zip", [f"{i}.png" for i in range(COUNT)])
    return [
        *("--model", f"file:{tmp_path / 'net.py'}", "--weights", "random", "--layer", "4"),
        *("--images", str(images), "--device", "cpu", "--workers", "0", "--name", "p"),
        *("--batch", "4", "--out", str(tmp_path / "out"), "--checkpoint", str(tmp_path / "c.pt")),
    ]


def test_one_command_trains_and_writes_a_prior_with_its_card(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(JOB, [*words, "--steps", "3"]) == 0
    assert "3 held-out codes" in capsys.readouterr().out
    denoiser, card = load_denoiser(str(tmp_path / "out" / "p.safetensors"))
    assert denoiser.code_shape == (6,)
    assert card["encoder"]["layer"] == "5"
    assert card["held_out"]["codes"] == COUNT // 20
    assert card["recipe"] == {"steps": 3, "batch": 4, "noise": 0.5, "seed": 0}
    assert "--layer 4 --steps 3" in card["command"]
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["p.json", "p.safetensors"]


def stopped_after(asked: int) -> Stop:
    stop = Stop()
    left = [asked]

    def wait() -> bool:
        left[0] -= 1
        return left[0] < 0

    stop.wait = wait  # type: ignore[method-assign]
    return stop


def test_encoding_that_was_broken_off_goes_on_and_ends_alike(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.ppgn.encoding._AT_ONCE", 25)
    import argparse

    options = argparse.Namespace(model=words[1], weights="random", device="cpu")
    torch.manual_seed(0)
    model = load(options)
    encoder = Encoder(model, "4")
    images = open_images(tmp_path / "s.zip")
    told = Told()
    assert encode(images, model.preprocess, encoder, told, stopped_after(1), 0) is None
    assert told.done == 50
    found = encode(images, model.preprocess, encoder, told, Stop(), 0)
    assert isinstance(found, CodeSet)
    assert told.started[-1][0] == COUNT
    assert told.done == COUNT
    assert found.codes.shape == (COUNT, 6)
    assert sorted((*found.train, *found.held_out)) == list(range(COUNT))
    assert len(found.held_out) == 3
    pixels = np.stack([model.preprocess.pixels(_picture(images.read(k))) for k in (0, 30, 59)])
    batch = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    expected = encoder(batch).code.flatten(1).detach().numpy()
    assert np.allclose(found.codes[[0, 30, 59]], expected, atol=5e-3, rtol=5e-3)
    again = Told()
    assert encode(images, model.preprocess, encoder, again, Stop(), 0) is not None
    assert again.started == []  # all there


def _picture(data: bytes) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    from deepvis_app.render.pictures import decode_picture

    return decode_picture(data, "x.png")


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        (["--layer", "fc9"], 2, "There is no layer fc9"),
        (["--images", "/nowhere"], 2, "/nowhere does not exist"),
        (["--limit", "30"], 2, "30 readable pictures; a prior needs 40"),
        (["--noise", "0"], 2, "0 is not over 0"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str], changed: list[str], status: int, sentence: str
) -> None:
    try:
        code = execute(JOB, [*words, *changed])
    except SystemExit as ended:  # argparse
        code = int(ended.code or 0)
    told = capsys.readouterr().err
    assert (code, sentence in told) == (status, True), told


def test_the_command_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "train-prior" in capsys.readouterr().out


def test_a_longer_run_is_another_one(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert execute(JOB, [*words, "--steps", "2"]) == 0
    assert execute(JOB, [*words, "--steps", "2"]) == 0  # nothing is left to do
    assert json.loads((tmp_path / "out" / "p.json").read_text())["recipe"]["steps"] == 2
    capsys.readouterr()
    assert execute(JOB, [*words, "--steps", "4"]) == 0  # the run before came to its end: nothing is lost
    assert json.loads((tmp_path / "out" / "p.json").read_text())["recipe"]["steps"] == 4


def test_a_run_that_was_broken_off_is_not_written_over_by_another(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.ppgn.training.Trainer.done", property(lambda self: self.steps >= 2))
    assert execute(JOB, [*words, "--steps", "3"]) == 0  # its checkpoint tells of 2 of 3 steps
    monkeypatch.undo()
    before = (tmp_path / "c.pt").read_bytes()
    assert execute(JOB, [*words, "--steps", "4"]) == 2
    assert "belongs to a run with other settings" in capsys.readouterr().err
    assert (tmp_path / "c.pt").read_bytes() == before


def test_without_a_name_it_is_called_after_network_and_layer_and_replaces_no_other(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    del words[words.index("--name") : words.index("--name") + 2]
    assert execute(JOB, [*words, "--steps", "1"]) == 0
    (tmp_path / "out" / "prior-net-4.json").rename(tmp_path / "out" / "prior-net-fc2.json")
    assert execute(JOB, [*words, "--steps", "1", "--layer", "fc2"]) == 2
    assert "prior-net-fc2.safetensors is a prior of another network or layer" in capsys.readouterr().err
