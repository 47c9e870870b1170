from __future__ import annotations

from dataclasses import replace

import pytest

from deepvis_app.messages import PictureFacts, RunInfo, UnitPicture, UnitPictures, UnitRef
from deepvis_app.ui.picture_words import facts_of, made_by, provenance, standing, tooltip
from tests.ui.fakes_atlas import AM_RUN, TOP_RUN, colour, some_stats, some_unit


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (9.7, "above 97 % of 10,000 images"),
        (9.99, "above 99.9 % of 10,000 images"),
        (9.9999, "above 99.99 % of 10,000 images"),
        (10.1, "above all 10,000 images"),
        (0.05, "above less than 1 % of 10,000 images"),
        (0.0, "not active, as in 25 % of 10,000 images"),
        (-3.0, "below all 10,000 images"),
    ],
)
def test_a_standing_never_claims_more_than_is_so(value: float, words: str) -> None:
    assert standing(value, some_stats()) == words


def test_a_unit_without_silent_images_can_be_below_all() -> None:
    assert standing(-3.0, replace(some_stats(), zeros=0.0)) == "below all 10,000 images"


def test_everything_known_of_a_patch_is_told() -> None:
    facts = PictureFacts(12.345, 99.5, None, "n01/a.JPEG", (3, 5, 14, 16), "goldfish", {"at": [1, 2]})
    told = dict(facts_of(UnitPicture("top", 0, colour(9), 12.345, facts, TOP_RUN)))
    assert told == {
        "activation": "12.35, above 99.5 % of the images' largest",
        "class": "goldfish",
        "image": "n01/a.JPEG",
        "patch": "rows 3 to 13, columns 5 to 15",
        "at": "[1, 2]",
        "made by": "top, run 1, 2026-03-02",
        "images": "val, 10000 images",
        "with": "images /data/val, n 9",
    }


def test_a_score_that_is_no_activation_a_seed_and_many_parameters_are_told_too() -> None:
    run = RunInfo("am", {f"p_{k}": k / 3 for k in range(20)})
    told = dict(facts_of(UnitPicture("am", 1, colour(9), 3.0, PictureFacts(4.0, 100.0, seed=0), run)))
    assert told["score"] == "3"
    assert told["seed"] == "0"
    assert told["activation"] == "4, above all of the images' largest"
    assert told["with"].startswith("p 0 0, p 1 0.3333, ")
    assert told["with"].endswith(", and 6 more")


def test_names_of_files_are_no_markup() -> None:
    facts = PictureFacts(1.0, source="<b>&.png")
    assert "&lt;b&gt;&amp;.png" in tooltip(UnitPicture("top", 0, colour(9), 1.0, facts))


def test_a_run_tells_when_it_ended_or_that_it_did_not() -> None:
    assert made_by(TOP_RUN) == "top, run 1, 2026-03-02"
    assert made_by(AM_RUN) == "am, run 2, begun 2026-03-03, not finished"
    assert made_by(RunInfo("am", {})) == "am, begun at an unknown time, not finished"


def test_each_run_is_named_once_and_trouble_comes_first() -> None:
    unit = some_unit(UnitRef("conv1", 3))
    text = provenance(unit, ("am", "top", "deconv"))
    assert text.count("run 1") == text.count("run 2") == 1
    assert provenance(UnitPictures(unit.ref), ("am",)) == ""
    assert provenance(replace(unit, error="It is damaged."), ("am",), "Pictures of conv1").startswith(
        "It is damaged.  Pictures of conv1.  am"
    )
