from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.messages import U8, UnitPictures, UnitRef
from deepvis_app.render.pictures import read_picture
from precompute.publish.export import export
from precompute.publish.folder import OutputFolder
from precompute.publish.pictures import Format, encode_exact
from precompute.publish.source import Source
from tests.atlas.makers import facet_map, pictures
from tests.precompute.publish.units import coloured, small_source


def written(tmp_path: Path, source: Source, kind: Format = "png", stop_after: int = 99) -> int | None:
    seen: list[UnitPictures] = []

    def each(unit: UnitPictures) -> bool:
        seen.append(unit)
        return len(seen) == stop_after

    with OutputFolder(tmp_path, "export") as folder:
        return export(source, folder, kind, each)


def told(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_picture_is_a_file_with_its_very_pixels_and_its_facts_beside_it(tmp_path: Path) -> None:
    for kind in ("png", "webp"):
        assert written(tmp_path / kind, small_source(), kind) == 4
        unit = tmp_path / kind / "features.0" / "unit_0000"
        facts = told(unit / "unit.json")
        assert [p["file"] for p in facts["pictures"]] == [
            f"{name}.{kind}" for name in ("am_0", "am_1", "top_0", "top_1", "top_2")
        ]
        for picture in facts["pictures"]:
            owner, side = (0, 12) if picture["kind"] == "am" else (10, 8)
            np.testing.assert_array_equal(
                read_picture(unit / picture["file"]), coloured(owner, picture["rank"], side)
            )
        assert facts["pictures"][1]["activation"] == 8.0
        assert facts["pictures"][1]["seed"] == 1
        assert facts["stats"]["quantiles"] == [[0, 0], [0.5, 1], [1, 4]]


def test_the_index_tells_layers_units_and_runs_and_runs_of_two_atlases_do_not_mix(tmp_path: Path) -> None:
    written(tmp_path, small_source())
    index = told(tmp_path / "index.json")
    assert index["network"]["fingerprint"] == "ab" * 32
    assert [(one["name"], one["alias"], one["units_here"], one["kinds"]) for one in index["layers"]] == [
        ("features.0", "conv1", [0, 2], {"am": 1, "top": 1}),
        ("fc", "fc", [0, 1], {"am": 2}),
    ]
    runs = {run["number"]: run["job"] for run in index["runs"]}  # both were number 1 in their atlases
    pictures = told(tmp_path / "features.0" / "unit_0000" / "unit.json")["pictures"]
    assert {(p["kind"], runs[p["run"]]) for p in pictures} == {("am", "am"), ("top", "top")}


def test_a_unit_without_pictures_says_why_and_a_class_unit_has_its_name(tmp_path: Path) -> None:
    written(tmp_path, small_source())
    empty = told(tmp_path / "features.0" / "unit_0002" / "unit.json")
    assert empty["notes"] == {"am": "zero gradient from every start"}
    assert empty["pictures"] == []
    assert told(tmp_path / "fc" / "unit_0000" / "unit.json")["class"] == "a <b>&"


def test_only_the_wanted_kinds_are_written(tmp_path: Path) -> None:
    source = small_source()
    written(tmp_path, Source(source.info, source.reader, source.layers, source.wanted, ("top",)))
    assert sorted(p.name for p in tmp_path.rglob("*.png")) == ["top_0.png", "top_1.png", "top_2.png"]


def test_a_stopped_export_has_no_index(tmp_path: Path) -> None:
    assert written(tmp_path, small_source(), stop_after=2) is None
    assert (tmp_path / "features.0" / "unit_0002" / "unit.json").exists()
    assert not (tmp_path / "index.json").exists()


def test_run_again_only_what_changed_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = small_source()
    written(tmp_path, source, stop_after=2)
    encoded: list[int] = []

    def counting(rgb: U8, kind: Format) -> bytes:
        encoded.append(1)
        return encode_exact(rgb, kind)

    monkeypatch.setattr("precompute.publish.export.encode_exact", counting)
    first = tmp_path / "features.0" / "unit_0000"
    (first / "am_1.png").unlink()  # this unit is made again
    written(tmp_path, source)
    files = set(tmp_path.rglob("*.png"))
    assert len(encoded) == len(files) - len(list((tmp_path / "features.0" / "unit_0002").glob("*.png")))
    encoded.clear()
    (first / "unit.json").write_text("{}")
    written(tmp_path, source)
    assert len(encoded) == 5
    assert set(tmp_path.rglob("*.png")) == files


def test_a_facet_map_is_told_image_by_image_where_its_kind_is_wanted(tmp_path: Path) -> None:
    class WithFacets:
        def unit(self, ref: UnitRef) -> UnitPictures:
            return UnitPictures(ref, {"facets": pictures("facets")}, facets=facet_map())

        def counts(self) -> Mapping[tuple[str, str], int]:
            return {("fc", "facets"): 1}

    source = replace(small_source(), reader=WithFacets())
    written(tmp_path / "all", source)
    facets = told(tmp_path / "all" / "fc" / "unit_0000" / "unit.json")["facets"]
    assert [one["images"] for one in facets["facets"]] == [8, 4]
    assert [one["facet"] for one in facets["images"]] == facet_map().cluster.tolist()
    assert facets["images"][1]["source"] == "class/1.png"
    assert facets["code"] == {"layer": "fc7", "column": False, "axes": 3}
    written(tmp_path / "am", replace(source, kinds=("am",)))
    assert "facets" not in told(tmp_path / "am" / "fc" / "unit_0000" / "unit.json")
