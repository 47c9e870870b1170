"""The controls of the job form: one for each option, by the kind of its default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QCheckBox, QComboBox, QPlainTextEdit, QPushButton, QSpinBox

from deepvis_app.jobs.wording import Value
from deepvis_app.ui.dialogs.job_forms import Field
from deepvis_app.ui.widgets.several import Several

Control = QComboBox | QSpinBox | QCheckBox | Several
_PREVIEW_LINES = 2


def control_of(field: Field) -> Control:
    """A tick, a number, a choice or several, at its default."""
    control: Control
    if field.several:
        control = Several(str(field.default))
        control.set_choices(field.choices, str(field.default))
    elif isinstance(field.default, bool):
        control = QCheckBox(field.label)
        control.setChecked(field.default)
    elif isinstance(field.default, int):
        control = QSpinBox()
        control.setRange(field.low, field.high)
        control.setSingleStep(field.step)
        control.setGroupSeparatorShown(True)
        control.setSpecialValueText(field.unset)
        control.setValue(field.default)
    else:
        control = combo(field.label)
        fill(control, field.choices, str(field.default))
    control.setToolTip(field.tooltip)
    control.setAccessibleName(field.label)
    return control


def value_of(control: Control) -> Value:
    """What a person has set."""
    if isinstance(control, QCheckBox):
        return control.isChecked()
    return str(control.currentData()) if isinstance(control, QComboBox) else control.value()


def on_change(control: Control, do: Callable[[], None]) -> None:
    """Call `do` when a person sets another value."""
    if isinstance(control, QCheckBox):
        control.toggled.connect(do)
    elif isinstance(control, QSpinBox):
        control.valueChanged.connect(do)
    elif isinstance(control, Several):
        control.changed.connect(do)
    else:
        control.currentIndexChanged.connect(do)


def fill(box: QComboBox, choices: Iterable[tuple[str, str]], chosen: str) -> None:
    """Offer these (value and title), with one chosen: the first where `chosen` is none of them."""
    with QSignalBlocker(box):
        box.clear()
        for value, title in choices:
            box.addItem(title, value)
        box.setCurrentIndex(max(box.findData(chosen), 0))


def combo(tooltip: str) -> QComboBox:
    """An empty list of choices."""
    box = QComboBox()
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def button(text: str, tooltip: str, do: Callable[[], None]) -> QPushButton:
    """A button that is pressed only by itself."""
    made = QPushButton(text)
    made.setToolTip(tooltip)
    made.setAutoDefault(False)  # Enter in a field must not press it
    made.clicked.connect(partial(_press, do))
    return made


def _press(do: Callable[[], None], _checked: bool = False) -> None:
    do()


def command_box() -> QPlainTextEdit:
    """Two lines of text to be read and copied."""
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setAccessibleName("Command line")
    text.setToolTip("The same job as a command line")
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setFixedHeight(text.fontMetrics().lineSpacing() * _PREVIEW_LINES + 2 * text.frameWidth() + 10)
    return text
