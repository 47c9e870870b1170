"""Chips, choosers, buttons, labels, bars and sections."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepvis_app.messages import Score
from deepvis_app.render.palettes import PALETTES
from deepvis_app.ui.widgets.buttons import FlatButton, SignButton
from deepvis_app.ui.widgets.chips import Chip, ChipRow
from deepvis_app.ui.widgets.colour_bar import ColourBar, short
from deepvis_app.ui.widgets.controls import Chooser, ElidedLabel, TypingField
from deepvis_app.ui.widgets.score_bars import ScoreBars
from deepvis_app.ui.widgets.seek_slider import TICKS, SeekSlider
from tests.ui.mouse import click, press_key, type_keys

GREEN, BLUE = QColor(0, 255, 0), QColor(0, 0, 255)


def ink(widget: QWidget, colour: QColor) -> int:
    """How many pixels of the widget have about this colour."""
    image = widget.grab().toImage()
    wanted = (colour.red(), colour.green(), colour.blue())
    return sum(
        all(abs(a - b) < 30 for a, b in zip((p.red(), p.green(), p.blue()), wanted, strict=True))
        for y in range(image.height())
        for x in range(image.width())
        for p in (image.pixelColor(x, y),)
    )


def chips(qtbot: QtBot, names: Sequence[str], width: int = 400) -> ChipRow:
    row = ChipRow(GREEN, BLUE)
    qtbot.addWidget(row)
    row.set_chips([Chip(name, name, enabled=name != "off") for name in names])
    row.resize(width, row.heightForWidth(width))
    row.show()
    return row


def test_a_click_on_a_chip_chooses_it_and_a_disabled_one_does_nothing(qtbot: QtBot) -> None:
    row = chips(qtbot, ["conv1", "off", "fc6"])
    heard: list[str] = []
    row.chosen.connect(heard.append)
    for name in ("fc6", "off", "conv1"):
        box = row.box_of(name)
        assert box is not None
        click(row, box.center().x(), box.center().y())
    assert heard == ["fc6", "conv1"]


def test_few_chips_take_one_line_more_take_two_and_many_scroll_in_one(qtbot: QtBot) -> None:
    row = chips(qtbot, ["conv1"])
    one = row.heightForWidth(400)
    row.set_chips([Chip(str(k), f"layer {k}") for k in range(9)])
    assert row.heightForWidth(400) > 1.9 * one
    row.set_chips([Chip(str(k), f"layer {k}") for k in range(300)])
    assert row.heightForWidth(400) == one


def test_the_selected_chip_is_scrolled_into_view(qtbot: QtBot) -> None:
    row = chips(qtbot, [f"layer{k}" for k in range(300)])
    for name in ("layer299", "layer0", "layer150"):
        row.show_state(name, "", False)
        box = row.box_of(name)
        assert box is not None
        assert box.left() >= 0
        assert box.right() <= row.width()


def test_a_selection_that_is_known_before_the_chips_is_scrolled_into_view(qtbot: QtBot) -> None:
    row = chips(qtbot, ["conv1"])
    row.show_state("layer150", "", False)
    row.set_chips([Chip(f"layer{k}", f"layer{k}") for k in range(300)])
    box = row.box_of("layer150")
    assert box is not None
    assert box.left() >= 0
    assert box.right() <= row.width()


def test_the_arrow_at_the_end_scrolls_instead_of_choosing(qtbot: QtBot) -> None:
    row = chips(qtbot, [f"layer{k}" for k in range(300)])
    heard: list[str] = []
    row.chosen.connect(heard.append)
    first = row.box_of("layer0")
    click(row, row.width() - 3, 8)
    moved = row.box_of("layer0")
    assert heard == []
    assert first is not None
    assert moved is not None
    assert moved.left() < first.left() - 100


def test_the_keyboards_place_is_green_and_the_frozen_layer_blue(qtbot: QtBot) -> None:
    row = chips(qtbot, ["conv1", "fc6"])
    row.show_state("conv1", "", False)
    assert (ink(row, GREEN), ink(row, BLUE)) == (0, 0)
    row.show_state("conv1", "fc6", True)
    assert ink(row, GREEN) > 20
    assert ink(row, BLUE) > 20


def test_a_chooser_calls_back_for_a_person_and_not_when_told_what_to_show(qtbot: QtBot) -> None:
    heard: list[object] = []
    chooser = Chooser("what", [(1, "one", ""), (2, "two", "tip")], heard.append)
    qtbot.addWidget(chooser)
    chooser.show_key(2)
    assert (chooser.currentText(), heard) == ("two", [])
    chooser.activated.emit(0)
    assert heard == [1]
    chooser.show_key("unknown")
    assert chooser.currentIndex() == -1
    assert chooser.itemData(1, Qt.ItemDataRole.ToolTipRole) == "tip"


def test_a_checkable_button_leaves_its_state_to_the_owner(qtbot: QtBot) -> None:
    heard: list[str] = []
    button = FlatButton("Heat", "tip", lambda: heard.append("pressed"), checkable=True)
    qtbot.addWidget(button)
    click(button, 4, 4)
    assert heard == ["pressed"]
    assert not button.isChecked()


@pytest.mark.parametrize("dark", [False, True])
def test_a_checked_button_looks_different_in_both_themes(qtbot: QtBot, dark: bool) -> None:
    button = FlatButton("Heat", "tip", lambda: None, checkable=True)
    qtbot.addWidget(button)
    palette = QPalette(QColor(40, 40, 40) if dark else QColor(235, 235, 235))
    palette.setColor(QPalette.ColorRole.Highlight, QColor(30, 100, 220))
    button.setPalette(palette)
    assert ink(button, QColor(30, 100, 220)) == 0
    button.setChecked(True)
    assert ink(button, QColor(30, 100, 220)) > button.width() * button.height() / 2


@pytest.mark.parametrize("sign", ["play", "pause", "next", "previous", "loop"])
def test_every_sign_is_drawn(qtbot: QtBot, sign: str) -> None:
    button = SignButton("play" if sign != "play" else "pause", "tip", lambda: None)
    qtbot.addWidget(button)
    before = button.grab().toImage()
    button.set_sign(sign)
    assert button.sign == sign
    assert button.grab().toImage() != before


def test_an_unknown_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="no sign"):
        SignButton("stop", "tip", lambda: None)


def test_an_elided_label_asks_for_no_width_and_tells_all_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.say("a very long sentence " * 20)
    assert label.minimumSizeHint().width() == 0
    assert label.toolTip() == label.text()


def test_a_label_that_keeps_its_end_is_cut_in_the_middle(qtbot: QtBot) -> None:
    pictures = []
    for text in ("a very long name " * 9 + "7 of 9", "a very long name " * 9 + "8 of 9"):
        label = ElidedLabel(keep_end=True)
        qtbot.addWidget(label)
        label.resize(150, 20)
        label.say(text)
        pictures.append(label.grab().toImage())
    assert pictures[0] != pictures[1]


def test_a_label_with_a_colon_is_its_short_form_where_the_whole_has_no_room(qtbot: QtBot) -> None:
    label = ElidedLabel("DGN-AM: what it prefers", colon=True)
    qtbot.addWidget(label)
    room = label.fontMetrics().horizontalAdvance(label.text()) + 1  # widths are rounded
    assert label.shown(room) == "DGN-AM: what it prefers"
    assert label.shown(room - 2) == "DGN-AM"


def test_a_file_dropped_on_a_text_field_is_left_to_the_window(qtbot: QtBot) -> None:
    field = TypingField("hint", "tip")
    qtbot.addWidget(field)
    assert not field.acceptDrops()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_click_beside_the_handle_goes_there(qtbot: QtBot, share: float) -> None:
    slider = SeekSlider("Where")
    qtbot.addWidget(slider)
    slider.resize(300, 20)
    slider.show()
    click(slider, 300 * share, 10)
    assert slider.value() == pytest.approx(share * TICKS, abs=30)
    assert not slider.isSliderDown()


def test_a_typing_field_gives_the_keyboard_back_on_escape(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = TypingField("hint", "tip")
    field.setParent(window)
    window.show()
    field.setFocus()
    type_keys(field, "fish")
    assert field.text() == "fish"
    press_key(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert not field.hasFocus()


def test_scores_are_drawn_as_bars_in_proportion(qtbot: QtBot) -> None:
    bars = ScoreBars()
    qtbot.addWidget(bars)
    bars.resize(200, bars.sizeHint().height())
    palette = QPalette(bars.palette())
    palette.setColor(QPalette.ColorRole.Highlight, QColor(0, 0, 200))
    palette.setColor(QPalette.ColorRole.Window, QColor(255, 255, 255))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(255, 255, 255))
    bars.setPalette(palette)
    mixed = QColor(158, 158, 234)  # the highlight at 38 % over white
    bars.show_scores((Score(0, "", 0.5),))
    half = ink(bars, mixed)
    bars.show_scores((Score(0, "", 1.0),))
    whole = ink(bars, mixed)
    assert half / whole == pytest.approx(0.5, abs=0.05)


def test_two_classes_and_none_are_shown_too(qtbot: QtBot) -> None:
    bars = ScoreBars()
    qtbot.addWidget(bars)
    bars.show_scores((Score(0, "cat", 0.7), Score(1, "dog", 0.3)))
    two = bars.grab().toImage()
    bars.show_scores((), "No classes.")
    assert bars.grab().toImage() != two


@pytest.mark.parametrize(
    ("gamma", "labels"), [(1.0, ("-8", "-4", "0", "4", "8")), (0.5, ("-8", "-2", "0", "2", "8"))]
)
def test_the_colour_bar_tells_the_values_of_its_colours(
    qtbot: QtBot, gamma: float, labels: tuple[str, ...]
) -> None:
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.show_scale(PALETTES["gray"], 8.0, gamma)
    assert bar.labels == labels


@pytest.mark.parametrize("top", [0.00123, 8.0, 876.0, 123456.0, 8.8e9])
def test_the_colour_bars_numbers_never_touch(qtbot: QtBot, top: float) -> None:
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.show_scale(PALETTES["gray"], top, 1.0)
    boxes = sorted(bar.label_boxes().values(), key=lambda box: box.left())
    assert len(boxes) >= 3
    assert boxes[0].left() >= 0
    assert boxes[-1].right() <= bar.width()
    assert all(a.right() < b.left() for a, b in pairwise(boxes))


def test_the_colour_bar_shows_the_table(qtbot: QtBot) -> None:
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.resize(255, bar.sizeHint().height())
    bar.show_scale(PALETTES["signed"], 1.0, 1.0)
    image = bar.grab().toImage()
    for number in (20, 128, 240):
        pixel = image.pixelColor(number - 1, 2)
        shown = (pixel.red(), pixel.green(), pixel.blue())
        assert shown == pytest.approx(PALETTES["signed"][number].tolist(), abs=4)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1.23456, "1.23"), (-1500.0, "-1500"), (2.5e6, "2.5e+06"), (0.5, "0.5")]
)
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text
