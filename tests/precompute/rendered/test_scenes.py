"""Scenes: what is said is what is painted."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from skimage.measure import label

from precompute.rendered.scenes import (
    SIZES,
    VOCABULARY,
    Scene,
    caption,
    captioned,
    pieces,
    random_scene,
    render,
)
from precompute.rendered.shapes import COLOURS, SHAPES


def test_captions_say_what_does_not_go_without_saying() -> None:
    assert caption(Scene("circle", "red", count=2)) == "two red circles on grey"
    assert (
        caption(Scene("square", "yellow", "black", 1, "big", "tilted"))
        == "one big tilted yellow square on black"
    )
    assert caption(Scene("cross", "blue", "white", 3, "small")) == "three small blue crosses on white"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_as_many_shapes_of_their_colour_are_seen_as_are_told(count: int) -> None:
    for seed in range(5):
        rgb = render(Scene("square", "blue", "white", count), seed).astype(int)
        assert label(rgb[..., 2] - rgb[..., 0] > 90).max() == count


def test_random_pictures_are_the_seeds_own_and_have_captions_of_known_words() -> None:
    pictures, captions = captioned(30, 5)
    again, same = captioned(30, 5)
    assert pictures.shape == (30, 64, 64, 3)
    assert pictures.dtype == np.uint8
    np.testing.assert_array_equal(pictures, again)
    assert captions == same
    assert len(set(captions)) > 20
    assert {word for text in captions for word in text.split()} <= set(VOCABULARY)
    assert not np.array_equal(pictures, captioned(30, 6)[0])


def test_shapes_neither_touch_each_other_nor_the_border() -> None:
    dice = np.random.default_rng(0)
    for _ in range(60):
        found = pieces(random_scene(dice), dice)
        for piece in found:
            assert min(*piece.centre, *(1 - at for at in piece.centre)) > piece.radius
        for one, other in combinations(found, 2):
            assert np.hypot(*np.subtract(one.centre, other.centre)) > one.radius + other.radius


def test_a_background_differs_by_its_shade_alone() -> None:
    for seed in range(8):
        corner = render(Scene("ring", "cyan", "magenta"), seed)[0, 0].astype(int)
        shift = corner - COLOURS["magenta"]
        assert np.abs(shift).max() <= 8
        assert len(set(shift.tolist())) == 1


@pytest.mark.parametrize(
    ("scene", "wrong"),
    [
        ({"shape": "cube", "colour": "red"}, "no picture can show"),
        ({"shape": "circle", "colour": "pink"}, "no picture can show"),
        ({"shape": "circle", "colour": "red", "size": "huge"}, "no picture can show"),
        ({"shape": "circle", "colour": "red", "background": "red"}, "would not be seen"),
        ({"shape": "circle", "colour": "red", "count": 5}, "no room"),
        ({"shape": "circle", "colour": "red", "count": 2, "size": "big"}, "no room"),
        ({"shape": "circle", "colour": "red", "pose": "tilted"}, "looks the same"),
    ],
)
def test_what_cannot_be_painted_is_refused(scene: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Scene(**scene)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_finds_room_in_every_size_and_number(shape: str) -> None:
    for size in SIZES:
        for count in range(1, 2 if size == "big" else 5):
            assert len(pieces(Scene(shape, "red", count=count, size=size), np.random.default_rng(1))) == count
