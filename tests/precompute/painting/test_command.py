"""`paint` as the window uses it: a child process that is spoken to."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precompute.__main__ import main
from tests.precompute.jobs.generators import NAME, save
from tests.precompute.painting.children import Child, painted, picture

DGN = ("--generator", NAME, "--steps", "6")


@pytest.fixture(autouse=True)
def generator() -> None:
    save()


def test_a_painting_is_watched_poked_begun_again_and_ended(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a b.png")
    with Child("--unit", "fc8:12", *DGN, "--seed", "4", "--pictures", "2") as child:
        start, *pictures, rest = child.until("resting")
        assert (start["total"], start["generator"], start["preset"], start["seed"]) == (6, NAME, "dgn", 4)
        assert start["what"].startswith("fc8:12 (")
        assert {event["event"] for event in pictures} == {"picture"}
        last = pictures[-1]
        assert (last["step"], last["total"], last["count"], len(last["values"])) == (6, 6, 2, 2)
        assert last["value"] in last["values"]
        assert 0 <= last["percentile"] <= 100  # of the bundled atlas's statistics
        assert picture(last).shape == (64, 128, 3)
        assert rest == {"event": "resting"}
        child.say("poke")
        *poked, _ = child.until("resting")
        assert poked[-1]["step"] == 6
        assert not np.array_equal(picture(poked[-1]), picture(last))
        child.say("again")
        again, *_ = child.until("resting")
        assert (again["event"], again["seed"]) == ("start", 6)
        child.say(f"from {tmp_path / 'a b.png'}")
        begun, *_ = child.until("resting")
        assert (begun["event"], begun["preset"]) == ("start", "dgn-start")
        child.say("from /no/where.png")
        assert child.until("note")[-1]["text"] == "where.png does not exist."
        child.say("dance")
        assert "There is no word 'dance'" in child.until("note")[-1]["text"]
        child.leave()
        assert child.until("end") == [{"event": "end", "status": "done", "text": "Painted."}]
        assert child.ended() == (0, "")


def test_a_painting_can_be_paused_and_stopped() -> None:
    with Child("--unit", "fc8:12", "--generator", NAME, "--steps", "2000") as child:
        child.until("picture")
        child.say("pause")
        child.say("?")
        child.until("note")  # answered while it is paused
        child.say("go")
        child.until("picture")
        child.say("stop")
        assert child.until("end")[-1]["status"] == "stopped"
        assert child.ended()[0] == 130


def test_it_ends_when_the_window_is_gone() -> None:
    with Child("--unit", "conv3:1", "--method", "am", "--steps", "2000") as child:
        child.until("picture")
        child.leave()
        assert child.until("end")[-1]["status"] == "stopped"
        assert child.ended()[0] == 130


def test_pixels_and_two_units_are_painted_too() -> None:
    words = ("--unit", "conv3:1", "--with", "conv3:9", "--method", "am", "--preset", "C", "--steps", "4")
    start, *pictures, _, _ = painted(*words)
    assert start["what"] == "conv3:1 with conv3:9, am on caffenet64"
    assert (start["preset"], "generator" in start) == ("C", False)
    assert [len(one["others"]) for one in pictures] == [1] * len(pictures)
    assert "field" not in pictures[-1]  # nothing else was painted
    shown = picture(pictures[-1])
    assert shown.shape[0] == shown.shape[1] < 64  # what the unit sees


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--unit", "fc8:1", "--generator", "nowhere"), "There is no generator nowhere"),
        (("--unit", "fc8:1", "--from", "nowhere.png"), "nowhere.png does not exist"),
        (("--unit", "fc8"), "'fc8' is not LAYER:UNIT, such as fc8:12."),
        (("--unit", "fc8:900"), "fc8 has units 0 to 199"),
        (("--unit", "conv*:1"), "conv* names 5 layers: name one."),
        (("--unit", "nolayer:1"), "has no layer nolayer"),
        (("--unit", "fc8:1", "--with", "fc7:2"), "The second unit must be another one of the same layer."),
        (("--unit", "fc8:1", "--with", "fc8:1"), "The second unit must be another one of the same layer."),
        (("--unit", "fc8:1", "--preset", "robust"), "The preset robust is not for dgn-am"),
    ],
)
def test_what_cannot_be_painted_is_told_as_an_event_and_on_standard_error(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["paint", "--device", "cpu", "--generator", NAME, *words]) == 2
    told = capsys.readouterr()
    end = json.loads(told.out.splitlines()[-1])
    assert (end["status"], sentence in end["text"]) == ("failed", True)
    assert told.err == f"deepvis-precompute paint: {end['text']}\n"
