"""A child that is told to paint something else."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.generators.opening import open_generator
from precompute.generators.topology import AnyGenerator
from precompute.options import OptionError
from precompute.painting.choices import changed
from precompute.painting.command import _parser
from precompute.painting.studio import Studio
from precompute.synthesis.natural import Card
from precompute.synthesis.part import Part, part_for
from tests.precompute.jobs.generators import NAME, bundled, save
from tests.precompute.painting.children import Child, painted, picture

DGN = ("--generator", NAME, "--steps", "3")


@pytest.fixture(autouse=True)
def generator() -> None:
    save()


def options(*words: str) -> argparse.Namespace:
    return _parser().parse_args(["--device", "cpu", *words])


def test_a_turned_child_paints_what_a_fresh_one_paints() -> None:
    with Child("--unit", "fc8:12", *DGN) as child:
        child.until("resting")
        child.say("again")  # its seed is not that of the next unit
        child.until("resting")
        child.say("unit conv3:5 conv3:9")
        start, *pictures, _ = child.until("resting")
        assert (start["event"], start["heard"], start["seed"]) == ("start", 2, 0)
        assert start["what"] == "conv3:5 with conv3:9, dgn-am on caffenet64"
        child.say("method am C")
        child.say("pictures 2")
        child.until("start")
        again, *pixels, _ = child.until("resting")
        assert (again["preset"], again["heard"], pixels[-1]["count"]) == ("C", 4, 2)
        assert "generator" not in again
    fresh = painted("--unit", "conv3:5", "--with", "conv3:9", *DGN)[-3]
    assert np.array_equal(picture(pictures[-1]), picture(fresh))
    assert pictures[-1]["others"] == fresh["others"]


def test_a_word_that_cannot_be_followed_is_answered_with_a_note_and_changes_nothing() -> None:
    refused = {
        "unit": "needs LAYER:UNIT",
        "unit fc8": "'fc8' is not LAYER:UNIT",
        "unit fc8:900": "fc8 has units 0 to 199",
        "unit fc8:1 fc7:1": "another one of the same layer",
        "unit 'fc8:1": "a quotation mark is missing",
        "method oil": "The word method needs dgn-am or am",
        "method am dgn": "The preset dgn is not for am",
        "pictures 10": "a number from 1 to 9",
    }
    with Child("--unit", "fc8:12", "--generator", NAME, "--steps", "2000") as child:
        for number, (word, sentence) in enumerate(refused.items(), 1):
            child.say(word)
            note = child.until("note")[-1]
            assert (note["heard"], sentence in note["text"]) == (number, True), note
        assert all(event["event"] == "picture" for event in child.until("picture"))
        child.say("unit fc8:13")
        assert child.until("start")[-1]["what"].startswith("fc8:13 ")


def test_of_units_that_follow_each_other_at_once_only_the_last_is_begun() -> None:
    with Child("--unit", "fc8:0", *DGN) as child:
        child.say("\n".join(f"unit conv1:{unit}" for unit in range(60)))  # while it starts
        started = [event for event in child.until("resting") if event["event"] == "start"]
        assert started[-1]["what"].startswith("conv1:59,")
        assert started[-1]["heard"] == 60
        assert len(started) < 30


def test_of_pictures_that_follow_each_other_only_the_last_is_read(tmp_path: Path) -> None:
    last = tmp_path / "last.png"
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(last)
    with Child("--unit", "fc8:0", *DGN) as child:
        child.say(f"from {tmp_path / 'gone.png'}\nfrom {last}")  # while it starts
        events = child.until("resting")
        assert [event.get("heard") for event in events if event["event"] == "start"] == [None, 2]
        assert not [event for event in events if event["event"] == "note"]


def test_the_network_and_the_generator_are_loaded_once_and_parts_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def opened(name: str) -> tuple[AnyGenerator, Card]:
        done.append(name)
        return open_generator(name)

    def found(model: LoadedModel, layer: LayerInfo, *, whole_map: bool) -> Part:
        done.append(layer.alias)
        return part_for(model, layer, whole_map=whole_map)

    monkeypatch.setattr("precompute.painting.studio.open_generator", opened)
    monkeypatch.setattr("precompute.synthesis.part.part_for", found)
    made = Studio(bundled())
    for line in ("conv3:1", "fc8:2", "conv3:4 conv3:5", "fc8:1"):
        made.setting(changed(options("--unit", "fc8:0", *DGN), f"unit {line}"))
    assert done == [NAME, "conv3", "fc8"]


def test_a_picture_of_a_hidden_unit_comes_whole_with_the_field_that_the_unit_sees() -> None:
    _, *pictures, _, _ = painted("--unit", "conv3:1", *DGN, "--pictures", "2")
    for event in pictures:
        top, left, bottom, right = event["field"]
        assert 0 <= top < bottom <= 64
        assert 0 <= left < right <= 64
        assert (bottom - top, right - left) != (64, 64)
        assert picture(event).shape == (64, 128, 3)
    *_, last, _, _ = painted("--unit", "fc8:1", *DGN)
    assert "field" not in last  # it sees all of it


def test_the_second_units_value_is_told_with_every_picture() -> None:
    _, first, *_, last, _, _ = painted("--unit", "fc8:1", "--with", "fc8:2", *DGN, "--pictures", "2")
    _, _, *_, swapped, _, _ = painted("--unit", "fc8:2", "--with", "fc8:1", *DGN, "--pictures", "2")
    assert len(first["others"]) == 2
    assert last["others"] == pytest.approx(swapped["values"], rel=1e-3)


def test_a_line_changes_its_own_options_only() -> None:
    before = options("--unit", "fc8:1", "--with", "fc8:2", "--preset", "dgn-start", "--seed", "5")
    assert vars(changed(before, "unit conv1:2")) == {**vars(before), "unit": "conv1:2", "second": None}
    assert vars(changed(before, "pictures 9")) == {**vars(before), "pictures": 9}
    assert vars(changed(before, "method am")) == {**vars(before), "method": "am", "preset": None}
    with pytest.raises(OptionError, match="for dgn-am"):
        changed(before, "method dgn-am robust")
