"""The form of a new job: made from the JOB_FORMS table, it follows the selection of the window."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from deepvis_app.jobs import JobSpec
from deepvis_app.messages import ModelInfo, UnitRef
from deepvis_app.session.pictures import pictures_ref
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.ask import ask_folder, ask_open
from deepvis_app.ui.dialogs.job_controls import (
    Control,
    button,
    combo,
    command_box,
    control_of,
    fill,
    on_change,
    value_of,
)
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS, JobForm
from deepvis_app.ui.dialogs.job_spec import (
    BUILT_IN_IMAGES,
    Scope,
    images_problem,
    job_spec,
    listed,
    scopes,
)
from deepvis_app.ui.widgets.controls import ElidedLabel
from deepvis_app.ui.widgets.flow import FlowRow
from deepvis_app.ui.widgets.several import Several

IMAGES = "jobs/images"  # where the pictures lie, as remembered
ZIP_FILES = "Zip files (*.zip)"
SHOWN_AS = "deepvis-precompute"
NO_MODEL = "No network is loaded yet."
ONE = "unit"
_SCOPES = {ONE: "This unit", "layer": "This layer", "main": "Main layers", "all": "Everything"}


class JobFormBox(QWidget):
    """`spec` is what would be started, or None with the reason in `problem`."""

    def __init__(self, context: ActionContext, start: Callable[[JobSpec], object]) -> None:
        """`start` is called with the job when a person has pressed the button."""
        super().__init__()
        self._context, self._start = context, start
        self._scopes: dict[str, Scope] = {}
        self._listed_for: ModelInfo | None = None
        self.spec: JobSpec | None = None
        self.problem = NO_MODEL
        self.job = combo("What is to be made")
        for form in JOB_FORMS.values():
            self.job.addItem(form.title, form.name)
        self.scope = combo("Which units it is made for")
        for tag, title in _SCOPES.items():
            self.scope.addItem(title, tag)
        self.help, self.why = ElidedLabel(muted=True), QLabel()
        self.why.setWordWrap(True)
        self.why.setForegroundRole(QPalette.ColorRole.BrightText)
        self.images = QLineEdit(context.window.state.text(IMAGES))
        self.images.setAccessibleName("Images")
        self.device = combo("Where it is computed")
        self.controls: dict[str, dict[str, Control]] = {
            form.name: {field.option: control_of(field) for field in form.fields}
            for form in JOB_FORMS.values()
        }
        self.options = {form.name: self._option_row(form) for form in JOB_FORMS.values()}
        self.preview = command_box()
        self.start = button("Start", "Start it, or queue it behind what runs", self._press_start)
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
        may = "" if form.images_needed else "May be left empty.  "
        self.images.setPlaceholderText(f"{may}Folder or zip file, or {BUILT_IN_IMAGES}")
        self.rows.setRowVisible(self.scope, form.units)
        self.scope.setEnabled(not form.one)
        if form.one and self.scope.currentData() != ONE:
            with QSignalBlocker(self.scope):
                self.scope.setCurrentIndex(self.scope.findData(ONE))
        for name, row in self.options.items():
            self.rows.setRowVisible(row, name == form.name)
        self.help.say(f"{form.help}.")
        if view.model is not None and selected is not None:
            self._list_for(view.model, selected)
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

    def _list_for(self, model: ModelInfo, selected: UnitRef) -> None:
        """Offer what there is for this network; what was chosen stays while the network does."""
        for form in JOB_FORMS.values():
            for field in form.fields:
                control = self.controls[form.name][field.option]
                if field.listed is None or not isinstance(control, QComboBox | Several):
                    continue
                first, choices = listed(field, model, selected)
                if isinstance(control, Several):
                    if model is not self._listed_for or len(control.choices) != len(choices):
                        control.set_choices(choices, first)
                    continue
                if model is not self._listed_for or control.count() != len(choices):
                    now = "" if model is not self._listed_for else str(control.currentData())
                    fill(control, choices, now or first)
        self._listed_for = model

    def _press_start(self) -> None:
        self.refresh()  # what was there a moment ago may be gone
        if self.spec is None:
            return
        if self._form().images and self.images.text().strip():
            self._context.window.state.keep(IMAGES, self.images.text().strip())
        self._start(self.spec)

    def _form(self) -> JobForm:
        return JOB_FORMS[str(self.job.currentData())]

    def _made(self, form: JobForm) -> tuple[JobSpec | None, str]:
        model = self._context.session.view.model
        problem = self._context.services.jobs.problem()
        if not problem and form.images and (form.images_needed or self.images.text().strip()):
            problem = images_problem(self.images.text())
        if model is None or not self._scopes:
            problem = NO_MODEL
        if problem or model is None:
            return None, problem
        scope = self._scopes[str(self.scope.currentData())]
        values = {option: value_of(control) for option, control in self.controls[form.name].items()}
        return job_spec(
            form, model, scope, values, self.images.text(), self.device.currentText() or "auto"
        ), ""

    def _option_row(self, form: JobForm) -> QWidget:
        """Breaks into lines between the options, never between one and its label."""
        pairs = []
        for field in form.fields:
            control, pair = self.controls[form.name][field.option], QWidget()
            line = QHBoxLayout(pair)
            line.setContentsMargins(0, 0, self.fontMetrics().averageCharWidth() * 2, 0)
            if not isinstance(control, QCheckBox):
                label = QLabel(field.label)
                label.setBuddy(control)
                line.addWidget(label)
            line.addWidget(control)
            pairs.append(pair)
        return FlowRow(*pairs)

    def _arrange(self) -> None:
        self.folder = button("Folder…", "A folder with images, and all folders in it", self._ask_folder)
        self._images_row, self.copy = QWidget(), button("Copy", "Copy the command line", self._copy)
        images = QHBoxLayout(self._images_row)
        images.setContentsMargins(0, 0, 0, 0)
        images.addWidget(self.images, 1)
        images.addWidget(self.folder)
        images.addWidget(button("Zip file…", "A zip file with images", self._ask_zip))
        images.addWidget(button("Built-in", "The photographs that come with DeepVis", self._take_built_in))
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
                on_change(control, self.refresh)

    def _ask_folder(self) -> None:
        ask_folder(self, "Choose a folder with images", self.images.text(), self.images.setText)

    def _ask_zip(self) -> None:
        ask_open(self, "Choose a zip file with images", ZIP_FILES, self.images.text(), self.images.setText)

    def _take_built_in(self) -> None:
        self.images.setText(BUILT_IN_IMAGES)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.preview.toPlainText())


def command_line(words: tuple[str, ...]) -> str:
    """What a person would type for the same job."""
    line = (SHOWN_AS, *words)
    return subprocess.list2cmdline(line) if sys.platform == "win32" else shlex.join(line)
