"""The status line's indicator, the notices, and the question when the window is closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from deepvis_app.jobs import JobQueue
from deepvis_app.ui import job_watch
from deepvis_app.ui.dialogs.job_end import KEEP, STOP
from deepvis_app.ui.dialogs.jobs import JobsDialog
from deepvis_app.ui.main_window import MainWindow
from tests.jobs.children import command, end, spec
from tests.ui.dialogs.jobs import WithJobs, window_with_jobs


@pytest.fixture
def jobs(qtbot: QtBot, tmp_path: Path) -> Iterator[WithJobs]:
    with window_with_jobs(qtbot, tmp_path) as window:
        yield window


def answer(jobs: WithJobs, text: str) -> None:
    (box,) = jobs.window.findChildren(QMessageBox)
    next(button for button in box.findChildren(QPushButton) if button.text() == text).click()


def test_the_indicator_is_there_while_a_job_is_and_opens_the_dialog(jobs: WithJobs) -> None:
    indicator = jobs.window.jobs.indicator
    assert not indicator.isVisible()
    height = jobs.window.panels["status"].height()
    key = jobs.queue.add(spec("work"))
    jobs.queue.add(spec("done"))
    jobs.until(lambda: jobs.jobs[0].done > 0)
    assert indicator.isVisible()
    assert indicator.text() == f"work: {jobs.jobs[0].done} of 1000, 20 s left (+1)"
    assert jobs.window.panels["status"].height() == height
    indicator.click()
    assert jobs.window.findChildren(JobsDialog)
    jobs.queue.stop(key)
    jobs.until(lambda: not jobs.queue.busy)
    jobs.window.clock.slow_tick()
    assert not indicator.isVisible()


def test_a_failure_is_told_unless_the_dialog_shows_it(jobs: WithJobs) -> None:
    jobs.queue.add(spec("failed"))
    jobs.until(lambda: not jobs.queue.busy)
    assert jobs.shown.session.view.notice == "failed. Failed: There is no layer conv9."
    jobs.shown.session.say("")
    jobs.open()
    jobs.queue.add(spec("silent"))
    jobs.until(lambda: not jobs.queue.busy)
    assert jobs.shown.session.view.notice == ""


def test_the_end_of_a_long_job_is_told_and_that_of_a_short_one_is_not(
    jobs: WithJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.queue.add(spec("done"))
    jobs.until(lambda: not jobs.queue.busy)
    assert jobs.shown.session.view.notice == ""
    monkeypatch.setattr(job_watch, "LONG_S", 0.0)
    jobs.queue.add(spec("done", "again"))
    jobs.until(lambda: not jobs.queue.busy)
    assert jobs.shown.session.view.notice.startswith("done again. Done")


def test_a_window_without_jobs_closes_without_a_question(jobs: WithJobs) -> None:
    jobs.window.close()
    assert not jobs.window.isVisible()


def test_cancel_leaves_all_as_it_is(jobs: WithJobs) -> None:
    jobs.queue.add(spec("work"))
    jobs.window.close()
    jobs.window.close()
    assert jobs.window.isVisible()
    answer(jobs, "Cancel")
    jobs.until(lambda: not jobs.window.findChildren(QMessageBox))
    assert jobs.states == ["running"]
    jobs.window.close()
    assert jobs.window.findChildren(QMessageBox)
    answer(jobs, "Cancel")


def test_kept_running_a_job_outlives_the_window(jobs: WithJobs, qtbot: QtBot, tmp_path: Path) -> None:
    jobs.queue.add(spec("work"))
    waiting = jobs.queue.add(spec("done"))
    jobs.window.close()
    with qtbot.waitSignal(jobs.window.closed):
        answer(jobs, KEEP)
    following = JobQueue(jobs.queue.folder, command(tmp_path), tmp_path)
    assert [(job.state, job.attached) for job in following.jobs] == [("running", True), ("stopped", False)]
    assert following.jobs[1].key == waiting
    end(following)


def test_stopped_nothing_is_left(jobs: WithJobs, qtbot: QtBot, tmp_path: Path) -> None:
    jobs.queue.add(spec("work"))
    jobs.queue.add(spec("done"))
    jobs.window.close()
    with qtbot.waitSignal(jobs.window.closed):
        answer(jobs, STOP)
    following = JobQueue(jobs.queue.folder, command(tmp_path), tmp_path)
    qtbot.waitUntil(lambda: not following.poll() and not following.busy)
    assert [job.state for job in following.jobs] == ["stopped"]


def test_at_the_end_of_the_desktop_session_nothing_is_asked(
    jobs: WithJobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(job_watch, "_logging_out", lambda: True)
    jobs.queue.add(spec("work"))
    jobs.window.close()
    assert not jobs.window.isVisible()
    end(JobQueue(jobs.queue.folder, command(tmp_path), tmp_path))


def test_a_window_for_a_screenshot_never_asks(jobs: WithJobs, qtbot: QtBot, tmp_path: Path) -> None:
    jobs.queue.add(spec("work"))
    silent = MainWindow(jobs.shown.session, jobs.window.context.services, remember=False)
    qtbot.addWidget(silent)
    silent.show()
    silent.close()
    assert not silent.isVisible()
    end(JobQueue(jobs.queue.folder, command(tmp_path), tmp_path))
