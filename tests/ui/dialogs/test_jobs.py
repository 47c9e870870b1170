"""The Jobs dialog: the form follows the window, jobs can be started, watched and ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QCheckBox, QFileDialog, QSpinBox
from pytestqt.qtbot import QtBot

from deepvis_app.files import data_folder
from deepvis_app.jobs import JobQueue, JobSpec
from deepvis_app.jobs import queue as queue_module
from deepvis_app.messages import COMPARED, ModelChoice
from deepvis_app.ui.dialogs.job_form import IMAGES, NO_MODEL
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS
from deepvis_app.ui.dialogs.job_log import JobLog
from deepvis_app.ui.dialogs.job_spec import NEED_IMAGES
from deepvis_app.ui.dialogs.jobs import JobsDialog
from deepvis_app.ui.widgets.several import Several
from deepvis_app.ui.wishes import Choose, RunAgain, grant
from tests.ui.dialogs.jobs import WithJobs, window_with_jobs
from tests.ui.windows import Shown, no_errors


@pytest.fixture
def jobs(qtbot: QtBot, tmp_path: Path) -> Iterator[WithJobs]:
    with window_with_jobs(qtbot, tmp_path) as window:
        yield window
        no_errors(window.shown)


def test_it_opens_once_and_lets_the_window_go_on(jobs: WithJobs) -> None:
    dialog = jobs.open()
    assert not dialog.isModal()
    assert jobs.open() is dialog


def test_the_form_follows_the_selected_unit(jobs: WithJobs) -> None:
    dialog = jobs.open()
    assert (
        dialog.form.preview.toPlainText() == "deepvis-precompute am --model canned --layers conv1 --units 0"
    )
    jobs.shown.session.change(layer="features.conv2", unit=9)
    jobs.window.clock.slow_tick()
    assert dialog.form.scope.currentText() == "This unit (conv2:9)"
    assert (
        dialog.form.preview.toPlainText() == "deepvis-precompute am --model canned --layers conv2 --units 9"
    )


def test_a_changed_option_is_in_the_command_and_the_command_can_be_copied(jobs: WithJobs) -> None:
    dialog = jobs.open()
    dialog.form.choose("am", "layer")
    steps = dialog.form.controls["am"]["--steps"]
    assert isinstance(steps, QSpinBox)
    steps.setValue(17)
    assert dialog.form.preview.toPlainText().endswith("--layers conv1 --steps 17")
    dialog.form.copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == dialog.form.preview.toPlainText()


@pytest.mark.parametrize("name", JOB_FORMS)
def test_every_form_shows_its_own_options_only(jobs: WithJobs, name: str) -> None:
    dialog = jobs.open()
    dialog.form.choose(name, "unit")
    shown = {row for row, widget in dialog.form.options.items() if widget.isVisible()}
    assert shown == {name}
    assert dialog.form.images.isVisible() == JOB_FORMS[name].images


def test_without_images_nothing_starts_and_the_reason_is_there(jobs: WithJobs, tmp_path: Path) -> None:
    dialog = jobs.open()
    dialog.form.choose("top", "main")
    assert (dialog.form.why.text(), dialog.form.start.isEnabled()) == (NEED_IMAGES, False)
    dialog.form.images.setText("/no/where")
    assert dialog.form.why.text() == "There is no folder or file /no/where."
    dialog.form.images.setText(str(tmp_path))
    assert (dialog.form.why.text(), dialog.form.start.isEnabled()) == ("", True)
    guided = dialog.form.controls["top"]["--guided"]
    assert isinstance(guided, QCheckBox)
    guided.setChecked(True)
    dialog.form.start.click()
    assert jobs.jobs[0].spec.words[-3:] == ("--images", str(tmp_path), "--guided")
    assert jobs.window.state.text(IMAGES) == str(tmp_path)


def test_images_that_vanished_are_noticed_at_the_start(jobs: WithJobs, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    dialog = jobs.open()
    dialog.form.choose("top", "unit")
    dialog.form.images.setText(str(folder))
    folder.rmdir()
    dialog.form.start.click()
    assert jobs.jobs == ()
    assert dialog.form.why.text() == f"There is no folder or file {folder}."


def test_the_chosen_folder_is_taken(jobs: WithJobs, tmp_path: Path) -> None:
    dialog = jobs.open()
    dialog.form.choose("top", "unit")
    dialog.form.folder.click()
    ask = dialog.findChild(QFileDialog)
    assert ask is not None
    ask.fileSelected.emit(str(tmp_path))
    assert dialog.form.images.text() == str(tmp_path)


def test_without_a_network_nothing_starts(qtbot: QtBot, tmp_path: Path) -> None:
    with window_with_jobs(qtbot, tmp_path, with_model=False) as jobs:
        dialog = jobs.open()
        assert (dialog.form.why.text(), dialog.form.start.isEnabled()) == (NO_MODEL, False)


def test_without_the_package_nothing_starts(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "PACKAGE", "precompute_that_is_not_there")
    monkeypatch.setattr(queue_module, "COMMAND", ("python", "-m", "precompute_that_is_not_there"))
    shown = Shown(qtbot, jobs=JobQueue(command=queue_module.COMMAND))
    shown.window.menus.actions["jobs"].trigger()
    (dialog,) = shown.window.findChildren(JobsDialog)
    assert dialog.form.why.text().startswith("The package precompute_that_is_not_there is not installed")
    assert not dialog.form.start.isEnabled()
    qtbot.waitUntil(lambda: dialog.form.device.count() > 0)


def test_the_device_is_that_of_the_running_network(jobs: WithJobs) -> None:
    jobs.shown.compute.model = None
    view = jobs.shown.session.view
    assert view.model is not None
    object.__setattr__(view.model, "choice", ModelChoice("canned", device="cuda"))
    dialog = jobs.open()
    assert dialog.form.device.currentText() == "cuda"
    assert dialog.form.preview.toPlainText().startswith("deepvis-precompute am --model canned --device cuda")


def test_a_job_runs_shows_its_progress_and_can_be_paused_and_stopped(jobs: WithJobs) -> None:
    dialog = jobs.open()
    dialog.form.start.click()
    (key,) = dialog.rows.rows
    row = dialog.rows.rows[key]
    jobs.until(lambda: row.bar.value() > 0 and row.isVisible())
    assert row.status.text().startswith("Running, counting, ")
    assert row.status.text().endswith(" left")
    row.buttons["pause"].click()
    assert jobs.states == ["paused"]
    assert [name for name, button in row.buttons.items() if button.isVisible()] == ["go", "stop", "log"]
    row.buttons["go"].click()
    row.buttons["stop"].click()
    assert row.buttons["stop"].text() == "End now"
    jobs.until(lambda: jobs.states == ["stopped"])
    assert not row.bar.isVisible()
    row.buttons["again"].click()
    assert jobs.states == ["running"]


def test_waiting_jobs_are_listed_and_can_be_taken_out(jobs: WithJobs) -> None:
    dialog = jobs.open()
    for scope in ("unit", "layer", "main"):
        dialog.form.choose("am", scope)
        dialog.form.start.click()
    assert jobs.states == ["running", "queued", "queued"]
    first, second, third = dialog.rows.rows
    dialog.rows.rows[second].buttons["remove"].click()
    assert list(dialog.rows.rows) == [first, third]
    assert dialog.rows.rows[third].status.text() == "Waiting."


def test_the_log_shows_the_command_and_follows(jobs: WithJobs) -> None:
    dialog = jobs.open()
    key = jobs.queue.add(JobSpec("failing", ("failed",)))
    jobs.until(lambda: key in dialog.rows.rows)
    dialog.rows.rows[key].buttons["log"].click()
    log = dialog.findChild(JobLog)
    assert log is not None
    jobs.until(lambda: "There is no layer conv9." in log.text.toPlainText())
    assert log.text.toPlainText().startswith("$ deepvis-precompute failed")
    jobs.until(lambda: jobs.states == ["failed"])
    dialog.rows.rows[key].buttons["remove"].click()
    jobs.window.clock.slow_tick()
    assert "conv9" in log.text.toPlainText()


def test_a_comparison_is_for_this_unit_and_its_methods_can_be_chosen(jobs: WithJobs) -> None:
    dialog = jobs.open()
    dialog.form.choose("am", "layer")
    dialog.form.choose("compare", "unit")
    form = dialog.form
    assert form.scope.currentText() == "This unit (conv1:0)"
    assert not form.scope.isEnabled()
    assert form.images.placeholderText().startswith("May be left empty.")
    asked = " --judge caffenet64"  # it comes with the program
    assert form.preview.toPlainText() == f"deepvis-precompute compare --model canned --unit conv1:0{asked}"
    methods = form.controls["compare"]["--methods"]
    assert isinstance(methods, Several)
    for action in methods.list.actions()[3:]:
        action.trigger()
    assert form.preview.toPlainText().endswith(f"--unit conv1:0 --methods none,A,B{asked}")
    form.images.setText("/no/where")
    assert form.problem == "There is no folder or file /no/where."
    form.images.setText("photographs")
    assert form.preview.toPlainText().endswith(f"--images photographs --methods none,A,B{asked}")
    form.choose("am", "unit")
    assert form.scope.isEnabled()


def test_judges_are_listed_for_the_network_and_what_was_chosen_stays(jobs: WithJobs) -> None:
    store = data_folder() / "models"
    store.mkdir(parents=True, exist_ok=True)
    (store / "alexnet.json").write_text("{}")
    form = jobs.open().form
    form.choose("compare", "unit")
    judges = form.controls["compare"]["--judge"]
    assert isinstance(judges, Several)
    assert judges.text() == "alexnet, caffenet64"
    assert form.preview.toPlainText().endswith("--judge alexnet caffenet64")
    judges.list.actions()[1].trigger()
    form.refresh()
    assert form.preview.toPlainText().endswith("--judge alexnet")


def test_the_page_of_the_methods_opens_the_form_and_runs_a_job_again(jobs: WithJobs) -> None:
    context = jobs.window.context
    grant(context, Choose(COMPARED))
    (dialog,) = jobs.window.findChildren(JobsDialog)
    assert dialog.form.job.currentData() == "compare"
    jobs.queue.add(JobSpec("a", ("failed",)))
    jobs.until(lambda: jobs.states == ["failed"])
    before = jobs.jobs[0].key
    grant(context, RunAgain(before))
    jobs.until(lambda: jobs.states == ["failed"])
    assert jobs.jobs[0].key != before
    grant(context, RunAgain("gone"))  # taken off the list meanwhile: nothing happens
    assert len(jobs.jobs) == 1
