"""Watching a unit being painted: what is ordered when, which looks count, and what a person can say to it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from deepvis_app.jobs.generators import DEFAULT
from deepvis_app.jobs.wording import model_words, said, word_for
from deepvis_app.messages import U8, ModelInfo, Painting, PaintOrder, PinOrder, UnitPicture, UnitRef
from deepvis_app.session.pictures import pictures_ref
from deepvis_app.session.state import ViewState

if TYPE_CHECKING:
    from deepvis_app.session.session import Session, View

COMMAND = "paint"  # of `precompute`
SETTLE_S = 0.4  # another child is begun with when the selection has rested for so long
NO_PAINTER = "Nothing can be painted here."
NO_UNIT = "There is no unit to paint yet: load a network first."
NOT_PAINTING = "Nothing is being painted: begin with Paint (key 6)."
NO_INPUT = "There is no input yet: open a picture or the camera first."
NOTHING_TO_KEEP = "There is no picture to keep yet: paint the unit first (key 6)."
KEPT_ALREADY = "This picture is kept already."
ONE_UNIT = (
    "Shift and a click on a second unit paint it together with the selected one; this is the selected one."
)


class PaintPort(Protocol):
    """What the session needs of the painter; none of it waits."""

    def paint(self, order: PaintOrder) -> None: ...
    def say(self, word: str) -> None: ...
    def start_from(self, rgb: U8) -> None: ...
    def end(self) -> None: ...
    def take(self) -> Painting | None: ...


class PaintFeed:
    """Lets the painter follow the selection: at most one order at work.

    What the child can be turned to is painted at once; where it needs another one, when the selection rests.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.port: PaintPort | None = None
        self._clock = clock
        self._order: PaintOrder | None = None  # what is to be painted now
        self._begun = False
        self._due = float("inf")
        self._selected: tuple[object, object, PaintOrder | None] = (None, None, None)
        self.known: Painting | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a child to be spoken to."""
        return self._begun and self._order is not None

    def follow(self, model: ModelInfo | None, state: ViewState) -> None:
        """Bring the painter to what the state wants, as far as that is due."""
        if model is not self._selected[0] or state is not self._selected[1]:
            self._selected = model, state, paint_order(model, state)
        selected = self._selected[2]
        wanted = selected if state.painting and self.port is not None else None
        if wanted != self._order:
            self._turn_to(wanted)
        if self.known is not None and self.known.order != selected:
            self.known = None  # of another unit, method or network
        if self._clock() >= self._due:
            self.begin()

    def begin(self) -> None:
        """Begin what is to be painted without waiting longer; nothing happens where that is done already."""
        if self._order is not None and self.port is not None and not self._begun:
            self._begun = True
            self.port.paint(self._order)

    def take(self) -> None:
        """Bring `known` up to date; a look at an earlier order does not count."""
        look = self.port.take() if self.port is not None else None
        if look is not None and look.order == self._order:
            self.known = look

    def _turn_to(self, wanted: PaintOrder | None) -> None:
        """The child turns to it at once, or ends; a first one is begun at once."""
        before, begun, port = self._order, self._begun, self.port
        turns = begun and before is not None and wanted is not None and wanted.turns(before)
        if begun and port is not None and not turns:
            port.end()
        self._order, self._begun = wanted, False
        self._due = self._clock() + (0 if before is None or turns else SETTLE_S)
        if wanted is not None:
            self.known = Painting(wanted)
        elif self.known is not None and not self.known.over:
            self.known = replace(self.known, state="stopped")
        if turns:
            self.begin()
            self.take()


def paint_order(model: ModelInfo | None, state: ViewState) -> PaintOrder | None:
    """What painting the selection means; None while nothing is selected."""
    ref = pictures_ref(model, state)
    if model is None or ref is None:
        return None
    layer = model.layer(ref.layer)
    word = word_for(model, layer)
    second = None if state.second is None else replace(ref, unit=state.second.unit)
    of = [f"{word}:{one.unit}" for one in (ref, second) if one is not None]
    count = str(state.paint_count)
    fixed = [COMMAND, *model_words(model.choice), *said("--device", model.choice.device, "auto")]
    fixed += said("--generator", state.paint_generator, DEFAULT)
    words = ["--unit", of[0], "--method", state.paint_method, "--pictures", count]
    words += ["--with", of[1]] if len(of) > 1 else []
    lines = f"method {state.paint_method}", f"pictures {count}", f"unit {shlex.join(of)}"
    name = f"{layer.alias}:{ref.unit}" + ("" if second is None else f" + {second.unit}")
    return PaintOrder(
        model.fingerprint, ref, name, state.paint_method, (*fixed, *words), second, tuple(fixed), lines
    )


def is_shown(state: ViewState) -> bool:
    """Whether the painting is on the screen."""
    return state.show_unit_pictures and state.pictures_from == "painting"


def kept_on(model: ModelInfo | None, before: ViewState, after: ViewState) -> ViewState:
    """Where nobody looks, nothing new is begun: then another selection ends the painting."""
    if not after.painting or is_shown(after) or paint_order(model, before) == paint_order(model, after):
        return after
    return replace(after, painting=False)


# ---- what a person does ----


def toggle_painting(session: Session) -> None:
    """Paint the selected unit now, or stop painting."""
    view = session.view
    if view.state.painting:
        session.change(painting=False)
    elif paint_order(view.model, view.state) is None:
        session.say(NO_UNIT)
    elif session.paints.port is None:
        session.say(NO_PAINTER)
    else:
        session.change(painting=True, pictures_from="painting", show_unit_pictures=True)


def poke(session: Session) -> None:
    """Noise into what is painted; it goes on from there."""
    _say(session, "poke")


def again(session: Session) -> None:
    """From another start."""
    _say(session, "again")


def toggle_pause(session: Session) -> None:
    painting = session.view.painting
    _say(session, "go" if painting is not None and painting.state == "paused" else "pause")


def start_from_input(session: Session) -> None:
    """Begin again with what the network sees now; begins to paint where nothing is being painted."""
    result = session.view.result
    seen = None if result is None else result.network_input
    if seen is None:
        session.say(NO_INPUT)
        return
    if not session.view.state.painting:
        toggle_painting(session)
    session.paints.begin()
    if session.paints.alive and session.paints.port is not None:
        try:
            session.paints.port.start_from(seen)
        except OSError as error:
            session.say(f"The frame could not be handed over: {error.strerror or error}.")


def keep(session: Session, picture: UnitPicture | None = None) -> None:
    """Keep a painted picture (without `picture` the strongest) in the user's atlas, or take one out that is named.

    A picture that was kept before is taken out only when it is named: the strongest stays what it is.
    """
    view, named, painting = session.view, picture is not None, session.view.painting
    if picture is None and painting is not None and painting.pictures:
        picture = painting.pictures[painting.strongest]
    ref, model = pictures_ref(view.model, view.state), view.model
    if picture is None or ref is None or model is None or session.pins is None:
        session.say(NOTHING_TO_KEEP)
        return
    there = is_kept(view, picture)
    if there and not named:
        session.say(KEPT_ALREADY)
        return
    name = f"{model.layer(ref.layer).alias}:{ref.unit}"
    session.pins.put(PinOrder(model.fingerprint, model.title, ref, name, picture, keep=not there))


def kept(view: View) -> tuple[UnitPicture, ...]:
    """The selected unit's pictures that were painted and kept, in this session or an earlier one."""
    return view.pictures.pictures.get("painted", ()) if view.pictures is not None else ()


def is_kept(view: View, picture: UnitPicture) -> bool:
    painted_at = picture.facts.more.get("painted")
    return any(other.facts.more.get("painted") == painted_at for other in kept(view))


def mark_second(session: Session, unit: int) -> None:
    """Paint a second unit of the layer together with the selected one; the same unit again takes the mark away."""
    state = session.view.state
    if unit == state.unit:
        session.say(ONE_UNIT)
    elif state.second is not None and state.second.unit == unit:
        session.change(second=None)
    else:
        session.change(second=UnitRef(state.layer, unit), pictures_from="painting", show_unit_pictures=True)
        if not state.painting:
            toggle_painting(session)


def _say(session: Session, word: str) -> None:
    painting = session.view.painting
    if session.paints.port is None or not session.paints.alive or painting is None or painting.over:
        session.say(NOT_PAINTING)
    else:
        session.paints.port.say(word)
