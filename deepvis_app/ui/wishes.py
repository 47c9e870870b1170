"""What a panel wants that neither it nor the session can do: the window grants it with its services."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from deepvis_app.messages import UnitPicture, UnitRef
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.job_form import IMAGES
from deepvis_app.ui.dialogs.job_forms import form_for
from deepvis_app.ui.dialogs.jobs import open_jobs
from deepvis_app.ui.dialogs.picture import PictureDialog
from deepvis_app.ui.source_files import SourceGoneError, target_of


@dataclass(frozen=True)
class Compute:
    """Pictures that do not exist yet, of this unit first."""

    ref: UnitRef
    kind: str


@dataclass(frozen=True)
class ComputeLayer:
    """Pictures of a kind for the whole layer that is selected: worth looking at the choices first."""

    kind: str


@dataclass(frozen=True)
class Choose:
    """Pictures of a kind of the selected unit, after a look at the choices."""

    kind: str


@dataclass(frozen=True)
class RunAgain:
    """A job that is over, once more."""

    key: str


@dataclass(frozen=True)
class Enlarge:
    """A set of pictures in a window of its own, beginning with one of them."""

    pictures: tuple[UnitPicture, ...]
    at: int
    title: str  # of the set: which unit, what kind
    name: str  # for the files that they are saved as


@dataclass(frozen=True)
class OpenSource:
    """The whole image that a patch was cut from, in the live view."""

    picture: UnitPicture


Wish = Compute | ComputeLayer | Choose | RunAgain | Enlarge | OpenSource


def grant(context: ActionContext, wish: Wish) -> None:
    """Do what is wanted, or say why it cannot be done."""
    if isinstance(wish, Compute):
        sentence = context.services.compute(wish.ref, wish.kind)
        if sentence:
            context.session.say(sentence)
    elif isinstance(wish, ComputeLayer | Choose):
        form = form_for(wish.kind)
        scope = "layer" if isinstance(wish, ComputeLayer) else "unit"
        open_jobs(context, form.name if form is not None else "", scope)
    elif isinstance(wish, RunAgain):
        with suppress(KeyError):  # it was taken off the list a moment ago
            context.services.jobs.again(wish.key)
    elif isinstance(wish, Enlarge):
        PictureDialog(context, wish.pictures, wish.at, wish.title, wish.name, open_source).show()
    else:
        open_source(context, wish.picture)


def open_source(context: ActionContext, picture: UnitPicture) -> None:
    """Show the image that a patch comes from, or say where it was."""
    try:
        context.services.open_path(target_of(picture, context.window.state.text(IMAGES)))
    except SourceGoneError as error:
        context.session.say(str(error))
