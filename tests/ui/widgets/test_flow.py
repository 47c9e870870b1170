from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.flow import FlowRow


def press() -> None:
    """Nothing."""


def shown(
    qtbot: QtBot, width: int, do: Callable[[], None] = press
) -> tuple[QWidget, FlowRow, list[FlatButton]]:
    """A row of four buttons above a text that takes the rest."""
    buttons = [FlatButton(text, text, do) for text in ("one", "two", "three", "a longer one")]
    flow, pane = FlowRow(*buttons), QWidget()
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(flow)
    column.addWidget(QLabel("the rest"), 1)
    qtbot.addWidget(pane)
    pane.resize(width, 300)
    pane.show()
    return pane, flow, buttons


def lines(buttons: list[FlatButton]) -> int:
    return len({button.y() for button in buttons if button.isVisible()})


def test_with_room_all_stand_in_one_line_and_without_it_in_several_none_cut_off(qtbot: QtBot) -> None:
    pane, flow, buttons = shown(qtbot, 600)
    assert lines(buttons) == 1
    for width in (130, 600, 90, 200):
        pane.resize(width, 300)
        qtbot.waitUntil(lambda: flow.height() == flow.heightForWidth(flow.width()))
        assert all(flow.rect().contains(button.geometry()) for button in buttons)
        assert all(button.width() == button.sizeHint().width() for button in buttons)
    assert lines(buttons) > 1


def test_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    _, flow, buttons = shown(qtbot, 130)
    before = flow.heightForWidth(130)
    for button in buttons[1:]:
        button.hide()
    qtbot.waitUntil(lambda: flow.height() < before)
    assert lines(buttons) == 1


def test_a_button_with_another_text_gets_its_room(qtbot: QtBot) -> None:
    _, flow, buttons = shown(qtbot, 130)
    buttons[0].setText("quite another text")
    buttons[0].updateGeometry()
    qtbot.waitUntil(lambda: buttons[0].width() == min(buttons[0].sizeHint().width(), flow.width()))


@pytest.mark.parametrize("count", [4, 6, 7])
def test_lines_are_filled_evenly(qtbot: QtBot, count: int) -> None:
    """In a room for all but one, none stands alone in a second line."""
    buttons = [FlatButton("word", "", press) for _ in range(count)]
    flow = FlowRow(*buttons)
    qtbot.addWidget(flow)
    width = flow.sizeHint().width() - 1
    flow.resize(width, flow.heightForWidth(width))
    flow.show()
    tops = [button.y() for button in buttons]
    assert sorted(tops) == tops
    assert [tops.count(top) for top in sorted(set(tops))] == [(count + 1) // 2, count // 2]
