"""Sweeps: what is tried, and the sheets with their numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from precompute.kept import keep
from precompute.synthesis import sweeping
from precompute.synthesis.ascent import Task
from precompute.synthesis.maker import Made, Maker, Wish
from precompute.synthesis.policies import Normalised
from precompute.synthesis.presets import PRESETS, as_json
from precompute.synthesis.priors import Blur, Decay, SmallContribution, SmallNorm
from precompute.synthesis.tries import FOLDER, Tried, load
from tests.precompute.synthesis.nets import Plain, model

BASE = replace(PRESETS["none"], steps=4)


def test_random_settings_are_of_the_space_and_the_same_for_the_same_seed() -> None:
    tries = sweeping.random_tries(BASE, 200, seed=3)
    assert tries == sweeping.random_tries(BASE, 200, seed=3)
    assert tries != sweeping.random_tries(BASE, 200, seed=4)
    priors = [prior for one in tries for prior in one.preset.priors]
    assert {type(prior) for prior in priors} == {Decay, Blur, SmallNorm, SmallContribution}
    assert all(1e-5 <= prior.rate <= 0.3 for prior in priors if isinstance(prior, Decay))
    assert all(
        0.3 <= prior.width <= 2 and 1 <= prior.every <= 10 for prior in priors if isinstance(prior, Blur)
    )
    assert all(0 <= p.percent <= 95 for p in priors if isinstance(p, SmallNorm | SmallContribution))
    steps = [one.preset.policy.step for one in tries if isinstance(one.preset.policy, Normalised)]
    assert len(steps) == 200
    assert 0.2 <= min(steps) < 0.3
    assert 5 < max(steps) <= 8


def test_each_regulariser_alone_goes_from_none_to_its_strongest_in_even_steps() -> None:
    tries = sweeping.single_tries(BASE)
    assert len(tries) == 4 * sweeping.COLUMNS
    for row in range(4):
        of_row = [one.preset.priors for one in tries[row * sweeping.COLUMNS : (row + 1) * sweeping.COLUMNS]]
        assert of_row[0] == ()
        assert all(len(priors) == 1 for priors in of_row[1:])
    rates = [one.preset.priors[0].rate for one in tries[1 : sweeping.COLUMNS]]  # type: ignore[attr-defined]
    assert rates == [0.5 * k / 8 for k in range(1, 9)]


def test_a_sheet_has_its_numbers_beside_it_in_the_same_order(tmp_path: Path) -> None:
    made = model(Plain())
    tries = sweeping.random_tries(BASE, 5, seed=0)
    tried = list(sweeping.make(made, made.info.layer("fc"), Wish(BASE, (0,)), 2, tries, lambda: False))
    ordered = sweeping.strongest_first(tried)
    sweeping.write(ordered, tmp_path / "out" / "fc-2", "title")
    with Image.open(tmp_path / "out" / "fc-2.png") as sheet:
        assert sheet.width > 200
    rows = json.loads((tmp_path / "out" / "fc-2.json").read_text())["tries"]
    values = [row["activation"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert values == [one.made.activation for one in ordered]
    steps = [row["policy"]["step"] for row in rows]
    assert sorted(steps) == sorted(as_json(one.preset)["policy"]["step"] for one in tries)


def test_a_sweep_that_is_stopped_gives_what_was_made() -> None:
    made = model(Plain())
    calls = iter([False] * 5 + [True] * 100)
    tries = sweeping.random_tries(BASE, 5, seed=0)
    tried = sweeping.make(made, made.info.layer("fc"), Wish(BASE, (0,)), 2, tries, lambda: next(calls))
    assert len(list(tried)) == 1


def test_a_sweep_that_was_broken_off_goes_on_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made, real, calls = model(Plain()), Maker.make, []

    def counted(maker: Maker, tasks: Sequence[Task]) -> list[Made]:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(maker, tasks)

    def swept(unit: int = 2) -> list[Tried]:
        tries = sweeping.random_tries(BASE, 4, seed=0)
        return list(sweeping.make(made, made.info.layer("fc"), Wish(BASE, (0,)), unit, tries, lambda: False))

    monkeypatch.setattr(Maker, "make", counted)
    with pytest.raises(KeyboardInterrupt):
        swept()
    first = swept()
    assert len(calls) == 3 + 2  # the first two are not made again
    again = swept()
    assert len(calls) == 5
    for one, other in zip(first, again, strict=True):
        assert (one.setting, replace(one.made, rgb=None)) == (other.setting, replace(other.made, rgb=None))
        assert one.made.rgb is not None
        assert np.array_equal(one.made.rgb, np.asarray(other.made.rgb))
    swept(unit=3)
    assert len(calls) == 9


@pytest.mark.parametrize("facts", [{}, {"rows": [{}]}, {"rows": 3}])
def test_what_a_sweep_did_not_keep_itself_is_not_believed(facts: dict[str, object]) -> None:
    keep(FOLDER, "e" * 64, facts, {"pictures": np.zeros((1, 2, 2, 3), np.uint8)})
    assert load("e" * 64, 2, sweeping.random_tries(BASE, 1, seed=0)) == []
