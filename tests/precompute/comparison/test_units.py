"""Units by number, by name, in lists, and spread."""

from __future__ import annotations

import argparse

import pytest

from precompute.comparison.units import unit_named, units_of
from precompute.options import OptionError
from tests.precompute.studies.small import network

INFO = network().info


def options(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"unit": None, "units": None, "classes": None, "layer": "", **given})


@pytest.mark.parametrize(
    ("text", "unit"),
    [("fc3:2", 2), ("fc3:Goldfish", 0), ("fc3:Carassius auratus", 0), ("fc3: bell pepper", 3)],
)
def test_a_unit_is_named_by_its_number_or_any_name_of_its_class(text: str, unit: int) -> None:
    layer, found = unit_named(INFO, text)
    assert (layer.name, found) == ("fc3", unit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fc3", "is not LAYER:UNIT"),
        ("fc3:", "is not LAYER:UNIT"),
        ("fc3:bulfrog", "no class bulfrog; the nearest are bullfrog"),
        ("fc3:9", "units 0 to 4"),
        ("conv1:edge", "have no names: give a number, 0 to 3"),
        ("fc*:1", "means 2 layers; name one"),
        ("nothing:1", "has no layer nothing"),
    ],
)
def test_what_names_no_unit_is_told(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        unit_named(INFO, text)


def test_several_units_are_of_the_layer_of_classes_unless_told_otherwise() -> None:
    assert units_of(INFO, options(units="0,2-3"))[1] == (0, 2, 3)
    layer, units = units_of(INFO, options(units="1", layer="conv1"))
    assert (layer.name, units) == ("conv1", (1,))
    layer, units = units_of(INFO, options(classes=2))
    assert (layer.name, units) == ("fc3", (0, 2))
    assert units_of(INFO, options(unit="fc2:7"))[1] == (7,)
