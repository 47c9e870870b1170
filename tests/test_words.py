from __future__ import annotations

import pytest

from deepvis_app.words import nearest

NAMES = ["conv1", "conv2", "conv3", "conv4", "fc8", "prob", "conv1"]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("fc7", "fc8"),
        ("probe", "prob"),
        ("zzz", "conv1, conv2, conv3, conv4, fc8"),
        ("", "conv1, conv2, conv3, conv4, fc8"),
    ],
)
def test_like_names_are_told_or_else_the_first(word: str, told: str) -> None:
    assert nearest(word, NAMES) == told


def test_no_name_twice_and_no_more_than_three() -> None:
    assert sorted(nearest("conv", NAMES).split(", ")) in (
        ["conv1", "conv2", "conv3"],
        ["conv2", "conv3", "conv4"],
    )
    assert nearest("x", []) == ""
