"""`compare` from its words to its files, on a small network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from precompute.comparison import painting
from precompute.comparison.methods import METHODS
from precompute.synthesis.maker import Maker
from tests.precompute.comparison.bench import compare
from tests.precompute.studies.small import data_set


def report(folder: Path, stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / f"{stem}.json").read_text())
    return found


@pytest.mark.slow
def test_every_method_paints_and_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = data_set(tmp_path / "images")
    words = (
        "--unit",
        "fc3:goldfish",
        "--steps",
        "2",
        "--seeds",
        "2",
        "--judge",
        "1",
        "2",
        "--images",
        str(images),
    )
    assert compare(monkeypatch, tmp_path, *words) == 0
    told = report(tmp_path, "compare-fc3-0")
    assert [row["name"] for row in told["methods"]] == list(METHODS)
    assert told["finished"]
    for row in told["methods"]:
        assert [facts["seed"] for facts in row["pictures"]] == [0, 1], row["name"]
        assert {"activation", "seen", "diversity", "distance", "slope", "seconds"} <= row["scores"].keys()
        assert all(facts["nearest"].startswith("goldfish/") for facts in row["pictures"])
    assert told["real"]["scores"]["slope"] is not None
    assert told["best"]
    with Image.open(tmp_path / "out" / "compare-fc3-0.png") as sheet:
        assert sheet.height > len(METHODS) * 48
    assert not (tmp_path / "out" / "compare-fc3-0.md").exists()


def test_several_classes_get_the_table_of_their_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--classes", "2", "--methods", "none,tv,dgn-am", "--steps", "2", "--seeds", "1", "--judge", "1")
    assert compare(monkeypatch, tmp_path, *words) == 0
    table = (tmp_path / "out" / "compare-fc3.md").read_text().splitlines()
    rows = [line.split(" | ") for line in table if line.startswith("| ")]
    assert [row[0].strip("| ") for row in rows] == ["method", "---", "none", "tv", "dgn-am"]
    assert len({len(row) for row in rows}) == 1
    told = report(tmp_path, "compare-fc3")
    assert [f"- {sentence}" for sentence in told["best"]] == [line for line in table if line.startswith("- ")]
    none = told["methods"][0]
    mean = sum(scores["activation"] for scores in none["units"].values()) / 2
    assert none["scores"]["activation"] == pytest.approx(mean, abs=1e-3)
    assert none["units"].keys() == {"0", "2"}
    for row in told["methods"]:
        with Image.open(tmp_path / "out" / "compare-fc3" / f"{row['name']}.webp") as strip:
            assert strip.size == (2 * 64, 64)


@pytest.mark.slow
def test_finished_pictures_are_kept_and_facets_of_other_images_are_not_taken_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = Maker.make

    def counted(self: Maker, tasks: Sequence[Any]) -> Any:
        made.append(len(tasks))
        return real(self, tasks)

    monkeypatch.setattr(Maker, "make", counted)
    words = ("--unit", "fc3:0", "--methods", "none,facets,ppgn", "--steps", "2", "--seeds", "2", "--images")
    assert compare(monkeypatch, tmp_path, *words, str(data_set(tmp_path / "a"))) == 0
    first = report(tmp_path, "compare-fc3-0")["methods"]
    assert sum(made) == 4
    assert compare(monkeypatch, tmp_path, *words, str(tmp_path / "a")) == 0
    assert report(tmp_path, "compare-fc3-0")["methods"] == first
    assert sum(made) == 4
    others = data_set(tmp_path / "b", 14)
    assert compare(monkeypatch, tmp_path, *words, str(others)) == 0
    assert sum(made) == 6  # the facets, from other mean pictures


def test_a_method_that_is_finished_is_written_before_the_next_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    way = painting.WAYS["noise"]

    def second_stops(bench: Any, method: Any) -> Any:
        if method.name == "tv":
            bench.desk.stop.ask()
        return way(bench, method)

    monkeypatch.setitem(painting.WAYS, "noise", second_stops)
    words = ("--unit", "fc3:0", "--methods", "none,tv", "--steps", "2", "--seeds", "1")
    assert compare(monkeypatch, tmp_path, *words) == 130
    told = report(tmp_path, "compare-fc3-0")
    assert [row["name"] for row in told["methods"]] == ["none"]
    assert not told["finished"]
    assert "run it again" in capsys.readouterr().out


def test_a_hidden_unit_is_compared_by_what_it_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--unit", "conv1:1", "--methods", "none,dgn-am,ppgn", "--steps", "2", "--seeds", "2")
    assert compare(monkeypatch, tmp_path, *words) == 0
    told = report(tmp_path, "compare-conv1-1")
    assert all("seen" not in row["scores"] and "itself" not in row["scores"] for row in told["methods"])
    assert all(row["scores"]["slope"] is None for row in told["methods"])  # five pixels are too few


def test_all_without_images_says_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "precompute.comparison.command.compare", lambda bench, methods, judges: tmp_path / "x"
    )
    assert compare(monkeypatch, tmp_path, "--unit", "fc3:0") == 0
    assert "Without --images there are no mean-image, facets, facets-dgn." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", "fc3:0", "--judge", "0"), "is independent"),
        (("--unit", "conv1:0", "--objective", "logit"), "is for class layers"),
        (("--unit", "fc3:0", "--units", "1"), "not allowed with argument"),
        (("--unit", "fc3:0", "--methods", "none,ppgn", "--prior", "nowhere"), "nowhere"),
        (("--methods", "tv"), "one of the arguments --unit --units --classes is required"),
    ],
)
def test_words_that_do_not_fit_are_told_before_anything_is_painted(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        status: Any = compare(monkeypatch, tmp_path, *words)
    except SystemExit as end:
        status = end.code
    assert status in (1, 2)  # what is wrong of a file is found later, but before anything is painted
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
