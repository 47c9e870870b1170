from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deepvis_app.messages import UnitPicture, UnitStats
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe
from deepvis_app.render.patches import OUTSIDE
from precompute.datasets import open_images
from precompute.facets.brushes import pixel_brush
from precompute.facets.looking import Looker
from precompute.facets.making import Making
from precompute.facets.mapping import Rules
from precompute.runner import Item
from precompute.synthesis.policies import Normalised
from precompute.synthesis.preset import Preset
from tests.precompute.facets.nets import colour_model, fill

EACH = {"red": 18, "green": 16, "blue": 14}
PLAIN = Preset("plain", "a test", 3, Normalised(1.0), keep="last")
STATS = UnitStats(9, 0.0, 1.0, ((0.0, -5.0), (1.0, 5.0)), 0.5)


class Steps:
    """Says stop after so many questions."""

    def __init__(self, allowed: int = 10**9) -> None:
        self.left = allowed

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def making(folder: Path, steps: Steps | None = None) -> Making:
    images = open_images(folder)
    brush = pixel_brush(PLAIN, 0)
    made = Making(
        colour_model(), images, lambda layer, unit: range(len(images)), Rules(3), [brush], steps or Steps()
    )
    made.stats = {"6": {1: STATS}}
    return made


@pytest.mark.parametrize(("layer", "unit"), [("6", 1), ("0", 2)])
def test_a_record_holds_the_map_and_both_pictures_of_each_facet(
    tmp_path: Path, layer: str, unit: int
) -> None:
    (record,) = making(fill(tmp_path, EACH)).records(Item(layer, (unit,)))
    assert record.kinds == ("facets", "facet-am")
    assert record.facets is not None
    means, painted = (
        [picture for picture in record.pictures if picture.kind == kind] for kind in record.kinds
    )
    for pictures in (means, painted):
        assert [picture.rank for picture in pictures] == [0, 1, 2]
        assert [picture.score for picture in pictures] == [18.0, 16.0, 14.0]
    for mean, picture in zip(means, painted, strict=True):
        assert mean.rgb.shape == picture.rgb.shape
        assert mean.facts.activation is not None
        assert picture.facts.activation is not None
        assert picture.facts.activation > mean.facts.activation
        assert np.abs(mean.rgb.astype(int).mean((0, 1)) - picture.rgb.mean((0, 1))).max() < 60
    assert [mean.facts.label for mean in means] == ["red", "green", "blue"]
    assert (means[0].facts.percentile is not None) == (layer == "6")
    check_landings(record.pictures, layer, unit, making(tmp_path))


def check_landings(pictures: tuple[UnitPicture, ...], layer: str, unit: int, made: Making) -> None:
    """Each picture's code, found anew from what is stored of it, is nearest to the facet's that it names."""
    model = colour_model()
    mapped = made.map(model.info.layer(layer), unit)
    assert mapped is not None
    looker = Looker(model, model.info.layer(layer))
    top, left, bottom, right = mapped.field
    for picture in pictures:
        whole = np.full((24, 24, 3), OUTSIDE, np.uint8)
        whole[top:bottom, left:right] = picture.rgb
        if picture.kind == "facets" and layer == "0":
            continue  # a mean picture is more than its field
        code = looker.look(whole[None], unit, centre=True).codes[0]
        places = mapped.facets.space.reduced(code)
        means = [mapped.facets.space.places[list(facet.members)].mean(0) for facet in mapped.facets.facets]
        assert picture.facts.more["lands_in"] == np.argmin([np.linalg.norm(places - mean) for mean in means])


@pytest.mark.parametrize("allowed", [5, 50])
def test_a_unit_in_which_it_was_stopped_has_no_record(tmp_path: Path, allowed: int) -> None:
    made = making(fill(tmp_path, EACH), Steps(allowed))  # while reading the 48 images, and while painting
    assert list(made.records(Item("6", (0, 1)))) == []


def test_the_window_finds_the_same_code_as_the_command(tmp_path: Path) -> None:
    model = colour_model()
    rgb = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    for layer, unit in (("0", 3), ("4", 2), ("6", 1)):
        looker = Looker(model, model.info.layer(layer))
        mapped = making(fill(tmp_path, EACH)).map(model.info.layer(layer), unit)
        assert mapped is not None
        space = mapped.facets.space
        with Probe(model.net, [space.layer]) as probe:
            tensor = probe.run(
                model.preprocess.normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None].float())
            )
            maps = as_maps_batch(model.info.layer(space.layer), tensor[space.layer])[0].numpy()
        assert np.allclose(space.code(maps, unit), looker.look(rgb[None], unit).codes[0], atol=1e-5)
