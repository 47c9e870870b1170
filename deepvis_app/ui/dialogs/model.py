"""Choose a network, its weights and its device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
)

from deepvis_app.messages import ModelChoice
from deepvis_app.ui.action import ActionContext, Choice
from deepvis_app.ui.dialogs.ask import ask_open

RECENT = "models/recent"
_WEIGHTS = (
    ("default", "Default (bundled or installed)"),
    ("random", "Random (untrained)"),
    ("file", "From a file…"),
)
_WEIGHT_FILES = "Weights (*.safetensors *.pth *.pt *.bin *.caffemodel);;All files (*)"
_NETWORK_FILES = "Networks (*.py *.prototxt)"
RUNS_CODE = "This runs the Python code in the file. Load only files that you trust."


class ModelDialog(QDialog):
    """The names are listed after the dialog is there, because that imports torchvision (about a second)."""

    def __init__(self, context: ActionContext, start: ModelChoice) -> None:
        super().__init__(context.window)
        self.setWindowTitle("Choose model")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        self._weights_file = ""
        self._start = start
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search models")
        self.search.setClearButtonEnabled(True)
        self.names = QListWidget()
        self.names.setAccessibleName("Models")
        self.name = QLineEdit(start.name)
        self.name.setAccessibleName("Model name")
        self.name.setPlaceholderText(
            "a name from the list, file:PATH.py[:function], caffe:PROTOTXT:CAFFEMODEL"
        )
        self.warning = QLabel(RUNS_CODE)
        self.warning.setWordWrap(True)
        self.weights = QComboBox()
        for tag, title in _WEIGHTS:
            self.weights.addItem(title, tag)
        self.device = QComboBox()
        self.device.addItems(["auto", *context.services.devices()])
        self._arrange()
        self._connect()
        self._name_changed(start.name)
        self.device.setCurrentText(start.device)
        if start.weights in [tag for tag, _ in _WEIGHTS]:
            self.weights.setCurrentIndex(self.weights.findData(start.weights))
        else:
            self.use_weights(start.weights)
        QTimer.singleShot(0, self._fill)

    def choice(self) -> ModelChoice:
        """What would be loaded."""
        name, weights = self.name.text().strip(), str(self.weights.currentData())
        told = (
            self._start if name == self._start.name else ModelChoice(name)
        )  # mean and labels go with the name
        return replace(
            told,
            name=name,
            weights=self._weights_file if weights == "file" else weights,
            device=self.device.currentText(),
        )

    def use_weights(self, path: str) -> None:
        """Take a file as the weights."""
        self._weights_file = path
        self.weights.setItemText(self.weights.findData("file"), Path(path).name)
        self.weights.setCurrentIndex(self.weights.findData("file"))

    def _arrange(self) -> None:
        file = QPushButton("From a file…")
        file.setToolTip(
            "A network of your own: a .py file with a function that returns it, or Caffe's .prototxt"
        )
        file.clicked.connect(self._ask_file)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(file)
        form = QFormLayout()
        label = QLabel("&Model")
        label.setBuddy(self.name)
        form.addRow(label, row)
        form.addRow("", self.warning)
        form.addRow("&Weights", self.weights)
        form.addRow("&Device", self.device)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.load = self.buttons.button(kinds.Ok)
        assert self.load is not None  # just asked for
        self.load.setText("Load")
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.names, 1)
        column.addLayout(form)
        column.addWidget(self.buttons)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 72, metrics.height() * 32)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.names.currentTextChanged.connect(lambda text: self.name.setText(text) if text else None)
        self.names.itemActivated.connect(self.accept)
        self.name.textChanged.connect(self._name_changed)
        self.weights.activated.connect(self._weights_chosen)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def accept(self) -> None:
        choice = self.choice()
        if not choice.name:
            return
        load(self._context, choice)
        super().accept()

    def _fill(self) -> None:
        known = self._context.services.models()
        recent = [n for n in (c.name for c in _recent_choices(self._context)) if n not in known]
        self.names.blockSignals(True)
        self.names.addItems([*recent, *known])
        self.names.blockSignals(False)
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        """Hide what has not the text in it, and choose of the rest what is called just so, or else the first."""
        wanted = text.strip().lower()
        items = [item for row in range(self.names.count()) if (item := self.names.item(row)) is not None]
        for item in items:
            item.setHidden(wanted not in item.text().lower())
        shown = [item for item in items if not item.isHidden()]
        if wanted and shown:
            self.names.setCurrentItem(min(shown, key=lambda item: item.text().lower() != wanted))

    def _name_changed(self, name: str) -> None:
        self.warning.setVisible(name.strip().startswith("file:"))
        if self.load is not None:
            self.load.setEnabled(bool(name.strip()))

    def _ask_file(self) -> None:
        ask_open(self, "Choose a network", _NETWORK_FILES, "", lambda path: self.name.setText(_named(path)))

    def _weights_chosen(self, index: int) -> None:
        if self.weights.itemData(index) == "file":
            ask = ask_open(self, "Choose a weights file", _WEIGHT_FILES, "", self.use_weights)
            ask.rejected.connect(self._no_weights_file)

    def _no_weights_file(self) -> None:
        if not self._weights_file:
            self.weights.setCurrentIndex(0)


def choose_model(context: ActionContext) -> None:
    info = context.session.view.model
    ModelDialog(context, info.choice if info else ModelChoice("")).open()


def open_model_file(context: ActionContext, path: str) -> None:
    """A dropped Python file: asked about, never simply run."""
    ModelDialog(context, ModelChoice(f"file:{path}")).open()


def load(context: ActionContext, choice: ModelChoice) -> None:
    """Load in the background; the old model runs until the new one is there, or on if it fails."""
    kept = (choice.name, choice.weights, choice.device, choice.mean, choice.labels)
    context.window.state.keep_recent(RECENT, "\n".join(kept))
    context.session.load_model(choice)


def recent(context: ActionContext) -> list[Choice]:
    """The models loaded last. A file of code is asked about again, because it may have changed."""
    info = context.session.view.model
    return [
        Choice(
            f"{choice.name} ({Path(choice.weights).name} weights)",
            choice.weights,
            lambda choice=choice: _load_again(context, choice),  # type: ignore[misc]
            chosen=info is not None and replace(info.choice, device=choice.device) == choice,
        )
        for choice in _recent_choices(context)
    ] or [Choice("None yet", "", lambda: None, enabled=False)]


def _load_again(context: ActionContext, choice: ModelChoice) -> None:
    if choice.name.startswith("file:"):
        ModelDialog(context, choice).open()
    else:
        load(context, choice)


def _recent_choices(context: ActionContext) -> list[ModelChoice]:
    kept = [text.split("\n") for text in context.window.state.texts(RECENT)]
    return [ModelChoice(*parts) for parts in kept if len(parts) in (3, 5)]


def _named(path: str) -> str:
    """What a network's file is chosen by: with a prototxt goes the caffemodel beside it, where there is one only."""
    if not path.endswith(".prototxt"):
        return f"file:{path}"
    beside = sorted(Path(path).parent.glob("*.caffemodel"))
    return f"caffe:{path}:{beside[0]}" if len(beside) == 1 else f"caffe:{path}"
