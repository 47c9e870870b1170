"""The form of a new job: made from the JOB_FORMS table, it follows the selection of the window."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtGui import QFontDatabase, QPalette
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from deepvis_app.jobs import JobSpec
from deepvis_app.session.pictures import pictures_ref
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.ask import ask_folder, ask_open
from deepvis_app.ui.dialogs.job_forms import (
    JOB_FORMS,
    Field,
    JobForm,
    Scope,
    Value,
    images_problem,
    job_spec,
    scopes,
)

IMAGES = "jobs/images"  # where the pictures lie, as remembered
ZIP_FILES = "Zip files (*.zip)"
SHOWN_AS = "deepvis-precompute"
NO_MODEL = "No network is loaded yet."
_SCOPES = {"unit": "This unit", "layer": "This layer", "main": "Main layers", "all": "Everything"}
_PREVIEW_LINES = 2
Control = QComboBox | QSpinBox | QCheckBox


class JobFormBox(QWidget):
    """`spec` is what would be started, or None with the reason in `problem`."""

    def __init__(self, context: ActionContext) -> None:
        super().__init__()
        self._context = context
        self._scopes: dict[str, Scope] = {}
        self.spec: JobSpec | None = None
        self.problem = NO_MODEL
        self.job = _combo("What is to be made")
        for form in JOB_FORMS.values():
            self.job.addItem(form.title, form.name)
        self.scope = _combo("Which units it is made for")
        for tag, title in _SCOPES.items():
            self.scope.addItem(title, tag)
        self.help, self.why = (
            _sentence(QPalette.ColorRole.PlaceholderText),
            _sentence(QPalette.ColorRole.BrightText),
        )
        self.images = QLineEdit(context.window.state.text(IMAGES))
        self.images.setPlaceholderText("Folder or zip file")
        self.images.setAccessibleName("Images")
        self.device = _combo("Where it is computed")
        self.controls: dict[str, dict[str, Control]] = {
            form.name: {field.option: _control(field) for field in form.fields} for form in JOB_FORMS.values()
        }
        self.options = {form.name: self._option_row(form) for form in JOB_FORMS.values()}
        self.preview = _preview()
        self.start = QPushButton("Start")
        self.start.setAutoDefault(False)
        self._arrange()
        self._connect()
        self.refresh()

    def choose(self, form: str, scope: str) -> None:
        """Show a job and whom it is for."""
        self.job.setCurrentIndex(self.job.findData(form))
        self.scope.setCurrentIndex(self.scope.findData(scope))

    def refresh(self) -> None:
        """Follow the window's network and unit, and what has been typed."""
        form, view = self._form(), self._context.session.view
        selected = pictures_ref(view.model, view.state)
        self.rows.setRowVisible(self._images_row, form.images)
        for name, row in self.options.items():
            self.rows.setRowVisible(row, name == form.name)
        self.help.setText(f"{form.help}.")
        self._scopes = scopes(view.model, selected) if view.model is not None and selected is not None else {}
        for place, (tag, title) in enumerate(_SCOPES.items()):
            text = f"{title} ({self._scopes[tag].text})" if self._scopes else title
            if self.scope.itemText(place) != text:
                self.scope.setItemText(place, text)
        self.spec, self.problem = self._made(form)
        self.start.setEnabled(self.spec is not None)
        self.why.setText(self.problem)
        text = command_line(self.spec.words) if self.spec is not None else ""
        if text != self.preview.toPlainText():
            self.preview.setPlainText(text)
        self.copy.setEnabled(bool(text))

    def show_device(self) -> None:
        """Offer the devices, with that of the running network first."""
        model = self._context.session.view.model
        with QSignalBlocker(self.device):
            self.device.clear()
            self.device.addItems(["auto", *self._context.services.devices()])
            if model is not None and self.device.findText(model.choice.device) >= 0:
                self.device.setCurrentText(model.choice.device)
        self.refresh()

    def remember(self) -> None:
        """Keep where the pictures lie for the next time."""
        if self._form().images:
            self._context.window.state.keep(IMAGES, self.images.text().strip())

    def _form(self) -> JobForm:
        return JOB_FORMS[str(self.job.currentData())]

    def _made(self, form: JobForm) -> tuple[JobSpec | None, str]:
        model = self._context.session.view.model
        problem = self._context.services.jobs.problem()
        if not problem and form.images:
            problem = images_problem(self.images.text())
        if model is None or not self._scopes:
            problem = NO_MODEL
        if problem or model is None:
            return None, problem
        scope = self._scopes[str(self.scope.currentData())]
        values = {option: _value(control) for option, control in self.controls[form.name].items()}
        return job_spec(
            form, model, scope, values, self.images.text(), self.device.currentText() or "auto"
        ), ""

    def _option_row(self, form: JobForm) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for field in form.fields:
            control = self.controls[form.name][field.option]
            if not isinstance(control, QCheckBox):
                label = QLabel(field.label)
                label.setBuddy(control)
                line.addWidget(label)
            line.addWidget(control)
            line.addSpacing(self.fontMetrics().averageCharWidth() * 2)
        line.addStretch(1)
        return row

    def _arrange(self) -> None:
        self.folder = _button("Folder…", "A folder with images, and all folders in it", self._ask_folder)
        self._images_row, self.copy = QWidget(), _button("Copy", "Copy the command line", self._copy)
        images = QHBoxLayout(self._images_row)
        images.setContentsMargins(0, 0, 0, 0)
        images.addWidget(self.images, 1)
        images.addWidget(self.folder)
        images.addWidget(_button("Zip file…", "A zip file with images", self._ask_zip))
        command = QHBoxLayout()
        command.addWidget(self.preview, 1)
        command.addWidget(self.copy)
        start = QHBoxLayout()
        start.addWidget(self.why, 1)
        start.addWidget(self.start)
        self.rows = QFormLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows.addRow("&Job", self.job)
        self.rows.addRow("", self.help)
        self.rows.addRow("&Units", self.scope)
        self.rows.addRow("Images", self._images_row)
        for row in self.options.values():
            self.rows.addRow("Options", row)
        self.rows.addRow("&Device", self.device)
        self.rows.addRow("Command", command)
        self.rows.addRow(start)

    def _connect(self) -> None:
        for box in (self.job, self.scope, self.device):
            box.currentIndexChanged.connect(self.refresh)
        self.images.textChanged.connect(self.refresh)
        for controls in self.controls.values():
            for control in controls.values():
                _changed(control, self.refresh)

    def _ask_folder(self) -> None:
        ask_folder(self, "Choose a folder with images", self.images.text(), self.images.setText)

    def _ask_zip(self) -> None:
        ask_open(self, "Choose a zip file with images", ZIP_FILES, self.images.text(), self.images.setText)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.preview.toPlainText())


