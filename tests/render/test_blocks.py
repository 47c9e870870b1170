from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import REAL_FACET, U8, PictureFacts, UnitPicture
from deepvis_app.render.blocks import CELL, apart, block, parted
from tests.atlas.makers import facet_map


def noise(seed: int, *size: int) -> U8:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (64, 64)), (2, (64, 128)), (4, (128, 128)), (7, (192, 192))]
)
def test_pictures_of_a_cell_come_apart_as_they_were(count: int, shape: tuple[int, int]) -> None:
    pictures = [noise(seed, CELL, CELL) for seed in range(count)]
    whole = block(pictures)
    assert whole.shape[:2] == shape
    for cell, picture in zip(parted(whole, count), pictures, strict=True):
        assert (cell == picture).all()


def test_small_pictures_are_enlarged_by_whole_pixels_and_others_stand_in_the_middle() -> None:
    small, flat = noise(1, 20, 20), noise(2, 10, 20)
    first, second = parted(block([small, flat]), 2)
    assert first.shape == (60, 60, 3)
    assert (first[::3, ::3] == small).all()
    assert (second[15:45][::3, ::3] == flat).all()
    assert (second[:15] == 128).all()
    assert (second[45:] == 128).all()


@pytest.mark.parametrize(("size", "count"), [((64, 64), 2), ((64, 64), 0), ((128, 127), 4), ((64, 128), 4)])
def test_what_is_no_such_block_is_refused(size: tuple[int, int], count: int) -> None:
    with pytest.raises(ValueError, match="no block"):
        parted(noise(0, *size), count)


def test_a_facets_pictures_know_their_images() -> None:
    facets = facet_map(12)
    facts = PictureFacts(more={"pictures": 3, "method": "LRP", "images": 8})
    found = UnitPicture(REAL_FACET, 0, block([noise(seed, 64, 64) for seed in range(3)]), 8.0, facts)
    made = apart(found, facets)
    assert [one.rank for one in made] == [0, 1, 2]
    for one, at in zip(made, facets.facets[0].members, strict=False):
        point = facets.points[at]
        assert (one.facts.source, one.facts.box, one.score) == (point.source, point.box, point.value)
        assert one.facts.more == {"facet": 0, "method": "LRP"}
    for other in (
        replace(found, rank=5),
        *(replace(found, facts=PictureFacts(more={"pictures": count})) for count in (None, "3", 0, -1, 7, 9)),
    ):
        assert apart(other, facets) == ()
