"""From units to records: ranks, facts, percentiles, second tries, and how much fits into a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.messages import UnitRecord, UnitStats
from precompute.runner import Item
from precompute.synthesis import ascent
from precompute.synthesis.ascent import Ascended, Climb, Task
from precompute.synthesis.display import reached
from precompute.synthesis.maker import RESEEDED, Maker, Wish
from precompute.synthesis.making import Making
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.schedule import Phase
from tests.precompute.synthesis.nets import SIDE, Plain, model, weights_of

QUICK = replace(PRESETS["robust"], steps=8)
WISH = Wish(QUICK, (5, 6, 7))


def test_pictures_are_ranked_by_what_they_reach_as_they_are_shown() -> None:
    made = model(Plain())
    maker = Maker(made, made.info.layer("fc"), WISH)
    records = list(maker.records([1, 4], {}))
    assert [record.ref.unit for record in records] == [1, 4]
    for record in records:
        assert [picture.rank for picture in record.pictures] == [0, 1, 2]
        scores = [picture.score for picture in record.pictures]
        assert scores == sorted(scores, reverse=True)
        assert {picture.facts.seed for picture in record.pictures} == {5, 6, 7}
        for picture in record.pictures:
            pixels = torch.from_numpy(picture.rgb.copy()).permute(2, 0, 1)[None].float()
            value, stronger = reached(made, maker.part, pixels, torch.tensor([record.ref.unit]))
            assert picture.score == pytest.approx(float(value), abs=1e-3)
            assert picture.facts.more["stronger_units"] == int(stronger)
            assert picture.facts.percentile is None


def test_minimising_ranks_the_weakest_first() -> None:
    made = model(Plain())
    (record,) = Maker(made, made.info.layer("fc"), replace(WISH, minimise=True)).records([2], {})
    scores = [picture.score for picture in record.pictures]
    assert scores == sorted(scores)


def test_a_conv_units_picture_is_its_receptive_field() -> None:
    made = model(Plain())
    (record,) = Maker(made, made.info.layer("conv2"), WISH).records([0], {})
    assert record.pictures[0].rgb.shape == (17, 17, 3)
    (whole,) = Maker(made, made.info.layer("fc"), WISH).records([0], {})
    assert whole.pictures[0].rgb.shape == (SIDE, SIDE, 3)


def test_the_percentile_is_that_of_the_reached_value_among_the_units_maxima() -> None:
    made = model(Plain())
    stats = UnitStats(10, 0.0, 1.0, ((0.0, 0.0), (1.0, 1000.0)), 0.0)
    (record,) = Maker(made, made.info.layer("fc"), WISH).records([3], {3: stats})
    for picture in record.pictures:
        assert picture.facts.activation is not None
        assert picture.facts.percentile == pytest.approx(picture.facts.activation / 10)


def test_what_fails_is_tried_once_with_another_seed_and_then_told() -> None:
    made = model(Plain())
    with torch.no_grad():
        weights_of(made, "conv3.weight")[2] = 0
    maker = Maker(made, made.info.layer("conv3"), WISH)
    good, bad = maker.records([1, 2], {})
    assert len(good.pictures) == 3
    assert bad.pictures == ()
    assert bad.kinds == ("am",)
    assert bad.note == "3 of 3 seeds gave no picture (zero gradient)."
    assert [one.task.seed for one in maker.make([Task(2, 5)])] == [5 + RESEEDED]


def test_nothing_comes_of_a_batch_that_was_stopped() -> None:
    made = model(Plain())
    assert list(Maker(made, made.info.layer("fc"), WISH, lambda: True).records([0], {})) == []


def test_the_channel_objective_reads_the_largest_value_of_the_map() -> None:
    made = model(Plain())
    maker = Maker(made, made.info.layer("conv2"), replace(WISH, objective="channel"))
    (record,) = maker.records([0], {})
    centre = Maker(made, made.info.layer("conv2"), WISH)
    assert not maker.part.cut
    assert centre.part.cut
    assert record.pictures[0].score > 0


def test_as_many_units_are_made_at_once_as_fit_with_all_their_seeds() -> None:
    made = model(Plain())
    making = Making(made, WISH, {}, lambda: False)
    assert making.units_at_once(made.info.layer("conv1")) == 256 // 3
    large = replace(WISH, preset=replace(WISH.preset, phases=(Phase(8, scale=4.0),)))
    assert Making(made, large, {}, lambda: False).units_at_once(made.info.layer("fc")) == (512 // 16) // 3
    assert Making(made, WISH, {}, lambda: False, batch=7).units_at_once(made.info.layer("fc")) == 2
    assert Making(made, WISH, {}, lambda: False, batch=1).units_at_once(made.info.layer("fc")) == 1


def same_pictures(one: UnitRecord, other: UnitRecord) -> bool:
    return [p.facts.seed for p in one.pictures] == [p.facts.seed for p in other.pictures] and all(
        np.abs(a.rgb.astype(int) - b.rgb).max() <= 2
        for a, b in zip(one.pictures, other.pictures, strict=True)
    )


def watched(monkeypatch: pytest.MonkeyPatch, room: int) -> list[int]:
    """The sizes of all batches; one of more than `room` pictures has no memory."""
    sizes: list[int] = []

    def ascend(climb: Climb, tasks: Sequence[Task], stopped: Callable[[], bool]) -> Ascended | None:
        sizes.append(len(tasks))
        if len(tasks) > room:
            raise RuntimeError("CUDA out of memory")
        return ascent.ascend(climb, tasks, stopped)

    monkeypatch.setattr("precompute.synthesis.maker.ascend", ascend)
    return sizes


def test_no_more_pictures_are_made_at_once_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = model(Plain())
    (whole,) = Making(made, WISH, {}, lambda: False).records(Item("fc", (1,)))
    sizes = watched(monkeypatch, 9)
    (record,) = Making(made, WISH, {}, lambda: False, batch=2).records(Item("fc", (1,)))
    assert sizes == [2, 1]
    assert same_pictures(record, whole)


@pytest.mark.parametrize(("batch", "batches"), [(None, 1), (2, 3)])
def test_every_step_tells_how_much_of_the_units_in_work_is_made(batch: int | None, batches: int) -> None:
    made = model(Plain())
    making = Making(made, WISH, {}, lambda: False, batch=batch)
    told: list[tuple[float, str]] = []
    making.told = lambda units, where: told.append((units, where))
    list(making.records(Item("fc", (1, 2))))
    steps = WISH.preset.steps
    assert [units for units, _ in told] == pytest.approx(
        [2 * k / (batches * steps) for k in range(batches * steps)]
    )
    assert told[-1][1] == f"step {steps} of {steps}"


def test_without_the_memory_for_one_unit_fewer_of_its_pictures_are_made_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = model(Plain())
    (whole,) = Making(made, WISH, {}, lambda: False).records(Item("fc", (1,)))
    sizes = watched(monkeypatch, 1)
    making = Making(made, WISH, {}, lambda: False)
    with pytest.raises(RuntimeError, match="out of memory"):  # the runner makes fewer units at once
        list(making.records(Item("fc", (1, 2))))
    (record,) = making.records(Item("fc", (1,)))
    assert sizes == [6, 3, 1, 1, 1]
    assert making.fewer == 1
    assert same_pictures(record, whole)
    list(making.records(Item("conv3", (0,))))
    assert sizes[5:] == [1, 1, 1]


def test_a_large_seed_is_no_second_try() -> None:
    made = model(Plain())
    (record,) = Maker(made, made.info.layer("fc"), replace(WISH, seeds=(RESEEDED + 5,))).records([1], {})
    assert record.pictures[0].facts.more["reseeded"] is False
    maker = Maker(made, made.info.layer("conv3"), WISH)
    with torch.no_grad():
        weights_of(made, "conv3.weight")[2] = 0
    assert [one.reseeded for one in maker.make([Task(2, 5), Task(1, 5)])] == [True, False]


def test_rescued_pictures_are_counted_over_the_run() -> None:
    made = model(Plain())
    with torch.no_grad():
        weights_of(made, "conv2.bias").fill_(-1.5)
    preset = replace(PRESETS["none"], steps=40, noise=0.001)
    making = Making(made, Wish(preset, (0,)), {}, lambda: False)
    records = list(making.records(Item("conv3", (0, 1, 2, 3))))
    told = [picture.facts.more["rescued"] for record in records for picture in record.pictures]
    assert making.rescued == sum(told) > 0
