from __future__ import annotations

from pytestqt.qtbot import QtBot

from deepvis_app.ui.widgets.few_lines import FewLines

TEXT = "Pictures of conv1: relu1 passes the same units on. top, run 1, 2026-03-02, Tiny ImageNet validation"


def made(qtbot: QtBot, text: str = TEXT) -> FewLines:
    lines = FewLines(2)
    qtbot.addWidget(lines)
    lines.say(text)
    return lines


def test_text_is_wrapped_and_the_rest_is_cut_off(qtbot: QtBot) -> None:
    lines = made(qtbot)
    metrics = lines.fontMetrics()
    broken = lines.lines(metrics.horizontalAdvance(TEXT) * 0.4)
    assert len(broken) == 2
    assert TEXT.startswith(broken[0])
    assert broken[1].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert all(metrics.horizontalAdvance(line) <= metrics.horizontalAdvance(TEXT) * 0.4 for line in broken)
    assert lines.toolTip() == TEXT


def test_it_takes_the_height_of_its_lines_and_none_without_text(qtbot: QtBot) -> None:
    lines = made(qtbot)
    height = lines.fontMetrics().height()
    assert lines.lines(10_000) == [TEXT]
    assert lines.heightForWidth(10_000) == height
    assert lines.heightForWidth(150) == 2 * height
    assert not lines.isHidden()
    lines.say("")
    assert lines.isHidden()


def test_a_word_that_is_too_long_is_broken(qtbot: QtBot) -> None:
    lines = made(qtbot, "x" * 60)
    width = lines.fontMetrics().horizontalAdvance("x" * 40)
    assert "".join(lines.lines(width)) == "x" * 60
