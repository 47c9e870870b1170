from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from deepvis_app.messages import PictureFacts, UnitPicture, UnitPictures, UnitRef
from deepvis_app.render.blocks import block
from precompute.facets.sheet import laid_out, write_sheet
from precompute.publish.sheet import PAPER, Tile
from tests.atlas.makers import facet_map
from tests.precompute.facets.nets import colour_model


def unit(facets: int = 2) -> UnitPictures:
    """Pictures of one grey each: 10 k + the place for the real ones of facet k, 100 and 200 more for why."""
    found = facet_map(12)
    found = replace(found, facets=(found.facets * facets)[:facets])
    pictures: dict[str, tuple[UnitPicture, ...]] = {}
    for kind, more in (("facet-real", 0), ("facet-deconv", 100), ("facet-lrp", 200)):
        pictures[kind] = tuple(
            UnitPicture(
                kind,
                k,
                block([np.full((64, 64, 3), more + 10 * k + place, np.uint8) for place in range(3)]),
                8.0,
                PictureFacts(more={"pictures": 3, "values": [1, 2, 3]}),
            )
            for k in range(facets)
        )
    for kind, grey in (("facets", 60), ("facet-am", 70)):
        pictures[kind] = tuple(
            UnitPicture(kind, k, np.full((8, 8, 3), grey + k, np.uint8), 8.0, PictureFacts(2.5))
            for k in range(facets)
        )
    return UnitPictures(UnitRef("6", 1), pictures, facets=found)


def greys(tiles: list[Tile], columns: int) -> list[list[int]]:
    """By row; paper is -1."""
    found = [-1 if t.rgb is None or (t.rgb == PAPER).all() else int(t.rgb.mean()) for t in tiles]
    return [found[at : at + columns] for at in range(0, len(found), columns)]


def test_the_rows_of_a_facet_are_real_deconv_lrp_and_painted() -> None:
    tiles, columns = laid_out(unit())
    assert greys(tiles, columns) == [
        [0, 1, 2, 10, 11, 12],
        [100, 101, 102, 110, 111, 112],
        [200, 201, 202, 210, 211, 212],
        [60, 70, -1, 61, 71, -1],
    ]
    assert [tile.beside for tile in tiles[::columns]] == [("real",), ("deconv",), ("LRP",), ("painted",)]
    above = [tile.above for tile in tiles]
    assert above[0].startswith("facet 0: 8 images, silhouette ")
    assert above[3].startswith("facet 1: ")
    assert not any(above[4:])
    assert tiles[columns * 3 + 1] == Tile(tiles[columns * 3 + 1].rgb, "AM", "2.5")


def test_many_facets_stand_in_bands_and_what_is_not_there_has_no_row() -> None:
    found = unit(5)
    tiles, columns = laid_out(found)
    assert columns == 9
    assert len(tiles) == columns * 4 * 2
    assert greys(tiles, columns)[4] == [30, 31, 32, 40, 41, 42, -1, -1, -1]
    found = replace(found, pictures={k: v for k, v in found.pictures.items() if k != "facet-deconv"})
    tiles, columns = laid_out(found)
    assert [tile.beside for tile in tiles[::columns]][:3] == [("real",), ("LRP",), ("painted",)]


def test_sheet_and_numbers_are_written_and_called_private(tmp_path: Path) -> None:
    write_sheet(tmp_path / "6-1-facets", unit(), "6:1", colour_model().info)
    told = json.loads((tmp_path / "6-1-facets.json").read_text())
    assert (told["private"], told["layer"], told["unit"]) == (True, "6", 1)
    assert [one["images"] for one in told["facets"]["facets"]] == [8, 4]
    assert {one["kind"] for one in told["pictures"]} == set(unit().pictures)
    with Image.open(tmp_path / "6-1-facets.png") as sheet:
        assert np.asarray(sheet).std() > 20
