"""Two units at once: in words, in value, and in records."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from deepvis_app.messages import UnitStats
from precompute.options import OptionError
from precompute.synthesis.aim import Task, aim
from precompute.synthesis.display import reached
from precompute.synthesis.maker import Maker, Wish
from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.pairs import Pair, by_unit, pairs_of
from precompute.synthesis.presets import PRESETS
from tests.precompute.synthesis.generators import Small
from tests.precompute.synthesis.nets import Plain, model

CPU = torch.device("cpu")
MAPS = torch.randn(4, 6, 3, 3, generator=torch.Generator().manual_seed(0))
QUICK = replace(PRESETS["dgn"], steps=15)


def values(tasks: list[Task], gamma: float = 0.8, scales: dict[int, float] | None = None) -> list[float]:
    found: list[float] = aim(OBJECTIVES["centre"], tasks, gamma, scales or {}, CPU).value(MAPS).tolist()
    return found


def test_two_units_count_as_in_equation_2() -> None:
    a, b = MAPS[:, 1, 1, 1], MAPS[:, 4, 1, 1]
    both = values([Task(1, 0, (4, 1))] * 4)
    assert both == pytest.approx((a + b - 0.8 * (a - b).abs()).tolist())


def test_with_gamma_1_they_count_as_twice_the_weaker_one() -> None:
    weaker = torch.minimum(MAPS[:, 1, 1, 1], MAPS[:, 4, 1, 1])
    assert values([Task(1, 0, (4, 1))] * 4, gamma=1.0) == pytest.approx((2 * weaker).tolist(), abs=1e-6)


def test_a_unit_against_another_counts_without_the_similarity() -> None:
    expected = (MAPS[:, 1, 1, 1] - MAPS[:, 4, 1, 1]).tolist()
    assert values([Task(1, 0, (4, -1))] * 4) == pytest.approx(expected)


def test_units_are_divided_by_their_largest_values_where_both_are_known() -> None:
    a, b = MAPS[:, 1, 1, 1] / 2, MAPS[:, 4, 1, 1] / 5
    pair = [Task(1, 0, (4, 1))] * 4
    assert values(pair, scales={1: 2.0, 4: 5.0}) == pytest.approx((a + b - 0.8 * (a - b).abs()).tolist())
    assert values(pair, scales={1: 2.0}) == values(pair)
    assert values(pair, scales={1: 2.0, 4: -3.0}) == values(pair)


def test_a_unit_alone_beside_pairs_counts_as_alone() -> None:
    tasks = [Task(1, 0), Task(1, 0, (4, 1)), Task(1, 0, (4, -1)), Task(2, 0)]
    found = values(tasks, scales={1: 2.0, 4: 5.0})
    assert [found[0], found[3]] == pytest.approx([float(MAPS[0, 1, 1, 1]), float(MAPS[3, 2, 1, 1])])
    mask = torch.tensor([False, True, False, True])
    part = aim(OBJECTIVES["centre"], tasks, 0.8, {1: 2.0, 4: 5.0}, CPU).of(mask)
    assert part.value(MAPS[mask]).tolist() == pytest.approx([found[1], found[3]])


def test_probabilities_are_not_divided() -> None:
    pair = [Task(1, 0, (4, 1))] * 4
    divided = aim(OBJECTIVES["log-softmax"], pair, 0.0, {1: 2.0, 4: 5.0}, CPU).value(MAPS)
    logs = MAPS[:, :, 1, 1].log_softmax(1)
    assert torch.allclose(divided, logs[:, 1] + logs[:, 4])


def test_both_units_rise_together_and_against_each_other_they_part() -> None:
    made = model(Plain())
    maker = Maker(made, made.info.layer("fc"), Wish(QUICK, (0,), generator=Small()))
    alone, both, against = maker.make([Task(1, 0), Task(1, 0, (3, 1)), Task(1, 0, (3, -1))])
    assert both.other is not None
    assert against.other is not None
    assert alone.other is None
    assert both.other > against.other + 0.3
    assert against.activation > against.other


def test_pairs_are_records_of_the_first_unit_by_their_value() -> None:
    made = model(Plain())
    maker = Maker(made, made.info.layer("fc"), Wish(QUICK, (0, 1), generator=Small()))
    stats = {1: UnitStats(10, 0.0, 1.0, ((0.0, 0.0), (1.0, 1000.0)), 0.0)}
    (record,) = maker.records([1], stats, {1: [(3, 1), (4, -1)]})
    assert record.kinds == ("pair",)
    assert [(p.kind, p.facts.more["other"], p.facts.more["with"]) for p in record.pictures] == [
        ("pair", 3, True), ("pair", 3, True), ("pair", 4, False), ("pair", 4, False),
    ]  # fmt: skip
    first, second = record.pictures[:2]
    assert first.score >= second.score
    pixels = torch.from_numpy(first.rgb.copy()).permute(2, 0, 1)[None].float()
    own, _ = reached(made, maker.part, pixels, torch.tensor([1]))
    other, _ = reached(made, maker.part, pixels, torch.tensor([3]))
    assert first.facts.more["shown"] == pytest.approx(float(own), abs=1e-3)
    assert first.facts.more["other_activation"] == pytest.approx(float(other), abs=0.2)  # before rounding


@pytest.mark.parametrize(
    ("words", "only_pairs", "expected"),
    [
        ("0-5,7", False, ()),
        ("all", False, ()),
        ("3+17", False, (Pair(3, 17, 1),)),
        (" 3+17, 4+9,3+17", True, (Pair(3, 17, 1), Pair(4, 9, 1))),
        ("3-17,3+4", True, (Pair(3, 17, -1), Pair(3, 4, 1))),
    ],
)
def test_the_words_of_a_pair(words: str, only_pairs: bool, expected: tuple[Pair, ...]) -> None:
    assert pairs_of(words, only_pairs=only_pairs) == expected


@pytest.mark.parametrize(
    ("words", "only_pairs", "sentence"),
    [
        ("3+17,5", False, "'5' is no pair"),
        ("3+17,4-9", False, "add --pair where it means unit 4 against unit 9"),
        ("all", True, "'all' is no pair"),
        ("3+3", False, "a unit with itself"),
        ("3+4+5", False, "'3\\+4\\+5' is no pair"),
    ],
)
def test_what_could_mean_two_things_is_refused(words: str, only_pairs: bool, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        pairs_of(words, only_pairs=only_pairs)


def test_a_pair_reads_as_it_was_written() -> None:
    assert [str(pair) for pair in pairs_of("3-17,3+4", only_pairs=True)] == ["3-17", "3+4"]
    assert by_unit(pairs_of("3-17,3+4,9+2", only_pairs=True)) == {3: [(17, -1), (4, 1)], 9: [(2, 1)]}
