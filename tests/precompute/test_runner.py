from __future__ import annotations

from collections.abc import Iterable

import pytest

from deepvis_app.messages import UnitRecord, UnitRef
from precompute.runner import Item, Outcome, chunks, conclude, run
from precompute.stop import Stop
from tests.precompute.helpers import RUN, Kept, Told, empty_records


def test_each_unit_is_committed_and_told_as_it_is_made() -> None:
    kept, told = Kept(), Told()
    outcome = run(chunks("conv1", range(5), 2), empty_records, kept, RUN, told, Stop(), ("am",))
    assert outcome == Outcome(made=5, there=0, stopped=False)
    assert [r.ref.unit for r in kept.records] == [0, 1, 2, 3, 4]
    assert told.started == [(5, "units", "test")]
    assert told.where[-1] == "conv1:4"
    assert kept.finished == [RUN]


def test_only_what_is_missing_is_made() -> None:
    kept = Kept([UnitRecord(UnitRef("conv1", 1), ("am", "deconv")), UnitRecord(UnitRef("conv1", 2), ("am",))])
    outcome = run([Item("conv1", (0, 1, 2))], empty_records, kept, RUN, Told(), Stop(), ("am", "deconv"))
    assert [r.ref.unit for r in kept.records[2:]] == [0, 2]
    assert outcome.there == 1


def test_a_stop_keeps_what_is_finished_and_the_next_run_goes_on() -> None:
    kept, stop = Kept(), Stop()

    def make(item: Item) -> Iterable[UnitRecord]:
        for record in empty_records(item):
            if record.ref.unit == 1:
                stop.ask()
            yield record

    first = run(chunks("conv1", range(6), 4), make, kept, RUN, Told(), stop, ("am",))
    assert first == Outcome(made=2, there=0, stopped=True)
    assert kept.finished == []
    second = run(chunks("conv1", range(6), 4), empty_records, kept, RUN, Told(), Stop(), ("am",))
    assert second == Outcome(made=4, there=2, stopped=False)
    assert sorted(r.ref.unit for r in kept.records) == [0, 1, 2, 3, 4, 5]


def test_memory_is_given_back_after_each_item(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, seen = Kept(), []
    monkeypatch.setattr("precompute.runner.give_back", lambda: seen.append(len(kept.records)))
    run(chunks("conv1", range(5), 2), empty_records, kept, RUN, Told(), Stop(), ("am",))
    assert seen == [2, 4, 5]


def test_an_item_too_large_for_the_memory_is_halved() -> None:
    kept, told, sizes = Kept(), Told(), []

    def make(item: Item) -> Iterable[UnitRecord]:
        sizes.append(len(item.units))
        if len(item.units) > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return empty_records(item)

    run([Item("conv1", tuple(range(5)))], make, kept, RUN, told, Stop(), ("am",))
    assert sizes == [5, 3, 2, 1, 2]
    assert [r.ref.unit for r in kept.records] == [0, 1, 2, 3, 4]
    assert "halved" in told.notes[0]


def test_other_errors_and_one_unit_without_memory_pass_through() -> None:
    def fail(item: Item) -> Iterable[UnitRecord]:
        raise RuntimeError("shapes do not fit")

    def starve(item: Item) -> Iterable[UnitRecord]:
        raise MemoryError

    with pytest.raises(RuntimeError, match="shapes"):
        run([Item("conv1", (0, 1))], fail, Kept(), RUN, Told(), Stop())
    with pytest.raises(MemoryError):
        run([Item("conv1", (0,))], starve, Kept(), RUN, Told(), Stop())


def test_the_end_says_what_was_made_and_gives_the_exit_status() -> None:
    told = Told()
    assert conclude(Outcome(3, 2, stopped=False), told, "a.atlas") == 0
    assert conclude(Outcome(3, 0, stopped=True), told, "a.atlas") == 130
    assert told.ended[0] == ("done", "3 units made, 2 were there before, in a.atlas.")
    assert told.ended[1][0] == "stopped"
    assert "run it again" in told.ended[1][1]
