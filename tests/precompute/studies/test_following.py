"""Pictures that follow a modification are told from those that do not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_app.messages import U8
from precompute.studies.following import MEASURES, MODIFIED, REAL, REAL_MODIFIED, REGULAR, Four, in_a_word
from precompute.studies.judging import Judge, Seen
from precompute.studies.modifications import MODIFICATIONS
from tests.precompute.studies.small import LABELS, network, picture

UNITS = (0, 1, 2)


class Top(Judge):
    """Sees every class the more clearly, the more the quarters' brightness falls in reading order."""

    def look(self, pictures: object) -> Seen:
        stack = np.stack(list(pictures))  # type: ignore[call-overload]
        corners = [stack[:, :16, :16], stack[:, :16, 16:], stack[:, 16:, :16]]
        clear = sum(
            weight * quarter.mean((1, 2, 3)) for weight, quarter in zip((3, 2, 1), corners, strict=True)
        )
        scores = np.repeat(clear[:, None], len(LABELS), 1)
        return Seen(scores, scores)


def changed(kind: str, stack: U8) -> U8:
    planes = torch.from_numpy(stack).permute(0, 3, 1, 2).float() / 255
    found = MODIFICATIONS[kind](planes, torch.Generator().manual_seed(0))
    return (found * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def four(kind: str, *, follows: bool) -> Four:
    real = [np.stack([picture(unit, index) for index in range(4)]) for unit in UNITS]
    for stack in real:
        for brightness, place in zip((255, 200, 150, 100), np.ndindex(2, 2), strict=True):
            rows, columns = (slice(16 * k, 16 * k + 16) for k in place)
            stack[:, rows, columns] = stack[:, rows, columns] // 8 + brightness - 32
    modified = [changed(kind, stack) for stack in real]
    sorts = {REAL: real, REAL_MODIFIED: modified, REGULAR: real, MODIFIED: modified if follows else real}
    return Four(sorts, UNITS, Top(network(), LABELS))


def test_tints_that_follow_correlate_with_the_exchanged_colours() -> None:
    found = MEASURES["brg"](four("brg", follows=True))["correlation of mean tints"]
    assert found[MODIFIED]["with BRG"] == pytest.approx(1, abs=1e-3)
    assert found[REGULAR]["with RGB"] == pytest.approx(1, abs=1e-3)
    assert found[MODIFIED]["with RGB"] == pytest.approx(-0.5, abs=0.01)  # of any colours without their grey
    stayed = MEASURES["brg"](four("brg", follows=False))["correlation of mean tints"]
    assert stayed[MODIFIED] == stayed[REGULAR]


def test_blurred_pictures_have_less_detail() -> None:
    found = MEASURES["blur"](four("blur", follows=True))
    assert found["sharpness"][MODIFIED] < 0.5 * found["sharpness"][REGULAR]
    assert found["classes whose modified unit's are less sharp"] == 1
    assert MEASURES["blur"](four("blur", follows=False))["classes whose modified unit's are less sharp"] == 0


def test_cut_up_pictures_are_seldom_whole_to_a_judge_of_whole_ones() -> None:
    found = MEASURES["cut-up"](four("cut-up", follows=True))
    assert found["whole"][REAL] == 1
    assert found["whole"][MODIFIED] == 0
    assert found["seams"].keys() == found["whole"].keys()
    assert MEASURES["cut-up"](four("cut-up", follows=False))["whole"][MODIFIED] == 1


@pytest.mark.parametrize("kind", MEASURES)
def test_the_main_figures_are_told_in_a_few_words(kind: str) -> None:
    assert len(in_a_word(kind, MEASURES[kind](four(kind, follows=True)))) < 90
