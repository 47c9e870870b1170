"""Planted classes: what their comments promise, and that pictures on disk tell their facets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from precompute.datasets import open_images
from precompute.rendered.hues import palette
from precompute.rendered.planted import CLASSES, differences, facet_of, pictures, save_pictures
from precompute.rendered.scenes import caption


def test_neither_shape_nor_colour_alone_tells_a_class() -> None:
    shapes = [{scene.shape for scene in planted.facets} for planted in CLASSES]
    assert all(len(one) == 1 for one in shapes)
    assert set(Counter(next(iter(one)) for one in shapes).values()) == {2}
    hues = Counter(hue for planted in CLASSES for hue in palette(planted.facets))
    assert hues == dict.fromkeys(range(6), 2)


def test_a_class_has_two_neighbouring_hues_and_brg_leads_to_two_others() -> None:
    for planted in CLASSES:
        first, second = palette(planted.facets)
        assert (second - first) % 6 in (1, 5)
        assert not {first, second} & {(first + 2) % 6, (second + 2) % 6}


def test_the_first_two_facets_of_the_classes_differ_in_each_thing_alone() -> None:
    alone = {differences(*planted.facets[:2]) for planted in CLASSES[1:]}
    assert alone == {("pose",), ("background",), ("count",), ("size",), ("colour",)}
    assert all(len({caption(scene) for scene in planted.facets}) == 3 for planted in CLASSES)


def test_pictures_of_other_seeds_are_others_and_all_differ() -> None:
    one, other = pictures(3), pictures(3, 1)
    assert len(one.rgb) == 3 * 3 * 6
    assert len({rgb.tobytes() for rgb in (*one.rgb, *other.rgb)}) == 2 * len(one.rgb)
    assert len(one.of(2)) == 9
    assert len(one.of(2, 1)) == 3


def test_brg_puts_blue_where_red_was() -> None:
    these = pictures(1)
    swapped = these.in_order("BRG").rgb
    for stands, stood in enumerate((2, 0, 1)):
        np.testing.assert_array_equal(swapped[..., stands], these.rgb[..., stood])
    twice = these.in_order("BRG").in_order("BRG").rgb
    np.testing.assert_array_equal(twice, these.in_order("GBR").rgb)


def test_files_tell_class_and_facet_and_are_the_same_each_time(tmp_path: Path) -> None:
    these = pictures(2)
    save_pictures(these, tmp_path / "one.zip")
    save_pictures(these, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    images = open_images(tmp_path / "one.zip")
    assert len(images) == len(these.rgb)
    counted: Counter[tuple[str, int]] = Counter()
    for name, label in zip(images.names, images.labels, strict=True):
        planted = next(one for one in CLASSES if one.name == label)
        counted[label, facet_of(name, planted)] += 1
    assert counted == {(planted.name, facet): 2 for planted in CLASSES for facet in range(3)}
