"""Opening what runs through the network: files, folders, addresses, cameras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from deepvis_app.messages import SourceSpec
from deepvis_app.render.pictures import PICTURE_ENDINGS
from deepvis_app.session import intents
from deepvis_app.ui.action import ActionContext, Choice
from deepvis_app.ui.dialogs.ask import ask_folder, ask_open, ask_text

_VIDEOS = ("mp4", "mkv", "avi", "mov", "webm", "m4v", "mpg", "mpeg", "mjpg", "mjpeg", "gif")
_PICTURES = " ".join(f"*{ending}" for ending in sorted(PICTURE_ENDINGS))
_VIDEO_FILTER = " ".join(f"*.{ending}" for ending in _VIDEOS)
FILE_FILTERS = (
    f"Pictures and videos ({_PICTURES} {_VIDEO_FILTER});;Image lists (*.txt *.csv *.tsv *.lst);;All files (*)"
)
LIST_FILTERS = "Image lists (*.txt *.csv *.tsv *.lst);;All files (*)"
_FOLDER = "folders/open"  # where the last file was found


def open_file(context: ActionContext) -> None:
    _ask_file(context, "Open picture or video", FILE_FILTERS)


def open_list(context: ActionContext) -> None:
    _ask_file(context, "Open image list", LIST_FILTERS)


def open_folder(context: ActionContext) -> None:
    _ask_folder(context, "Open folder", context.services.open_path)


def open_tree(context: ActionContext) -> None:
    session = context.session
    _ask_folder(
        context,
        "Open folder with subfolders",
        lambda path: session.open_source(SourceSpec("folder", path, recursive=True)),
    )


def open_url(context: ActionContext) -> None:
    label = "Address of a stream, video or picture (rtsp://…, http://…), or a path:"
    ask_text(context.window, "Open address", label, lambda text: _open_text(context, text))


def toggle_camera(context: ActionContext) -> None:
    intents.toggle_camera(context.session, context.window.files, context.window.camera)


def step(context: ActionContext, action: str) -> None:
    """Next or previous picture."""
    intents.step(context.session, action, context.window.files)


def cameras(context: ActionContext) -> list[Choice]:
    """The cameras that are there now."""
    session = context.session
    spec = session.view.source.spec
    return [
        Choice(
            name,
            f"camera {number}",
            lambda number=number: session.open_source(SourceSpec("camera", str(number))),  # type: ignore[misc]
            chosen=spec == SourceSpec("camera", str(number)),
        )
        for number, name in context.services.list_cameras()
    ] or [Choice("No camera found", "", lambda: None, enabled=False)]


def _ask_file(context: ActionContext, title: str, filters: str) -> None:
    folder = context.window.state.text(_FOLDER)
    ask_open(context.window, title, filters, folder, lambda path: _remember(context, path, Path(path).parent))


def _ask_folder(context: ActionContext, title: str, opened: Callable[[str], None]) -> None:
    def done(path: str) -> None:
        context.window.state.keep(_FOLDER, path)
        opened(path)

    ask_folder(context.window, title, context.window.state.text(_FOLDER), done)


def _remember(context: ActionContext, path: str, folder: Path) -> None:
    context.window.state.keep(_FOLDER, str(folder))
    context.services.open_path(path)


def _open_text(context: ActionContext, text: str) -> None:
    if text.strip():
        context.services.open_path(text.strip())
