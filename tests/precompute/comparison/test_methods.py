"""The table of methods, and how words choose from it."""

from __future__ import annotations

import pytest

from precompute.comparison.methods import METHODS, chosen_methods, left_out
from precompute.comparison.painting import WAYS, source_of
from precompute.options import OptionError
from precompute.ppgn.settings import SETTINGS
from precompute.synthesis.presets import PRESETS, presets_for
from tests.conftest import ROOT

FOR_A_PICTURE = {"dream", "inversion"}  # which need one of the user's, and make none of a unit


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_a_way_a_preset_and_a_source(name: str) -> None:
    method = METHODS[name]
    assert method.way in WAYS
    if method.way == "chain":
        assert method.preset in SETTINGS
    else:
        assert (PRESETS[method.preset].bound is not None) is method.generator
    assert 5 < len(method.title) < 40
    assert source_of(method)


def test_every_preset_that_paints_units_is_compared() -> None:
    compared = {method.preset for method in METHODS.values()}
    assert set(presets_for(codes=False)) - FOR_A_PICTURE <= compared
    assert set(presets_for(codes=True)) <= compared


def test_all_are_those_that_can_be_made_with_what_was_given() -> None:
    assert list(chosen_methods("all", images=True)) == list(METHODS.values())
    without = chosen_methods("all", images=False)
    assert left_out(without, "all") == ["mean-image", "facets", "facets-dgn"]
    assert left_out(chosen_methods("tv", images=False), "tv") == []


def test_methods_come_in_the_order_of_the_table() -> None:
    assert [method.name for method in chosen_methods("dgn-am, none,C", images=False)] == [
        "none",
        "C",
        "dgn-am",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tvv", "nearest are tv"),
        (",", "names none"),
        ("tv,facets", "facets begins at real pictures: give --images"),
    ],
)
def test_words_that_choose_nothing_are_told(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        chosen_methods(text, images=False)


@pytest.mark.parametrize("name", METHODS)
def test_the_page_of_methods_has_a_formula_and_a_source_of_each(name: str) -> None:
    page = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    sections = [part.partition("\n") for part in page.split("\n### ")[1:]]
    (text,) = [body for title, _, body in sections if f"`{name}`" in title]
    assert "\n    " in text, "a formula stands indented in a paragraph of its own"
    assert "Source: " in text
