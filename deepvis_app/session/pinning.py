"""What a person does with the records of this session: see them, start afresh, keep one in the atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from deepvis_app.messages import PinOrder, UnitPicture
from deepvis_app.session.pictures import pictures_ref

if TYPE_CHECKING:
    from deepvis_app.session.session import Session, View


class PinPort(Protocol):
    """What the session needs of the pins: orders that are all carried out, and what there is to say of them."""

    def put(self, order: PinOrder) -> None: ...
    def take(self) -> str | None: ...


def session_top(view: View) -> tuple[UnitPicture, ...] | None:
    """The selected unit's records; None while the engine has not answered for it."""
    result, state = view.result, view.state
    if result is None or result.error or not result.request.session_top:
        return None
    request = result.request
    same = (request.layer, request.unit, request.session_round) == (
        state.layer,
        state.unit,
        state.session_round,
    )
    return result.session_top if same else None


def pinned(view: View) -> tuple[UnitPicture, ...]:
    """The selected unit's pictures that were pinned, in this session or an earlier one."""
    return view.pictures.pictures.get("session", ()) if view.pictures is not None else ()


def is_pinned(view: View, picture: UnitPicture) -> bool:
    return any(seen_at(other) == seen_at(picture) for other in pinned(view))


def seen_at(picture: UnitPicture) -> str:
    """When the frame was before the network (ISO 8601, UTC): what tells such pictures of a unit apart."""
    return str(picture.facts.more.get("seen", ""))


def toggle_pictures_from(session: Session) -> None:
    """From the data set or from this session; shows the column if it is hidden."""
    at_session = session.view.state.pictures_from == "session" and session.view.state.show_unit_pictures
    session.change(pictures_from="data" if at_session else "session", show_unit_pictures=True)


def start_afresh(session: Session) -> None:
    """Forget all records of this session; what was pinned stays."""
    session.change(session_round=session.view.state.session_round + 1)
    session.say("The records of this session start afresh; pinned pictures stay.")


def toggle_pin(session: Session, picture: UnitPicture | None = None) -> None:
    """Keep a record (without `picture` the best one) in the user's atlas, or take it out again."""
    view = session.view
    ref, model = pictures_ref(view.model, view.state), view.model
    if picture is None:
        picture = next(iter(session_top(view) or ()), None)
    if picture is None or ref is None or model is None or session.pins is None:
        session.say("There is nothing to pin: show the pictures of this session first (key 7).")
        return
    name = f"{model.layer(ref.layer).alias}:{ref.unit}"
    keep = not is_pinned(view, picture)
    session.pins.put(PinOrder(model.fingerprint, model.title, ref, name, picture, keep))
