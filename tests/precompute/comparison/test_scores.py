"""What is measured, against the same written plainly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from precompute.comparison.scores import REAL, Scorer, mean_of
from precompute.studies.judging import Judge
from precompute.studies.painting import Painted
from tests.precompute.comparison.bench import STATS, bench
from tests.precompute.studies.small import LABELS, network, picture


def painted(unit: int, seed: int, shown: float, reason: str = "") -> Painted:
    return Painted(unit, seed, picture(unit, 50 + seed), 9.0, shown, 0, reason, seconds=2.0 + seed)


def test_activations_are_of_the_pictures_as_they_are_shown(tmp_path: Path) -> None:
    row = Scorer(bench(tmp_path), ()).row("x", [painted(0, 0, 1.0), painted(0, 1, 3.0), painted(2, 0, 5.0)])
    assert row.units[0]["activation"] == 2.0
    assert row.units[0]["of_largest"] == pytest.approx(1.0)
    assert row.units[0]["percentile"] == pytest.approx((STATS.percentile(1.0) + 100) / 2)
    assert row.units[0]["seconds"] == 2.5
    assert "percentile" not in row.units[2]
    assert row.mean["activation"] == pytest.approx((2 + 5) / 2)
    assert row.mean["of_largest"] == row.units[0]["of_largest"]
    assert [facts["shown"] for facts in row.pictures] == [1.0, 3.0, 5.0]


def test_a_picture_that_failed_is_told_and_not_measured(tmp_path: Path) -> None:
    row = Scorer(bench(tmp_path), ()).row("x", [painted(0, 0, 1.0), painted(0, 1, 99.0, "no gradient")])
    assert row.mean["activation"] == 1.0
    assert "diversity" not in row.mean
    assert row.pictures[1] == {"unit": 0, "seed": 1, "failed": "no gradient"}
    none = Scorer(bench(tmp_path), ()).row("x", [painted(0, 1, 99.0, "no gradient")])
    assert none.mean == {}


def test_the_share_seen_is_the_mean_over_the_judges(tmp_path: Path) -> None:
    judges = [Judge(network(seed), LABELS) for seed in (1, 2)]
    pictures = [painted(0, seed, 1.0) for seed in range(4)]
    row = Scorer(bench(tmp_path), judges).row("x", pictures)
    slow = []
    for judge in judges:
        best = [judge.look([one.rgb]).scores[0].argmax() == 0 for one in pictures]
        slow.append(np.mean(best))
        assert row.mean[f"seen by {judge.title}"] == pytest.approx(np.mean(best))
    assert row.mean["seen"] == pytest.approx(np.mean(slow))
    assert all(
        facts["net 1 (random) sees"] in {label.split(",")[0].lower() for label in LABELS}
        for facts in row.pictures
    )


def test_distances_are_to_the_nearest_real_picture_over_the_usual_one(tmp_path: Path) -> None:
    at = bench(tmp_path)
    judge = Judge(network(1), LABELS)
    row = Scorer(at, [judge]).row("x", [painted(0, 0, 1.0), painted(2, 0, 1.0)])
    code = judge.look([picture(0, 50)]).features[0]
    reals = judge.look(list(at.reals[0].pixels)).features
    far = [np.linalg.norm(code - real) for real in reals]
    own = [min(np.linalg.norm(a - b) for j, b in enumerate(reals) if i != j) for i, a in enumerate(reals)]
    assert row.mean["distance"] == pytest.approx(min(far) / np.median(own))
    assert row.pictures[0]["nearest"] == f"{int(np.argmin(far))}.png"
    assert "distance" not in row.units[2]  # of which there are no real pictures


def test_real_pictures_are_measured_alike_but_for_distances(tmp_path: Path) -> None:
    row = Scorer(bench(tmp_path), ()).real_row()
    assert row is not None
    assert row.name == REAL
    assert row.mean["activation"] == 2.0
    assert {"slope", "saturation", "red", "diversity", "itself"} <= row.mean.keys()
    assert "distance" not in row.mean
    assert Scorer(bench(tmp_path, real=False), ()).real_row() is None


def test_what_a_unit_lacks_does_not_count() -> None:
    assert mean_of([{"a": 1.0, "b": None}, {"a": 3.0}, {"a": float("nan")}]) == {"a": 2.0, "b": None}
