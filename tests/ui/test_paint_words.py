from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import Painting, PaintOrder, PictureFacts, UnitPicture, UnitRef
from deepvis_app.ui.paint_words import STARTING, share, state_words, value_words
from tests.ui.fakes_atlas import some_stats

ORDER = PaintOrder("0", UnitRef("fc8", 3), "fc8:3", "dgn-am", ("paint",))


def painting(value: float | None = 5.0, **changes: object) -> Painting:
    picture = UnitPicture("painted", 0, np.zeros((4, 4, 3), np.uint8), value or 0.0, PictureFacts(value))
    made = Painting(ORDER, "painting", 12, 200, (picture,), percentile=93.21, began=100.0)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (painting(), "step 12 of 200"),
        (painting(total=0), "step 12"),
        (painting(pictures=()), "begins ..."),
        (painting(state="paused"), "paused at step 12 of 200"),
        (painting(state="stopped"), "stopped at step 12 of 200"),
        (painting(state="stopped", pictures=()), "stopped"),
        (painting(state="resting"), "finished after 12 steps"),
        (painting(state="failed", sentence="There is no layer."), "failed: There is no layer."),
        (painting(state="starting"), f"{STARTING} ..."),
    ],
)
def test_every_state_is_told(made: Painting, told: str) -> None:
    assert state_words(made, 101.0) == told


def test_a_start_that_takes_long_tells_how_long() -> None:
    assert state_words(painting(state="starting"), 107.4) == f"{STARTING} (7 s)"
    assert state_words(painting(state="starting", began=0.0), 107.4) == f"{STARTING} ..."  # no child yet


def test_the_value_has_its_place_among_the_images() -> None:
    assert value_words(painting(), some_stats()) == "5, above 50 % of 10,000 images"
    assert value_words(painting(), None) == "5, above 93.2 % of the images' largest"
    assert value_words(painting(percentile=None), None) == "5"
    assert value_words(painting(None), some_stats()) == ""
    assert value_words(painting(pictures=()), some_stats()) == ""


def test_of_two_units_both_values_are_told_as_far_as_they_are_known() -> None:
    order = replace(ORDER, second=UnitRef("fc8", 7))
    both = painting(order=order)
    assert value_words(both, some_stats()) == "unit 3: 5"
    facts = PictureFacts(5.0, more={"activation of fc8:7": 4.25})
    both = replace(both, pictures=(replace(both.pictures[0], facts=facts),))
    assert value_words(both, some_stats()) == "unit 3: 5, unit 7: 4.25"


def test_the_share_stays_between_none_and_all() -> None:
    assert [share(painting(step=s, total=t)) for s, t in ((0, 0), (0, 4), (1, 4), (9, 4))] == [0, 0, 0.25, 1]
