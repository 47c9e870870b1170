"""What the window says to `precompute paint` is what that command understands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepvis_app.jobs.generators import DEFAULT
from deepvis_app.messages import ModelChoice, UnitRef
from deepvis_app.session import ViewState
from deepvis_app.session.painting import COMMAND, DEFAULT_COUNT, paint_order
from deepvis_app.session.state import PAINT_COUNTS, PAINT_METHODS, legal
from precompute.painting import command
from tests.ui.fakes import canned_model


def test_the_choices_and_defaults_are_the_commands_own() -> None:
    defaults = {action.dest: action.default for action in command._parser()._actions}
    assert command.NAME == COMMAND
    assert set(PAINT_METHODS) == set(command.METHODS)
    assert (defaults["generator"], defaults["pictures"]) == (DEFAULT, DEFAULT_COUNT)
    assert max(PAINT_COUNTS) <= command.MOST
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
    assert words.generator == ("mine" if method == "dgn-am" else DEFAULT)
