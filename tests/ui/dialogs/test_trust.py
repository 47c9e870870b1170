"""Asking before a remembered Python file runs."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from deepvis_app.ui.dialogs import trust
from tests.ui.windows import click_key


def asked(qtbot: QtBot) -> tuple[QMessageBox, list[bool], QWidget]:
    parent, answers = QWidget(), list[bool]()
    qtbot.addWidget(parent)
    return trust.ask(parent, "file:/nets/mine.py", answers.append), answers, parent


def test_the_question_names_the_file(qtbot: QtBot) -> None:
    box, answers, parent = asked(qtbot)
    assert "/nets/mine.py" in box.text()
    assert box.parent() is parent
    assert answers == []


@pytest.mark.parametrize("always", [False, True])
def test_a_yes_is_passed_on(qtbot: QtBot, always: bool) -> None:
    box, answers, _parent = asked(qtbot)
    check = box.checkBox()
    assert check is not None
    check.setChecked(always)
    yes = box.button(QMessageBox.StandardButton.Yes)
    assert yes is not None
    yes.click()
    assert answers == [always]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_esc_and_return_mean_no(qtbot: QtBot, key: Qt.Key) -> None:
    box, answers, _parent = asked(qtbot)
    click_key(qtbot, box, key)
    assert answers == []
