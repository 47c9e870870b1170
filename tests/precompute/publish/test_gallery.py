from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.messages import PictureFacts, UnitPicture, UnitPictures, UnitRef
from deepvis_app.render.pictures import read_picture
from precompute.publish import thumbnails
from precompute.publish.folder import OutputFolder
from precompute.publish.gallery import WEB, Look, build
from precompute.publish.source import Source
from tests.precompute.publish.units import (
    AM_RUN,
    Shelf,
    coloured,
    layer,
    network,
    pictures,
    small_source,
    source,
)


def built(path: Path, of: Source, look: Look = Look(), stop_after: int = 99) -> int | None:  # noqa: B008 (frozen)
    seen: list[UnitPictures] = []

    def each(unit: UnitPictures) -> bool:
        seen.append(unit)
        return len(seen) == stop_after

    with OutputFolder(path, "gallery") as folder:
        return build(of, folder, look, each)


def data(path: Path, name: str) -> Any:
    text = (path / "data" / f"{name}.js").read_text(encoding="utf-8")
    assert text.startswith("deepvis.take(")
    return json.loads(text[len("deepvis.take(") : text.rindex(");")])


def test_the_page_of_a_unit_knows_where_each_picture_lies_in_its_sheet(tmp_path: Path) -> None:
    assert built(tmp_path, small_source()) == 4
    page = data(tmp_path, "features.0")["units"][0]
    sheet = read_picture(tmp_path / page["sheet"])
    for kind, owner, side in (("am", 0, 12), ("top", 10, 8)):
        for rank, picture in enumerate(page["kinds"][kind]):
            x, y, width, height = picture["place"]
            np.testing.assert_array_equal(sheet[y : y + height, x : x + width], coloured(owner, rank, side))


def test_the_codes_of_a_generator_stay_in_the_atlas(tmp_path: Path) -> None:
    facts = PictureFacts(1.0, more={"code": {"shape": [1024], "half": "A" * 2000}, "shown": 2.5})
    unit = UnitPictures(
        UnitRef("fc", 0), {"dgn-am": (UnitPicture("dgn-am", 0, coloured(0, 0), facts=facts),)}
    )
    built(tmp_path, source(network(layer("fc", 1)), Shelf(unit)))
    (told,) = data(tmp_path, "fc")["units"][0]["kinds"]["dgn-am"]
    assert told["more"] == {"shown": 2.5}


def test_large_pictures_are_shrunk_to_the_wanted_side(tmp_path: Path) -> None:
    built(tmp_path, small_source(), Look(side=33))
    assert data(tmp_path, "fc")["units"][0]["kinds"]["am"][0]["place"][2:] == [33, 33]


@pytest.mark.parametrize("in_a_sheet", [1024, 32])
def test_tiles_of_a_layer_lie_where_the_page_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_a_sheet: int
) -> None:
    monkeypatch.setattr(thumbnails, "_IN_A_SHEET", in_a_sheet)
    info = network(layer("conv", 70))
    colours = {
        unit: np.full((20, 20, 3), (unit * 3, 255 - unit * 3, 128), np.uint8) for unit in range(0, 70, 2)
    }
    shelf = Shelf(*(
        UnitPictures(UnitRef("conv", unit), {"am": (UnitPicture("am", 0, rgb),)})
        for unit, rgb in colours.items()
    ))  # fmt: skip
    built(tmp_path, source(info, shelf), Look(quality=100))
    thumbs = data(tmp_path, "conv")["thumbs"]["am"]
    assert thumbs["units"] == list(colours)
    sheets = [read_picture(tmp_path / file).astype(int) for file in thumbs["files"]]
    assert len(sheets) == -(-len(colours) // in_a_sheet)
    pitch = thumbs["tile"] + 2 * thumbs["edge"]
    for at, unit in enumerate(thumbs["units"]):
        file, place = divmod(at, thumbs["in_a_sheet"])
        top, left = (thumbs["edge"] + step * pitch for step in divmod(place, thumbs["columns"]))
        shown = sheets[file][top : top + thumbs["tile"], left : left + thumbs["tile"]]
        assert np.abs(shown - colours[unit][0, 0]).max() < 12, unit


def test_the_index_lists_layers_kinds_and_runs(tmp_path: Path) -> None:
    built(tmp_path, small_source())
    index = data(tmp_path, "index")
    assert [(one["name"], one["have"], one["last"]) for one in index["layers"]] == [
        ("features.0", 2, 2),
        ("fc", 2, 1),
    ]
    assert list(index["kinds"]) == ["am", "top"]
    assert {run["job"] for run in index["runs"]} == {"am", "top"}


def test_nothing_says_in_which_folder_it_was_made(tmp_path: Path) -> None:
    built(tmp_path, small_source())
    for file in tmp_path.rglob("*.js"):
        assert "/home/me" not in file.read_text(encoding="utf-8")
    assert [run["parameters"] for run in data(tmp_path, "index")["runs"]] == [
        {"images": "photos"},
        {"preset": "C"},
    ]


def test_names_cannot_break_out_of_the_page_or_of_the_folder(tmp_path: Path) -> None:
    evil = "</script><img src=x>"
    info = network(layer(f"../{evil}", 1))
    shelf = Shelf(UnitPictures(UnitRef(f"../{evil}", 0), {"../../x": pictures("../../x", 0, 1, AM_RUN)}))
    out = tmp_path / "out"
    built(out, source(info, shelf))
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    for file in (*out.glob("*.html"), *out.glob("data/*.js")):
        assert evil not in file.read_text(encoding="utf-8")
    assert "tiny &lt;net&gt;" in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(WEB.iterdir()), ids=lambda file: file.name)
def test_the_page_asks_nothing_of_the_network_and_never_reads_text_as_markup(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(
        "http://www.w3.org/2000/svg", ""
    )  # a name, not an address
    assert not re.search(r"https?:|//[\w-]+\.\w|@import|\bfetch\(|XMLHttpRequest|type=.module", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", text)


def test_a_broken_off_gallery_says_so_in_its_page_and_a_second_run_mends_it(tmp_path: Path) -> None:
    assert built(tmp_path, small_source(), stop_after=1) is None
    assert "was broken off" in (tmp_path / "index.html").read_text(encoding="utf-8")
    built(tmp_path, small_source())
    assert 'src="data/index.js"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_every_file_that_the_page_names_is_written(tmp_path: Path) -> None:
    built(tmp_path, small_source())
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([\w./]+)"', page)
    assert "pages.js" in named
    assert [name for name in named if not (tmp_path / name).is_file()] == []
