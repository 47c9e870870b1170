"""The real pictures of facets and what excites the unit in them, against one picture at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.attribution import METHODS
from deepvis_app.attribution import Target as SeenFrom
from deepvis_app.messages import Seed
from deepvis_app.render.blocks import apart
from deepvis_app.render.pictures import read_picture
from precompute.datasets import open_images
from precompute.errors import CommandError
from precompute.facets.explaining import KINDS, Explainer
from precompute.facets.mapping import Mapped, Mapper, Rules
from precompute.top.patches import drawn_relevance, drawn_signal, sight
from tests.precompute.facets.nets import colour_model, fill

EACH = {"red": 18, "green": 16, "blue": 14}


def mapped(folder: Path, layer: str, unit: int) -> Mapped:
    model, images = colour_model(), open_images(folder)
    found = Mapper(model, images, model.info.layer(layer), Rules(3)).map(unit, range(len(images)))
    assert found is not None
    return found


def explainer(
    folder: Path, layer: str, *, count: int = 4, methods: tuple[str, ...] = ("deconv", "lrp")
) -> Explainer:
    model = colour_model()
    return Explainer(model, open_images(folder), model.info.layer(layer), count, methods)


@pytest.mark.parametrize(("layer", "unit"), [("6", 1), ("0", 2)])
def test_each_picture_is_the_facets_own_and_explained_alone(tmp_path: Path, layer: str, unit: int) -> None:
    found, model = mapped(fill(tmp_path, EACH), layer, unit), colour_model()
    pictures = explainer(tmp_path, layer).pictures(unit, found)
    assert pictures is not None
    assert [(one.kind, one.rank) for one in pictures] == [
        (kind, number) for kind in ("facet-deconv", "facet-lrp", "facet-real") for number in range(3)
    ]
    for block in pictures:
        assert block.score == len(found.facets.facets[block.rank].members)
        cells = apart(block, found.facets)
        values = block.facts.more["values"]
        assert len(cells) == 4
        for one, value in zip(cells, values, strict=True):
            rgb = read_picture(tmp_path / one.facts.source)
            if block.kind == "facet-real":
                assert one.facts.source.startswith(("red", "green", "blue")[block.rank])
                assert np.abs(shrunk(one.rgb).mean((0, 1)) - rgb.mean((0, 1))).max() < 60
                continue
            method = METHODS["lrp" if block.kind == "facet-lrp" else "deconv"]
            target = SeenFrom(layer, unit, Seed("max"))
            alone = method.run(model, model.preprocess(rgb, model.device), target, [layer])
            info = model.info.layer(layer)
            unit_map = alone.activations[layer].reshape(-1, *info.map_shape)[unit]
            assert value == pytest.approx(float(unit_map.max()), abs=1e-4)
            place = np.unravel_index(int(unit_map.argmax()), info.map_shape)
            looked = sight(info, (int(place[0]), int(place[1])), model.preprocess, (24, 24))
            heat = alone.heat.numpy()
            drawn = (
                drawn_relevance(heat, looked)
                if block.kind == "facet-lrp"
                else drawn_signal(heat, looked, model.preprocess)
            )
            assert np.abs(shrunk(one.rgb).astype(int) - drawn).max() <= 1
            assert one.facts.more["method"].startswith(
                "LRP" if block.kind == "facet-lrp" else ("plain", "deconv")
            )


def shrunk(rgb: np.ndarray) -> np.ndarray:
    """The pixels as they were before small pictures were enlarged by a whole number."""
    times = {48: 2, 60: 12}[rgb.shape[0]]  # of 24 and 5 pixels
    return rgb[::times, ::times]


def test_fewer_methods_and_fewer_pictures_are_what_is_made(tmp_path: Path) -> None:
    found = mapped(fill(tmp_path, EACH), "6", 0)
    pictures = explainer(tmp_path, "6", count=2, methods=("lrp",)).pictures(0, found)
    assert pictures is not None
    assert {one.kind for one in pictures} == {"facet-real", "facet-lrp"}
    assert {one.facts.more["pictures"] for one in pictures} == {2}
    plain = explainer(tmp_path, "6", count=1, methods=()).pictures(0, found)
    assert plain is not None
    assert {one.kind for one in plain} == {"facet-real"}


def test_it_stops_between_pictures_and_says_which_image_is_gone(tmp_path: Path) -> None:
    found, model = mapped(fill(tmp_path, EACH), "6", 0), colour_model()
    images = open_images(tmp_path)
    stopped = Explainer(model, images, model.info.layer("6"), stopped=lambda: True)
    assert stopped.pictures(0, found) is None
    late = explainer(tmp_path, "6")
    gone = found.facets.points[found.facets.facets[0].members[0]].source
    (tmp_path / gone).unlink()
    with pytest.raises(CommandError, match=gone):
        late.pictures(0, found)


def test_a_signal_that_does_not_come_through_is_told(tmp_path: Path) -> None:
    found, model = mapped(fill(tmp_path, EACH), "6", 0), colour_model()
    next(model.net.parameters()).zero_()  # the first layer's weights: nothing leads down to the pictures
    pictures = Explainer(model, open_images(tmp_path), model.info.layer("6")).pictures(0, found)
    assert pictures is not None
    notes = {one.kind: one.facts.more.get("note") for one in pictures if one.rank == 0}
    told = "nothing of the signal comes through in 4 of these 4"
    assert notes == {"facet-real": None, "facet-deconv": told, "facet-lrp": told}


def test_the_kinds_are_of_methods() -> None:
    assert set(KINDS) <= set(METHODS)
