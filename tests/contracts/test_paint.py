"""What the window says to `precompute paint` is what that command understands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepvis_app.jobs.generators import DEFAULT
from deepvis_app.messages import ModelChoice, UnitRef
from deepvis_app.session import ViewState
from deepvis_app.session.painting import COMMAND, paint_order
from deepvis_app.session.state import PAINT_COUNTS, PAINT_METHODS, legal
from precompute.painting import choices, command
from tests.ui.fakes import canned_model


def test_the_choices_and_defaults_are_the_commands_own() -> None:
    defaults = {action.dest: action.default for action in command._parser()._actions}
    assert command.NAME == COMMAND
    assert set(PAINT_METHODS) == set(choices.METHODS)
    assert defaults["generator"] == DEFAULT
    assert max(PAINT_COUNTS) <= choices.MOST
    assert min(PAINT_COUNTS) >= 1


@pytest.mark.parametrize("method", PAINT_METHODS)
def test_an_order_is_understood(method: str) -> None:
    model = replace(
        canned_model(), choice=ModelChoice("file:/nets/my net.py:make", "/nets/n.safetensors", "cpu")
    )
    state = ViewState(
        layer="prob",
        unit=3,
        second=UnitRef("prob", 7),
        paint_method=method,
        paint_generator="mine",
        paint_count=9,
    )
    order = paint_order(model, legal(state, model))
    assert order is not None
    words = command._parser().parse_args(list(order.words[1:]))
    assert (words.model, words.weights) == ("file:/nets/my net.py:make", "/nets/n.safetensors")
    assert (words.device, words.unit, words.second) == ("cpu", "fc8:3", "fc8:7")
    assert (words.method, words.pictures) == (method, 9)
    assert words.generator == "mine"


@pytest.mark.parametrize("method", PAINT_METHODS)
def test_a_child_turned_by_the_lines_of_an_order_paints_what_its_words_say(method: str) -> None:
    model = canned_model()
    before, after = (
        paint_order(model, legal(state, model))
        for state in (
            ViewState(layer="features.conv1", unit=0),
            ViewState(layer="prob", unit=3, second=UnitRef("prob", 7), paint_method=method, paint_count=4),
        )
    )
    assert before is not None
    assert after is not None
    assert after.turns(before)
    options = command._parser().parse_args(list(before.words[1:]))
    for line in after.lines:
        options = choices.changed(options, line)
    assert options == command._parser().parse_args(list(after.words[1:]))


def test_another_generator_device_or_network_needs_another_child() -> None:
    model, state = canned_model(), ViewState(layer="features.conv1")
    before = paint_order(model, state)
    assert before is not None
    elsewhere = replace(model, choice=replace(model.choice, device="cuda"))
    for other in (
        paint_order(model, replace(state, paint_generator="mine")),
        paint_order(elsewhere, state),
        paint_order(replace(model, fingerprint="other weights"), state),
    ):
        assert other is not None
        assert not other.turns(before)
