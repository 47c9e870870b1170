"""The button of an empty pane."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from deepvis_app.messages import COMPARED, UnitRef
from deepvis_app.ui.dialogs import job_now
from deepvis_app.ui.dialogs.job_form import IMAGES, NO_MODEL
from tests.ui.dialogs.jobs import WithJobs, window_with_jobs

REF = UnitRef("features.conv2", 5)


@pytest.fixture
def jobs(qtbot: QtBot, tmp_path: Path) -> Iterator[WithJobs]:
    with window_with_jobs(qtbot, tmp_path) as window:
        yield window


def pressed(jobs: WithJobs, text: str) -> None:
    """Answer the question that is on the screen."""
    (box,) = jobs.window.findChildren(QMessageBox)
    next(button for button in box.findChildren(QPushButton) if button.text() == text).click()


def test_preferred_pictures_start_at_once(jobs: WithJobs) -> None:
    said = job_now.compute(jobs.window.context, REF, "am")
    assert said.startswith("Preferred pictures of conv2:5 will appear here")
    assert jobs.states == ["running"]
    assert jobs.jobs[0].spec.words == ("am", "--model", "canned", "--layers", "conv2", "--units", "5")


def test_they_come_before_what_waits(jobs: WithJobs) -> None:
    for unit in (1, 2, 3):
        job_now.compute(jobs.window.context, UnitRef("fc8", unit), "am")
    job_now.compute(jobs.window.context, REF, "am")
    assert jobs.jobs[1].spec.title == "Preferred pictures: conv2:5 (canned)"


def test_one_pane_does_not_interrupt_another(jobs: WithJobs) -> None:
    job_now.compute(jobs.window.context, REF, "am")
    job_now.compute(jobs.window.context, UnitRef("fc8", 1), "am")
    assert jobs.states == ["running", "queued"]


def test_a_second_press_does_not_start_a_second_job(jobs: WithJobs) -> None:
    for _ in range(2):
        job_now.compute(jobs.window.context, REF, "am")
    assert len(jobs.jobs) == 1


@pytest.mark.parametrize("kind", ["top", "deconv"])
def test_images_are_asked_for_once_and_remembered(jobs: WithJobs, tmp_path: Path, kind: str) -> None:
    assert job_now.compute(jobs.window.context, REF, kind) == ""
    assert not jobs.queue.busy
    pressed(jobs, "Folder…")
    (ask,) = jobs.window.findChildren(QFileDialog)
    ask.fileSelected.emit(str(tmp_path))
    assert jobs.jobs[0].spec.words[-2:] == ("--images", str(tmp_path))
    assert jobs.window.state.text(IMAGES) == str(tmp_path)
    assert job_now.compute(jobs.window.context, UnitRef("fc8", 1), kind).startswith(
        "Patches of real images of fc8:1"
    )
    assert len(jobs.jobs) == 2


def test_a_file_that_is_no_zip_is_refused_in_a_sentence(jobs: WithJobs, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("no zip")
    job_now.compute(jobs.window.context, REF, "top")
    pressed(jobs, "Zip file…")
    (ask,) = jobs.window.findChildren(QFileDialog)
    ask.fileSelected.emit(str(text))
    assert jobs.jobs == ()
    assert jobs.shown.session.view.notice == f"{text} is neither a folder nor a zip file."
    assert jobs.window.state.text(IMAGES) == ""


def test_without_images_of_ones_own_the_built_in_ones_will_do(jobs: WithJobs) -> None:
    job_now.compute(jobs.window.context, REF, "top")
    pressed(jobs, "Built-in photographs")
    assert jobs.jobs[0].spec.words[-2:] == ("--images", "photographs")
    assert jobs.window.state.text(IMAGES) == "photographs"


def test_no_answer_starts_nothing(jobs: WithJobs) -> None:
    job_now.compute(jobs.window.context, REF, "top")
    pressed(jobs, "Cancel")
    assert jobs.jobs == ()
    assert not jobs.window.findChildren(QFileDialog)


def test_what_cannot_be_made_is_said(jobs: WithJobs, qtbot: QtBot, tmp_path: Path) -> None:
    assert (
        job_now.compute(jobs.window.context, REF, "session") == "No job makes pictures of the kind 'session'."
    )
    with window_with_jobs(qtbot, tmp_path / "home", with_model=False) as empty:
        assert job_now.compute(empty.window.context, REF, "am") == NO_MODEL


def test_a_comparison_takes_the_images_that_are_known_and_asks_for_none(
    jobs: WithJobs, tmp_path: Path
) -> None:
    said = job_now.compute(jobs.window.context, REF, COMPARED)
    assert said.startswith("Comparison of methods of conv2:5 will appear here")
    words = jobs.jobs[0].spec.words
    assert words[:5] == ("compare", "--model", "canned", "--unit", "conv2:5")
    assert "--images" not in words
    assert jobs.jobs[0].spec.gives_way  # it takes minutes
    jobs.window.state.keep(IMAGES, str(tmp_path))
    job_now.compute(jobs.window.context, UnitRef("fc8", 1), COMPARED)
    words = next(job.spec.words for job in jobs.jobs if "fc8:1" in job.spec.words)
    assert ("--images", str(tmp_path)) == words[5:7]
