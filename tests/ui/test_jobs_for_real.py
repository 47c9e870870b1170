"""End to end: the real window starts the real command, and the pictures appear beside the unit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from deepvis_app.app import Program, Start, build
from deepvis_app.atlas import AtlasReader, user_path
from deepvis_app.jobs import JobSpec
from deepvis_app.jobs.wording import Value
from deepvis_app.messages import ModelChoice, SourceSpec, UnitRef
from deepvis_app.ui.dialogs.job_form import IMAGES
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS
from deepvis_app.ui.dialogs.job_spec import job_spec, scopes
from deepvis_app.ui.dialogs.jobs import JobsDialog
from deepvis_app.ui.panels.methods_page import COMPARE, MethodsPage

pytestmark = pytest.mark.slow
REF = UnitRef("conv1", 5)
PATIENCE_MS = 300_000  # the jobs run at low priority


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(rng.integers(0, 255, (80, 90, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def program(qtbot: QtBot, images: Path) -> Iterator[Program]:
    net = ModelChoice("caffenet64", "random", "cpu")  # no atlas comes with it
    start = Start(net, SourceSpec("picture", str(images / "0.png")))
    made = build(start, remember=False)
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitUntil(lambda: made.session.view.model is not None, timeout=PATIENCE_MS)
    made.session.change(layer=REF.layer, unit=REF.unit)
    yield made
    made.window.close()
    assert made.stop()


def shown(program: Program, kind: str) -> int:
    """How many pictures of this kind the window has for the selected unit, from the user's own atlas."""
    known = program.session.view.pictures
    return len([p for p in known.pictures.get(kind, ()) if p.run]) if known is not None else 0


def finished(qtbot: QtBot, program: Program) -> None:
    queue = program.window.jobs.queue
    qtbot.waitUntil(lambda: not queue.busy, timeout=PATIENCE_MS)
    (job,) = queue.jobs
    assert (job.state, job.done, job.total) == ("done", 1, 1), (job.sentence, queue.log(job.key))


def stored(program: Program, kind: str) -> int:
    assert program.session.view.model is not None
    fingerprint = program.session.view.model.fingerprint
    with AtlasReader(user_path(fingerprint), fingerprint) as reader:
        return len(reader.unit(REF).pictures[kind])


def test_preferred_pictures_are_made_from_the_dialog_and_shown(qtbot: QtBot, program: Program) -> None:
    program.window.menus.actions["jobs"].trigger()
    (dialog,) = program.window.findChildren(JobsDialog)
    qtbot.waitUntil(lambda: dialog.form.device.count() > 0)
    dialog.form.choose("am", "unit")
    for option, value in (("--steps", 4), ("--seeds", 2)):
        control = dialog.form.controls["am"][option]
        assert isinstance(control, QSpinBox)
        control.setValue(value)
    dialog.form.start.click()
    finished(qtbot, program)
    assert stored(program, "am") == 2
    qtbot.waitUntil(lambda: shown(program, "am") == 2, timeout=10_000)


def test_patches_are_made_by_the_button_of_the_empty_pane_and_shown(
    qtbot: QtBot, program: Program, images: Path
) -> None:
    program.window.state.keep(IMAGES, str(images))
    said = program.window.context.services.compute(REF, "deconv")
    assert said.startswith("Patches of real images of conv1:5 will appear here")
    finished(qtbot, program)
    assert stored(program, "top") == stored(program, "deconv") == 4
    qtbot.waitUntil(lambda: shown(program, "deconv") == 4, timeout=10_000)


def test_methods_are_compared_by_the_button_of_the_empty_page_and_fill_it(
    qtbot: QtBot, program: Program
) -> None:
    """The form's job, with few methods and steps; the page has each as soon as it is finished."""
    program.window.menus.actions["methods"].trigger()
    page = program.window.findChild(MethodsPage)
    assert page is not None
    qtbot.waitUntil(lambda: page.section.button.text() == COMPARE)
    program.window.context.services.jobs.add(few_methods(program))
    qtbot.waitUntil(lambda: page.section.button.text() == "", timeout=10_000)
    qtbot.waitUntil(lambda: bool(page.list.entries), timeout=PATIENCE_MS)
    assert [entry.name for entry in page.list.entries if entry.name] == ["none", "A", "tv"]
    qtbot.waitUntil(lambda: not program.window.jobs.queue.busy, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.state.text.startswith("3 methods, 2"), timeout=10_000)
    made = [entry for entry in page.list.entries if entry.name]
    assert all(len(entry.pictures) == 2 and entry.figures[0].text for entry in made)
    program.session.change(unit=REF.unit + 1)
    qtbot.waitUntil(lambda: page.section.button.text() == COMPARE, timeout=10_000)


def few_methods(program: Program) -> JobSpec:
    model = program.session.view.model
    assert model is not None
    values: dict[str, Value] = {"--methods": "none,A,tv", "--seeds": 2, "--steps": 3}
    return job_spec(JOB_FORMS["compare"], model, scopes(model, REF)["unit"], values, "", "cpu")
