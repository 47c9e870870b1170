"""Choosing a model."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from deepvis_app.messages import ModelAnswer, ModelChoice
from deepvis_app.ui.dialogs.model import RECENT, ModelDialog, load
from tests.ui.windows import Shown


def opened(qtbot: QtBot, shown: Shown) -> ModelDialog:
    """The dialog, after it has listed the names."""
    shown.window.menus.actions["model"].trigger()
    dialog = shown.window.findChild(ModelDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.names.count() > 0)
    return dialog


def visible(dialog: ModelDialog) -> list[str]:
    items = [dialog.names.item(row) for row in range(dialog.names.count())]
    return [item.text() for item in items if item is not None and not item.isHidden()]


def test_the_names_are_listed_only_after_the_dialog_is_there(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    assert "models" not in shown.asked.calls
    shown.window.menus.actions["model"].trigger()
    assert "models" not in shown.asked.calls
    dialog = shown.window.findChild(ModelDialog)
    assert dialog is not None
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: visible(dialog) == ["caffenet64", "alexnet", "resnet50"])


def test_the_dialog_starts_with_the_running_model(qtbot: QtBot) -> None:
    assert opened(qtbot, Shown(qtbot)).choice() == ModelChoice("canned")


def test_searching_narrows_the_list(qtbot: QtBot) -> None:
    dialog = opened(qtbot, Shown(qtbot))
    dialog.search.setText("NET6")
    assert visible(dialog) == ["caffenet64"]
    dialog.search.clear()
    assert len(visible(dialog)) == 3


def test_what_is_searched_for_is_what_will_be_loaded(qtbot: QtBot) -> None:
    dialog = opened(qtbot, Shown(qtbot))
    dialog.search.setText("net")
    assert dialog.choice().name == "caffenet64"
    dialog.search.setText("ResNet50")
    assert dialog.choice().name == "resnet50"
    dialog.search.clear()
    assert dialog.choice().name == "resnet50"


def test_an_exact_name_is_chosen_before_a_longer_one(qtbot: QtBot) -> None:
    dialog = opened(qtbot, Shown(qtbot))
    dialog.names.insertItem(0, "wide_alexnet")
    dialog.search.setText("alexnet")
    assert visible(dialog) == ["wide_alexnet", "alexnet"]
    assert dialog.choice().name == "alexnet"


def test_the_chosen_model_is_loaded_and_remembered(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    dialog = opened(qtbot, shown)
    dialog.names.setCurrentRow(2)
    dialog.weights.setCurrentIndex(1)
    dialog.device.setCurrentText("cuda")
    dialog.accept()
    wanted = ModelChoice("resnet50", "random", "cuda")
    assert shown.compute.choices == [wanted]
    assert shown.session.view.loading == wanted
    menu = shown.window.findChild(QMenu, "recent_models")
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["resnet50 (random weights)"]
    menu.actions()[0].trigger()
    assert shown.compute.choices == [wanted, wanted]


def test_a_failed_load_is_told_and_the_old_model_stays(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    dialog = opened(qtbot, shown)
    dialog.name.setText("nosuchnet")
    dialog.accept()
    shown.compute.models.append(ModelAnswer(ModelChoice("nosuchnet"), error="There is no model nosuchnet."))
    shown.window.clock.fast_tick()
    assert shown.window.banner.text == "There is no model nosuchnet."
    assert shown.session.view.model is not None
    assert shown.session.view.model.title == "canned"


def test_without_a_name_nothing_can_be_loaded(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    dialog = opened(qtbot, shown)
    dialog.name.setText("  ")
    assert dialog.load is not None
    assert not dialog.load.isEnabled()
    dialog.accept()
    assert shown.compute.choices == []


def test_code_is_warned_about(qtbot: QtBot) -> None:
    dialog = opened(qtbot, Shown(qtbot))
    assert dialog.warning.isHidden()
    dialog.name.setText("file:/nets/mine.py:build")
    assert not dialog.warning.isHidden()


def test_weights_can_come_from_a_file(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    dialog = opened(qtbot, shown)
    dialog.weights.setCurrentIndex(2)
    dialog.weights.activated.emit(2)
    ask = dialog.findChild(QFileDialog)
    assert ask is not None
    ask.fileSelected.emit("/weights/net.safetensors")
    assert dialog.choice().weights == "/weights/net.safetensors"
    assert dialog.weights.currentText() == "net.safetensors"


def test_no_file_means_no_change_of_weights(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    dialog = opened(qtbot, shown)
    dialog.weights.setCurrentIndex(2)
    dialog.weights.activated.emit(2)
    ask = dialog.findChild(QFileDialog)
    assert ask is not None
    ask.reject()
    assert dialog.choice().weights == "default"


def test_a_remembered_file_of_code_is_asked_about_again(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.window.state.keep_recent(RECENT, "file:/nets/mine.py\n/w.pth\ncpu")
    menu = shown.window.findChild(QMenu, "recent_models")
    assert menu is not None
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert shown.compute.choices == []
    dialog = shown.window.findChild(ModelDialog)
    assert dialog is not None
    assert dialog.choice() == ModelChoice("file:/nets/mine.py", "/w.pth", "cpu")


def chosen_file(dialog: ModelDialog, path: Path) -> str:
    """The name after a file was picked with the button."""
    button = next(b for b in dialog.findChildren(QPushButton) if b.text().startswith("From a file"))
    button.click()
    ask = dialog.findChildren(QFileDialog)[-1]
    ask.fileSelected.emit(str(path))
    return dialog.name.text()


def test_with_a_prototxt_goes_the_only_caffemodel_beside_it(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, Shown(qtbot))
    described = tmp_path / "deploy.prototxt"
    assert chosen_file(dialog, described) == f"caffe:{described}"
    (tmp_path / "a.caffemodel").touch()
    assert chosen_file(dialog, described) == f"caffe:{described}:{tmp_path / 'a.caffemodel'}"
    (tmp_path / "b.caffemodel").touch()
    assert chosen_file(dialog, described) == f"caffe:{described}"
    assert chosen_file(dialog, tmp_path / "mine.py") == f"file:{tmp_path / 'mine.py'}"
    assert dialog.warning.isVisibleTo(dialog)


def test_mean_and_class_names_go_with_the_network_they_were_given_for(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    choice = ModelChoice("caffe:/d.prototxt:/w.caffemodel", device="cpu", mean="1,2,3", labels="/l.txt")
    load(shown.window.context, choice)
    assert shown.compute.choices == [choice]
    menu = shown.window.findChild(QMenu, "recent_models")
    assert menu is not None
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert shown.compute.choices == [choice, choice]
    dialog = ModelDialog(shown.window.context, choice)
    qtbot.addWidget(dialog)
    assert dialog.choice() == choice
    dialog.name.setText("resnet18")
    assert dialog.choice() == ModelChoice("resnet18", device="cpu")
