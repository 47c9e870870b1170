"""Several choices of a list behind one button."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from deepvis_app.ui.widgets.several import Several
from tests.ui.mouse import click, press_key

CHOICES = tuple((name, f"The {name}") for name in ("one", "two", "three", "four", "five"))


def made(qtbot: QtBot, default: str, value: str) -> Several:
    box = Several(default)
    qtbot.addWidget(box)
    box.set_choices(CHOICES, value)
    return box


def tick(box: Several, *names: str) -> None:
    for action in box.list.actions():
        if action.data() in names:
            action.trigger()


def test_all_is_one_word_until_one_is_left_out(qtbot: QtBot) -> None:
    box = made(qtbot, "all", "all")
    assert (box.value(), box.text()) == ("all", "all 5")
    tick(box, "two")
    assert (box.value(), box.text()) == ("one,three,four,five", "4 of 5")
    tick(box, "one", "five")
    assert (box.value(), box.text()) == ("three,four", "three, four")
    tick(box, "three", "four")
    assert (box.value(), box.text()) == ("all", "all 5")  # none would make nothing
    assert box.ticked == []
    tick(box, "one", "two", "three", "four", "five")
    assert box.value() == "all"


def test_none_may_be_chosen_where_that_is_the_default(qtbot: QtBot) -> None:
    box = made(qtbot, "", "two,five")
    assert (box.value(), box.text()) == ("two,five", "two, five")
    tick(box, "two", "five")
    assert (box.value(), box.text()) == ("", "not chosen")
    box.set_choices((), "")
    assert (box.value(), box.text(), box.isEnabled()) == ("", "none to choose", False)


def test_every_tick_is_told_once_and_a_new_list_is_not(qtbot: QtBot) -> None:
    box, told = made(qtbot, "", ""), []
    box.changed.connect(lambda: told.append(box.value()))
    tick(box, "one")
    tick(box, "two")
    box.set_choices(CHOICES[:2], "")
    assert told == ["one", "one,two"]


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_list_stays_open_while_one_ticks(qtbot: QtBot, key: Qt.Key | None) -> None:
    box = made(qtbot, "", "")
    box.list.popup(box.pos())
    action = box.list.actions()[2]
    if key is None:
        at = box.list.actionGeometry(action).center()
        click(box.list, at.x(), at.y())
    else:
        box.list.setActiveAction(action)
        press_key(box.list, key)
    assert box.value() == "three"
    assert box.list.isVisible()
    press_key(box.list, Qt.Key.Key_Escape)
    assert not box.list.isVisible()
