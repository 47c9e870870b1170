from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasDesk, AtlasWriter, Shelf
from deepvis_app.messages import AtlasAnswer, AtlasQuery, LayerPictures, UnitPictures, UnitRef
from tests.atlas import comparisons as compared
from tests.atlas.makers import NETWORK, OTHER_NETWORK, RUN, TITLE, atlas, record

QUERY = AtlasQuery(NETWORK, UnitRef("conv1", 0), 4, "am")


class Counting(Shelf):
    """A shelf that counts what is read from it."""

    units = layers = 0

    def unit(self, ref: UnitRef) -> UnitPictures:
        self.units += 1
        return super().unit(ref)

    def layer(self, layer: str, units: int, kind: str) -> LayerPictures:
        self.layers += 1
        return super().layer(layer, units, kind)


@pytest.fixture
def shelf(tmp_path: Path) -> Counting:
    return Counting(NETWORK, [atlas(tmp_path / "a.atlas", record(0, "am"), record(1, "am"))])


@pytest.fixture
def desk(shelf: Counting) -> Iterator[AtlasDesk]:
    desk = AtlasDesk(lambda fingerprint: shelf if fingerprint == NETWORK else Shelf(fingerprint, []))
    desk.start()
    yield desk
    assert desk.stop()


def answer(desk: AtlasDesk, query: AtlasQuery) -> AtlasAnswer:
    desk.ask(query)
    taken = desk.take(timeout=5)
    assert taken is not None
    assert taken.query == query
    return taken


def test_an_answer_has_the_unit_and_its_layer(desk: AtlasDesk) -> None:
    taken = answer(desk, QUERY)
    assert len(taken.unit.pictures["am"]) == 2
    assert taken.layer is not None
    assert taken.layer.have == (True, True, False, False)
    assert desk.take() is None


def test_without_pattern_no_layer_is_read(desk: AtlasDesk, shelf: Counting) -> None:
    assert answer(desk, replace(QUERY, pattern="")).layer is None
    assert shelf.layers == 0


def test_asked_the_same_again_it_gives_the_very_same_answer_without_reading(
    desk: AtlasDesk, shelf: Counting
) -> None:
    first = answer(desk, QUERY)
    assert all(answer(desk, replace(QUERY)) is first for _ in range(3))
    assert (shelf.units, shelf.layers) == (1, 1)


def test_another_unit_of_the_layer_does_not_read_the_layer_again(desk: AtlasDesk, shelf: Counting) -> None:
    first = answer(desk, QUERY)
    second = answer(desk, replace(QUERY, ref=UnitRef("conv1", 1)))
    assert second.layer is first.layer
    assert second.unit.ref.unit == 1
    third = answer(desk, replace(second.query, pattern="top"))
    assert third.unit is second.unit
    assert (shelf.units, shelf.layers) == (2, 2)


def test_new_units_are_seen_when_it_is_asked_again(desk: AtlasDesk, shelf: Counting) -> None:
    query = replace(QUERY, ref=UnitRef("conv1", 2))
    assert answer(desk, query).unit.pictures == {}
    with AtlasWriter(shelf.paths[0], NETWORK, TITLE) as writer:
        writer.put(record(2, "am"), writer.begin(RUN))
        during = answer(desk, query)
        assert len(during.unit.pictures["am"]) == 2
        assert during.layer is not None
        assert during.layer.have[2]
    assert len(answer(desk, query).unit.pictures["am"]) == 2


def test_another_network_has_another_shelf(desk: AtlasDesk) -> None:
    answer(desk, QUERY)
    assert answer(desk, replace(QUERY, fingerprint=OTHER_NETWORK)).unit.pictures == {}
    assert len(answer(desk, QUERY).unit.pictures["am"]) == 2


def test_what_cannot_be_read_is_an_answer(desk: AtlasDesk, shelf: Counting) -> None:
    shelf.paths[0].write_bytes(b"no atlas" * 100)
    taken = answer(desk, QUERY)
    assert "is not a unit atlas" in taken.unit.error
    assert taken.layer is not None
    assert taken.layer.error == taken.unit.error


def test_a_comparison_of_methods_is_read_only_where_it_is_wanted_and_anew_when_it_changed(
    desk: AtlasDesk,
) -> None:
    query = AtlasQuery(NETWORK, compared.REF, 4)
    assert answer(desk, query).methods is None
    wanted = replace(query, methods=True)
    nothing = answer(desk, wanted)
    assert nothing.methods is not None
    assert not nothing.methods.methods
    assert answer(desk, wanted) is nothing
    compared.write()
    found = answer(desk, wanted)
    assert found.methods is not None
    assert [row.name for row in found.methods.methods] == ["none", "tv"]
    assert found.unit is nothing.unit
    assert answer(desk, wanted) is found
    assert answer(desk, query).methods is None
