"""`compare` where the window looks: read again by the window's own reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.atlas.comparisons import Comparisons
from deepvis_app.atlas.places import comparison_path
from deepvis_app.messages import UnitComparison, UnitRef
from precompute.comparison import painting
from precompute.comparison.measures import MEASURES
from precompute.comparison.methods import METHODS
from precompute.comparison.report import Comparison
from precompute.comparison.scores import Scorer
from precompute.comparison.shown import put
from precompute.studies.painting import Painted
from tests.precompute.comparison.bench import bench, compare
from tests.precompute.studies.small import data_set, network, picture

STEPS = ("--steps", "2", "--seeds", "2", "--window")


def shown(unit: int, layer: str = "fc3") -> UnitComparison:
    return Comparisons().of(network().info.fingerprint, UnitRef(layer, unit))


def path_of(unit: int, layer: str = "fc3") -> Path:
    return comparison_path(network().info.fingerprint, UnitRef(layer, unit))


def test_one_units_methods_are_there_as_they_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:goldfish", "--methods", "none,tv", *STEPS) == 0
    found = shown(0)
    assert (found.error, found.finished) == ("", True)
    assert [(row.name, row.title, len(row.pictures), row.lost) for row in found.methods] == [
        (name, METHODS[name].title, 2, 0) for name in ("none", "tv")
    ]
    assert {"activation", "diversity", "slope", "seconds"} <= found.methods[0].scores.keys()
    assert found.winners.keys() <= {measure.key for measure in MEASURES}
    assert found.compared_in.startswith("net 0")
    told = json.loads(path_of(0).read_text())
    assert [facts["shown"] for facts in told["methods"][1]["pictures"]] == [
        picture.facts.activation for picture in found.methods[1].pictures
    ]
    assert path_of(0).with_suffix(".png").is_file()
    assert not (tmp_path / "out").exists()


def test_pictures_are_exactly_those_that_were_measured(tmp_path: Path) -> None:
    at = _bench(tmp_path)
    painted = [
        Painted(0, 0, picture(1, 5), 2.0, 2.0, 0),
        Painted(0, 1, picture(1, 6), 1.0, 1.0, 0, "it broke"),
    ]
    scorer = Scorer(at, ())
    comparison = Comparison(at, scorer, [METHODS["none"]], [scorer.row("none", painted)], scorer.real_row())
    put(comparison)
    found = shown(0)
    (row,) = found.methods
    assert (len(row.pictures), row.lost) == (1, 1)
    assert np.array_equal(row.pictures[0].rgb, picture(1, 5))
    assert found.real is not None
    for one in found.real.pictures:
        assert np.array_equal(one.rgb, picture(0, int(one.facts.source.split(".")[0])))
    assert len(found.real.pictures) == 5


def test_methods_appear_one_after_the_other_and_what_is_broken_off_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, seen = painting.WAYS["noise"], []

    def watched(bench: Any, method: Any) -> Any:
        now = shown(0)
        seen.append(([row.name for row in now.methods], [row.name for row in now.to_come]))
        if method.name == "C":
            bench.desk.stop.ask()
        return way(bench, method)

    monkeypatch.setitem(painting.WAYS, "noise", watched)
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:0", "--methods", "none,A,C,D", *STEPS) == 130
    assert seen == [([], []), (["none"], ["A", "C", "D"]), (["none", "A"], ["C", "D"])]
    found = shown(0)
    assert not found.finished
    assert [row.name for row in found.methods] == ["none", "A"]


def test_several_units_have_each_their_own_figures_and_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(monkeypatch, tmp_path, "--units", "0,2", "--methods", "none,tv", *STEPS) == 0
    table = json.loads((path_of(0).parent / "compare-fc3.json").read_text())
    assert table["units"].keys() == {"0", "2"}
    for unit in (0, 2):
        found = shown(unit)
        assert found.error == ""
        for row, of_table in zip(found.methods, table["methods"], strict=True):
            assert row.scores["activation"] == of_table["units"][str(unit)]["activation"]
            assert [one.facts.seed for one in row.pictures] == [0, 1]
        assert found.best


def test_pictures_of_an_earlier_comparison_are_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = path_of(0).with_suffix("")
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:0", "--methods", "none,tv", *STEPS) == 0
    before = {file.name for file in folder.iterdir()}
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:0", "--methods", "tv", *STEPS) == 0
    after = {file.name for file in folder.iterdir()}
    assert after < before
    assert len(after) == 2
    assert len(shown(0).methods[0].pictures) == 2


def test_with_out_nothing_is_written_where_the_window_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:0", "--methods", "none", *STEPS[:-1]) == 0
    assert not path_of(0).parent.exists()
    told = json.loads((tmp_path / "out" / "compare-fc3-0.json").read_text())
    assert all("file" not in facts for facts in told["methods"][0]["pictures"])
    assert told["to_come"] == []


@pytest.mark.slow
def test_real_pictures_are_shown_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = str(data_set(tmp_path / "images"))
    words = ("--unit", "fc3:0", "--methods", "none,facets", "--images", images, *STEPS)
    assert compare(monkeypatch, tmp_path, *words) == 0
    found = shown(0)
    assert found.real is not None
    assert found.real.lost == 0
    assert all(one.facts.source.startswith("goldfish/") for one in found.real.pictures)
    assert found.methods[1].pictures[0].facts.more["nearest"]


def _bench(folder: Path) -> Any:
    from dataclasses import replace

    at = bench(folder)
    at.desk.options.out = None
    at.desk.options.methods = "all"
    return replace(at, desk=replace(at.desk, units=(0,)))
