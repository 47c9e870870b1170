from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.render.pictures import read_picture
from precompute.datasets import open_images
from precompute.facets.grouping import NoFacetsError
from precompute.facets.mapping import Mapped, Mapper, Rules
from tests.precompute.facets.nets import COLOURS, colour_model, fill

EACH = {"red": 18, "green": 16, "blue": 14}


def mapped(folder: Path, layer: str, unit: int = 0, rules: Rules | None = None) -> Mapped:
    model, images = colour_model(), open_images(folder)
    mapper = Mapper(model, images, model.info.layer(layer), rules or Rules())
    found = mapper.map(unit, range(len(images)))
    assert found is not None
    return found


@pytest.mark.parametrize(("layer", "by"), [("6", "plane"), ("4", "codes"), ("0", "plane")])
def test_planted_colours_become_facets_with_mean_pictures_of_their_colour(
    tmp_path: Path, layer: str, by: str
) -> None:
    found = mapped(fill(tmp_path, EACH), layer, 1, Rules(3, "codes" if by == "codes" else "plane"))
    assert [facet.label for facet in found.facets.facets] == ["red", "green", "blue"]
    assert all(facet.share == 1 for facet in found.facets.facets)
    for facet, mean in zip(found.facets.facets, found.means, strict=True):
        top, left, bottom, right = found.field
        seen = mean[top:bottom, left:right].reshape(-1, 3).mean(0)
        off = {colour: float(np.abs(seen - rgb).max()) for colour, rgb in COLOURS.items()}
        assert min(off, key=off.__getitem__) == facet.label
        assert (
            layer == "0" or off[facet.label] < 12
        )  # a conv unit that is strongest at the border saw grey as well
    points = found.facets.points
    assert {point.label for point in points} == set(EACH)
    assert [point.source for point in points] == sorted(point.source for point in points)


def test_the_mean_picture_is_the_plain_average_of_the_nearest_images(tmp_path: Path) -> None:
    folder = fill(tmp_path, EACH)
    found = mapped(folder, "6", rules=Rules(3, averaged=5))
    for facet, mean in zip(found.facets.facets, found.means, strict=True):
        assert facet.averaged == 5
        files = [found.facets.points[at].source for at in facet.members[:5]]
        average = np.mean([read_picture(folder / file).astype(float) for file in files], 0)
        assert np.abs(mean - average).max() <= 0.5


def test_a_points_box_cuts_out_what_a_conv_unit_saw(tmp_path: Path) -> None:
    found = mapped(fill(tmp_path, EACH), "0")
    sizes = {(b[2] - b[0], b[3] - b[1]) for point in found.facets.points if (b := point.box)}
    assert sizes == {(5, 5)}
    assert found.field == (10, 10, 15, 15)


def test_files_that_cannot_be_read_and_copies_are_left_out(tmp_path: Path) -> None:
    folder = fill(tmp_path, EACH)
    (folder / "red" / "copy.png").write_bytes((folder / "red" / "red00.png").read_bytes())
    (folder / "red" / "broken.png").write_bytes(b"no picture")
    assert len(mapped(folder, "6").facets.points) == sum(EACH.values())


def test_too_few_pictures_have_no_facets(tmp_path: Path) -> None:
    with pytest.raises(NoFacetsError, match="11 images are too few"):
        mapped(fill(tmp_path, {"red": 6, "green": 5}), "6")


def test_a_stop_between_two_images_gives_nothing(tmp_path: Path) -> None:
    images, model = open_images(fill(tmp_path, EACH)), colour_model()
    answers = iter([False] * 4 + [True] * 99)
    mapper = Mapper(model, images, model.info.layer("6"), Rules(), lambda: next(answers))
    assert mapper.map(0, range(len(images))) is None
