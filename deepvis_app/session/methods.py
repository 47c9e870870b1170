"""The comparison of methods for the selected unit: when it is on the screen, and which job is making it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from deepvis_app.jobs import JobView
from deepvis_app.jobs.wording import model_words, word_for
from deepvis_app.messages import ModelInfo
from deepvis_app.session.pictures import pictures_ref
from deepvis_app.session.state import ViewState, methods_shown

if TYPE_CHECKING:
    from deepvis_app.session.session import Session

COMMAND, UNIT = "compare", "--unit"
_DECIDING = (UNIT, "--model", "--weights", "--mean", "--labels")


def toggle_methods(session: Session) -> None:
    """All methods, or the pictures made beforehand; shows the column if it is hidden."""
    at_methods = methods_shown(session.view.state)
    session.change(pictures_from="data" if at_methods else "methods", show_unit_pictures=True)


def comparing(model: ModelInfo | None, state: ViewState, jobs: Iterable[JobView]) -> JobView | None:
    """The first of these jobs (at work, then waiting, then the newest that is over) that compares methods for the
    selected unit; None where there is none, or where nobody looks.
    """
    ref = pictures_ref(model, state) if methods_shown(state) else None
    if model is None or ref is None:
        return None
    wanted = (
        COMMAND,
        *model_words(model.choice),
        UNIT,
        f"{word_for(model, model.layer(ref.layer))}:{ref.unit}",
    )
    return next((job for job in jobs if _same(job.spec.words, wanted)), None)


def _same(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether two commands are for the same unit of the same network."""
    return words[0] == wanted[0] and all(_value(words, name) == _value(wanted, name) for name in _DECIDING)


def _value(words: Sequence[str], option: str) -> str:
    return words[words.index(option) + 1] if option in words[:-1] else ""
