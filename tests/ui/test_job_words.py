"""How a job is told."""

from __future__ import annotations

import pytest

from deepvis_app.jobs import JobSpec, JobView
from deepvis_app.ui.job_words import duration, rate, share, short, status

SPEC = JobSpec("Preferred pictures: conv1, 64 units (CaffeNet64)", ("am",))
RUNNING = JobView(
    "1", SPEC, "running", what="am", where="conv1:5", unit="units", done=5, total=20, rate=0.5, eta_s=30
)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (90, "1 min 30 s"), (3600, "1 h"), (7800, "2 h 10 min"),
     (86_400, "1 d"), (3 * 86_400 + 4 * 3600, "3 d 4 h")],
)  # fmt: skip
def test_durations_are_rounded_as_a_person_would(seconds: float, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("per_second", "told"), [(31.234, "31.2 a second"), (0.5, "30 a minute"), (0.001, "3.6 an hour")]
)
def test_slow_rates_are_told_in_longer_times(per_second: float, told: str) -> None:
    assert rate(per_second) == told


@pytest.mark.parametrize(
    ("job", "told", "in_the_status_line"),
    [
        (RUNNING, "Running, 5 of 20 units, conv1:5, 30 a minute, 30 s left",
         "Preferred pictures: 5 of 20, 30 s left"),
        (JobView("1", SPEC, "running", what="reading", done=1, total=2, unit="images"),
         "Running, reading, 1 of 2 images", "Preferred pictures: 1 of 2"),
        (JobView("1", SPEC, "running"), "Running, loading the network", "Preferred pictures: starting"),
        (JobView("1", SPEC, "running", attached=True), "Running, loading the network, started by another window",
         "Preferred pictures: starting"),
        (JobView("1", SPEC, "paused", done=5, total=20, unit="units", eta_s=3), "Paused, 5 of 20 units",
         "Preferred pictures: 5 of 20, paused"),
        (JobView("1", SPEC, "stopping"), "Stopping after the piece in work", "Preferred pictures: stopping"),
        (JobView("1", SPEC), "Waiting.", "Preferred pictures: waiting"),
        (JobView("1", SPEC, "failed", "No layer conv9.", elapsed_s=75), "Failed (1 min 15 s): No layer conv9.", ""),
    ],
)  # fmt: skip
def test_every_state_has_its_words(job: JobView, told: str, in_the_status_line: str) -> None:
    assert status(job) == told
    assert not in_the_status_line or short(job) == in_the_status_line


def test_the_share_stays_between_nothing_and_all() -> None:
    assert share(RUNNING) == 0.25
    assert share(JobView("1", SPEC)) == 0
    assert share(JobView("1", SPEC, done=9, total=3)) == 1
