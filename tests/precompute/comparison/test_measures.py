"""Which method is best at what, and how that is said."""

from __future__ import annotations

from precompute.comparison.measures import MEASURES, sentences, winners, written
from precompute.comparison.scores import Row, Scores

BY_KEY = {measure.key: measure for measure in MEASURES}


def row(name: str, **scores: float | None) -> Row:
    found: Scores = dict(scores)
    return Row(name, (), (), {}, found)


def test_the_largest_and_the_smallest_win_where_they_should() -> None:
    rows = [row("a", activation=3.0, seconds=2.0), row("b", activation=5.0, seconds=9.0), row("c")]
    assert winners(BY_KEY["activation"], rows, None) == ["b"]
    assert winners(BY_KEY["seconds"], rows, None) == ["a"]
    assert winners(BY_KEY["seen"], rows, None) == []
    assert winners(BY_KEY["percentile"], [row("a", percentile=1.0)], None) == []  # says nothing


def test_a_distance_is_best_where_its_ratio_to_one_is_nearest() -> None:
    rows = [row("copy", distance=0.1), row("near", distance=1.9), row("under", distance=0.5)]
    assert winners(BY_KEY["distance"], rows, None) == ["near"]


def test_statistics_are_compared_with_those_of_real_pictures() -> None:
    rows = [row("a", slope=-1.9, saturation=0.9), row("b", slope=-2.8, saturation=0.4)]
    real = row("real", slope=-2.6, saturation=0.3)
    assert winners(BY_KEY["slope"], rows, real) == ["b"]
    assert winners(BY_KEY["slope"], rows, None) == ["a"]
    assert winners(BY_KEY["saturation"], rows, real) == ["b"]
    assert winners(BY_KEY["saturation"], rows, None) == []


def test_sentences_say_who_is_best_and_by_how_much() -> None:
    rows = [row("a", seen=0.5, slope=-1.0), row("b", seen=0.5, slope=-3.5), row("c", seen=0.25, slope=-2.5)]
    assert sentences(rows, row("real", seen=0.75, slope=-2.25)) == [
        "Taken for the class most often by independent networks: a and b (50%; real pictures 75%).",
        "Has the power spectrum most like that of real pictures: c (-2.50; real pictures -2.25).",
    ]
    assert sentences(rows, None)[1].endswith("c (-2.50; photographs about -2).")
    alike = [row("a", seen=0.5), row("b", seen=0.5)]
    assert sentences(alike, None) == []  # of all alike none is best


def test_a_score_that_is_missing_is_written_as_nothing() -> None:
    assert written(BY_KEY["seen"], row("a", seen=None)) == ""
    assert written(BY_KEY["seen"], None) == ""
    assert written(BY_KEY["distance"], row("a", distance=1.234)) == "1.23"
