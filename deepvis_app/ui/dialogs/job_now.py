"""The button of an empty pane: make these pictures of this unit, before anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox

from deepvis_app.jobs.wording import Value
from deepvis_app.messages import ModelInfo, UnitRef
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.ask import ask_folder, ask_open
from deepvis_app.ui.dialogs.job_form import IMAGES, NO_MODEL, ZIP_FILES
from deepvis_app.ui.dialogs.job_forms import JobForm, form_for
from deepvis_app.ui.dialogs.job_spec import (
    BUILT_IN_IMAGES,
    images_problem,
    job_spec,
    listed,
    scopes,
)


def compute(context: ActionContext, ref: UnitRef, kind: str) -> str:
    """Start the job that fills a pane of this unit; a sentence for the person, "" when a question is asked.

    Images to look through are asked for once and remembered.
    """
    form, model = form_for(kind), context.session.view.model
    problem = context.services.jobs.problem()
    if form is None:
        return f"No job makes pictures of the kind {kind!r}."
    if problem or model is None:
        return problem or NO_MODEL
    images = context.window.state.text(IMAGES)
    if form.images and images_problem(images) and not form.images_needed:
        images = ""
    elif form.images and images_problem(images):
        _ask(context, lambda path: _with_images(context, form, model, ref, path))
        return ""
    return _add(context, form, model, ref, images)


def _with_images(context: ActionContext, form: JobForm, model: ModelInfo, ref: UnitRef, path: str) -> None:
    problem = images_problem(path)
    if not problem:
        context.window.state.keep(IMAGES, path)
    context.session.say(problem or _add(context, form, model, ref, path))


def _add(context: ActionContext, form: JobForm, model: ModelInfo, ref: UnitRef, images: str) -> str:
    scope = scopes(model, ref)["unit"]
    values: dict[str, Value] = {
        field.option: listed(field, model, ref)[0] for field in form.fields if field.listed is not None
    }
    spec = job_spec(form, model, scope, values, images, model.choice.device)
    # One that is quick is as urgent as what is clicked next.
    context.services.jobs.add(replace(spec, gives_way=not form.quick), urgent=True)
    return f"{form.title} of {scope.text} will appear here; the status line shows how far it is."


def _ask(context: ActionContext, chosen: Callable[[str], None]) -> QMessageBox:
    """Ask for the images: a folder, a zip file, or those that come with the program."""
    box = QMessageBox(context.window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Which images?")
    box.setText("Which images are to be looked through?")
    box.setInformativeText(
        "The patches that excite a unit most are cut from your images: the more and the more varied, the better. "
        "The choice is remembered; Tools > Jobs changes it."
    )
    folder = box.addButton("Folder…", QMessageBox.ButtonRole.AcceptRole)
    archive = box.addButton("Zip file…", QMessageBox.ButtonRole.AcceptRole)
    built_in = box.addButton("Built-in photographs", QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(folder)

    def answered() -> None:
        title, clicked = "Choose the images", box.clickedButton()
        if clicked is folder:
            ask_folder(context.window, title, "", chosen)
        elif clicked is archive:
            ask_open(context.window, title, ZIP_FILES, "", chosen)
        elif clicked is built_in:
            chosen(BUILT_IN_IMAGES)

    box.finished.connect(answered)
    box.open()
    return box