def command_line(words: tuple[str, ...]) -> str:
    """What a person would type for the same job."""
    line = (SHOWN_AS, *words)
    return subprocess.list2cmdline(line) if sys.platform == "win32" else shlex.join(line)


def _control(field: Field) -> Control:
    control: Control
    if isinstance(field.default, bool):
        control = QCheckBox(field.label)
        control.setChecked(field.default)
    elif isinstance(field.default, int):
        control = QSpinBox()
        control.setRange(field.low, field.high)
        control.setValue(field.default)
    else:
        control = _combo(field.label)
        for value, title in field.choices:
            control.addItem(title, value)
        control.setCurrentIndex(control.findData(field.default))
    control.setToolTip(field.tooltip)
    control.setAccessibleName(field.label)
    return control


def _value(control: Control) -> Value:
    if isinstance(control, QCheckBox):
        return control.isChecked()
    return control.value() if isinstance(control, QSpinBox) else str(control.currentData())


def _changed(control: Control, do: Callable[[], None]) -> None:
    if isinstance(control, QCheckBox):
        control.toggled.connect(do)
    elif isinstance(control, QSpinBox):
        control.valueChanged.connect(do)
    else:
        control.currentIndexChanged.connect(do)


def _combo(tooltip: str) -> QComboBox:
    box = QComboBox()
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def _button(text: str, tooltip: str, do: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tooltip)
    button.setAutoDefault(False)
    button.clicked.connect(partial(_press, do))
    return button


def _press(do: Callable[[], None], _checked: bool = False) -> None:
    do()


def _sentence(role: QPalette.ColorRole) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setForegroundRole(role)
    return label


def _preview() -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setAccessibleName("Command line")
    text.setToolTip("The same job as a command line")
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setFixedHeight(text.fontMetrics().lineSpacing() * _PREVIEW_LINES + 2 * text.frameWidth() + 10)
    return text
