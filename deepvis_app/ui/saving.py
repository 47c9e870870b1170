"""Pictures of the window, of a pane and of a unit, written as PNG."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QBuffer, QIODevice
from PyQt6.QtGui import QImage

from deepvis_app.files import atomic_write
from deepvis_app.session import View
from deepvis_app.ui.action import ActionContext, Choice
from deepvis_app.ui.dialogs.ask import ask_save
from deepvis_app.ui.report import unit_report

NO_UNIT = "There is no unit to report yet: load a model and open a picture first."
SAVE_FOLDER = "folders/save"


def write_png(image: QImage, path: Path) -> None:
    """All of it or nothing. Raises OSError, with a sentence where the picture itself is at fault."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        raise OSError("the picture is empty")
    with atomic_write(path) as file:
        file.write(buffer.data().data())


def save_window(context: ActionContext) -> None:
    _save(context, "window", lambda: context.window.grab().toImage())


def save_report(context: ActionContext) -> None:
    view = context.session.view
    if view.model is None or view.result is None or view.result.unit is None:
        context.session.say(NO_UNIT)
        return
    page = unit_report(view)
    _save(context, "report", lambda: page)


def panes(context: ActionContext) -> list[Choice]:
    """One entry for each pane that is shown."""
    return [
        Choice(
            f"{panel.title}…",
            "",
            lambda panel=panel: _save(context, panel.name, lambda: panel.grab().toImage()),  # type: ignore[misc]
        )
        for panel in context.window.panels.values()
        if panel.isVisible()
    ]


def save_to(context: ActionContext, path: str, image: QImage) -> bool:
    """Write and say so; a failure is one sentence."""
    try:
        write_png(image, Path(path))
    except OSError as error:
        context.session.say(f"Could not write {path}: {error.strerror or error}. Choose another place.")
        return False
    context.session.say(f"Saved {path}.")
    return True


def suggested_name(view: View, what: str) -> str:
    """A file name that tells model, layer and unit, with no character that a file system minds."""
    model = view.model.title if view.model else ""
    parts = [model, view.state.layer, str(view.state.unit) if view.state.layer else "", what]
    return "-".join(re.sub(r"[^\w.]+", "_", part).strip("_") for part in parts if part) + ".png"


def _save(context: ActionContext, what: str, draw: Callable[[], QImage]) -> None:
    """Draw now, so that the dialog is not in the picture, then ask where to."""
    image = draw()
    state = context.window.state
    folder = Path(state.text(SAVE_FOLDER) or Path.home())

    def done(path: str) -> None:
        state.keep(SAVE_FOLDER, str(Path(path).parent))
        save_to(context, path, image)

    ask_save(context.window, "Save as PNG", folder / suggested_name(context.session.view, what), done)
