"""Reading a comparison of methods: what is there, and files that nobody should believe."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepvis_app.atlas import comparisons
from deepvis_app.atlas.comparisons import Comparisons
from deepvis_app.messages import COMPARED, UnitComparison, UnitRef
from tests.atlas.comparisons import REF, figures, write
from tests.atlas.makers import NETWORK, OTHER_NETWORK, photo

Told = dict[str, Any]


def read(ref: UnitRef = REF, network: str = NETWORK) -> UnitComparison:
    return Comparisons().of(network, ref)


def test_what_was_written_is_read() -> None:
    write()
    found = read()
    assert (found.error, found.finished, found.ref) == ("", False, REF)
    assert [(row.name, row.title, row.source) for row in found.methods] == [
        ("none", "the method none", "a paper, Eq. 2"),
        ("tv", "the method tv", "a paper, Eq. 2"),
    ]
    assert found.methods[0].scores == {"activation": 9.0, "seen": 0.5}  # neither null nor words are numbers
    assert [row.name for row in found.to_come] == ["ppgn"]
    assert found.winners == {"activation": ("tv",), "seconds": ()}
    assert (found.best, found.left_out) == (("Excites the unit most: tv (9.0).",), ("facets",))
    assert (found.judges, found.compared_in) == (("squeezenet",), "squeezenet")
    assert found.made == "2026-03-03T08:00:00+00:00"


def test_pictures_come_with_their_facts_and_exactly_as_they_were() -> None:
    write()
    first, second = read().methods[0].pictures
    assert np.array_equal(first.rgb, photo(0))
    assert not first.rgb.flags.writeable
    assert (first.kind, first.rank, second.rank, second.score) == (COMPARED, 0, 1, 8.0)
    assert (first.facts.activation, first.facts.percentile, second.facts.seed) == (9.0, 99.0, 1)
    assert first.facts.more == {"squeezenet sees": "goldfish"}
    assert first.run is not None
    assert first.run.parameters == {"images": "/data/val", "steps": 20, "methods": "all"}
    real = read().real
    assert real is not None
    assert real.pictures[0].facts.source == "n01/img_1.JPEG"
    assert np.array_equal(real.pictures[0].rgb, photo(4))


def test_where_nothing_was_compared_nothing_is_told() -> None:
    assert read() == UnitComparison(REF)
    assert not read().finished
    write()
    assert read(UnitRef("fc8", 4)) == UnitComparison(UnitRef("fc8", 4))


def test_layers_with_names_that_no_file_can_have_are_read_but_not_mixed_up() -> None:
    ref = UnitRef("block:1/relu", 3)
    write({**figures(), "layer": ref.layer}, ref=ref)
    assert read(ref).methods
    assert "is of another unit" in read(UnitRef("block 1/relu", 3)).error


def test_what_did_not_change_is_the_same_object_and_what_did_is_read_anew() -> None:
    desk = Comparisons()
    nothing = desk.of(NETWORK, REF)
    assert desk.of(NETWORK, REF) is nothing
    path = write(figures(("none",)))
    first = desk.of(NETWORK, REF)
    assert [row.name for row in first.methods] == ["none"]
    assert desk.of(NETWORK, REF) is first
    path = write(figures(("none", "tv", "C")))
    later = desk.of(NETWORK, REF)
    assert len(later.methods) == 3
    assert later.methods[0].pictures[0].rgb is first.methods[0].pictures[0].rgb  # not decoded a second time
    path.unlink()
    assert desk.of(NETWORK, REF) == UnitComparison(REF)


def test_another_networks_and_another_units_results_are_not_shown() -> None:
    write(change=lambda told: told["network"].update(fingerprint=OTHER_NETWORK))
    found = read()
    assert found.error == (
        "compare-fc8-3.json is of another network: compare the unit again, which replaces it."
    )
    assert not found.methods
    alike = NETWORK[:16] + OTHER_NETWORK[16:]  # the same folder
    write()
    assert "is of another network" in read(network=alike).error
    for change in (
        lambda told: told.update(units={"3": "a", "4": "b"}),
        lambda told: told.update(layer="fc7"),
    ):
        write(change=change)
        assert "is of another unit" in read().error


def spoilt(key: str, value: object) -> Callable[[Told], object]:
    return lambda told: told.update({key: value})


@pytest.mark.parametrize(
    "change",
    [
        spoilt("methods", {"none": 1}),
        spoilt("methods", ["none"]),
        spoilt("methods", [{"name": "none"}]),
        spoilt("methods", [{"name": "none", "scores": [], "pictures": []}]),
        spoilt("methods", [{"name": "none", "scores": {}, "pictures": ["a.webp"]}]),
        spoilt("methods", 7),
        spoilt("network", None),
        spoilt("units", 3),
        spoilt("real", "none"),
        spoilt("to_come", [1]),
        spoilt("winners", {"activation": [["tv"]]}),
        spoilt("winners", [1]),
        spoilt("best", 5),
        lambda told: told.pop("layer"),
    ],
)
def test_figures_that_are_none_are_told_in_a_sentence(change: Callable[[Told], object]) -> None:
    write(change=change)
    assert read() == UnitComparison(
        REF, error="compare-fc8-3.json is damaged: compare the unit again, which replaces it."
    )


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}'])
def test_a_file_that_is_none_is_told_in_a_sentence(data: bytes) -> None:
    write().write_bytes(data)
    assert "is damaged" in read().error


def test_a_file_cut_short_at_any_place_is_told_or_read() -> None:
    path = write()
    data = path.read_bytes()
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        assert "is damaged" in read().error


def test_huge_files_and_what_is_no_file_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "MOST_BYTES", 3000)
    path = write()
    path.write_text(path.read_text() + " " * 3000)
    assert "is damaged" in read().error
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        path.mkdir()
    assert "is damaged" in read().error


def test_numbers_and_words_are_bounded() -> None:
    def change(told: Told) -> None:
        row = told["methods"][0]
        row["title"] = "x" * 10_000
        row["scores"] = {"activation": 1e999, "seen": True, "slope": 3}
        row["pictures"][0].update(percentile=400, seed="a", shown=[], more={"a": 1})
        told["best"] = ["a\nb"] * 1000

    write(change=change)
    found = read()
    assert len(found.methods[0].title) < 600
    assert found.methods[0].scores == {"slope": 3.0}
    facts = found.methods[0].pictures[0].facts
    assert (facts.percentile, facts.seed, facts.activation) == (None, None, None)
    assert "more" not in facts.more
    assert len(found.best) == comparisons.MOST_FACTS
    assert found.best[0] == "a b"


@pytest.mark.parametrize("name", ["../../secret.webp", "/etc/passwd", "gone.webp", 7, None, "", "nul\0.webp"])
def test_pictures_that_are_not_in_the_units_folder_are_counted_as_lost(name: object, tmp_path: Path) -> None:
    write(change=lambda told: told["methods"][0]["pictures"][0].update(file=name))
    row = read().methods[0]
    assert ([picture.rank for picture in row.pictures], row.lost) == ([1], 1)


def test_damaged_and_failed_pictures_are_counted_as_lost() -> None:
    path = write(
        change=lambda told: told["methods"][1]["pictures"].append({"unit": 3, "seed": 2, "failed": "no"})
    )
    (path.with_suffix("") / "none-0.webp").write_bytes(b"RIFF")
    first, second = read().methods
    assert (len(first.pictures), first.lost) == (1, 1)
    assert (len(second.pictures), second.lost) == (2, 1)


def test_all_pictures_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "MOST_TOGETHER", 3 * 40 * 40 * 3)
    write()
    found = read()
    assert [len(row.pictures) for row in found.methods] == [2, 1]


def test_a_file_that_may_not_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    write()

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(comparisons, "_bytes", refuse)
    assert "cannot be read: Permission denied" in read().error
