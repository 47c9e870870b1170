"""The session: holds the state, sends requests, takes answers. No Qt, no torch, no threads of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from deepvis_app.jobs import JobView
from deepvis_app.jobs.generators import generator_for
from deepvis_app.messages import (
    U8,
    Frame,
    LayerPictures,
    MethodInfo,
    ModelAnswer,
    ModelChoice,
    ModelInfo,
    Painting,
    Request,
    Result,
    SourceCommand,
    SourceSpec,
    SourceStatus,
    UnitComparison,
    UnitPictures,
)
from deepvis_app.session.facets import code_order
from deepvis_app.session.methods import comparing
from deepvis_app.session.painting import PaintFeed, is_shown, kept_on
from deepvis_app.session.pictures import AtlasPort, PictureFeed
from deepvis_app.session.pinning import PinPort
from deepvis_app.session.state import UnknownNameError, ViewState, legal, named_unit, request_of

IDLE_S = 2.0  # the frame rate is hidden when no frame came for so long
_RATE_SMOOTHING = 0.2


class ComputePort(Protocol):
    """What the session needs of the engine."""

    def submit(self, request: Request) -> None: ...
    def take(self) -> Result | None: ...
    def load(self, choice: ModelChoice) -> None: ...
    def take_model(self) -> ModelAnswer | None: ...


class SourcePort(Protocol):
    """What the session needs of the capture."""

    def open(self, spec: SourceSpec) -> None: ...
    def show(self, rgb: U8, name: str) -> None: ...
    def command(self, command: SourceCommand) -> None: ...
    def status(self) -> SourceStatus: ...
    def latest(self) -> Frame | None: ...


@dataclass(frozen=True)
class View:
    """One consistent picture of the whole program, for the panels."""

    state: ViewState
    model: ModelInfo | None = None
    result: Result | None = None  # the newest answer; may be to an earlier request, see `fresh`
    fresh: bool = False  # `result` answers the current request
    frame: Frame | None = None  # the newest frame of the source, computed or not
    source: SourceStatus = field(default_factory=SourceStatus)
    pictures: UnitPictures | None = None  # of the selected unit (see `pictures_ref`); None: not read yet
    pattern: LayerPictures | None = None  # what state.pattern asks for; None: not read yet
    methods: UnitComparison | None = (
        None  # of the selected unit while it is on the screen; None: not read yet
    )
    comparing: JobView | None = None  # the newest job that compares methods for the selected unit, likewise
    painting: Painting | None = None  # of the selected unit; None: nothing was painted of it
    fps: float = 0.0  # 0: idle
    loading: ModelChoice | None = None
    notice: str = ""  # the last thing worth saying: an error, an explanation
    notice_number: int = 0  # rises with every notice, so that the same text twice is seen twice


class Session:
    """Intents come in by `change`, computed results by `poll`; `view` is always consistent."""

    def __init__(
        self,
        compute: ComputePort,
        source: SourcePort,
        state: ViewState | None = None,
        clock: Callable[[], float] = time.perf_counter,
        methods: tuple[MethodInfo, ...] = (),
        atlas: AtlasPort | None = None,
        pins: PinPort | None = None,
    ) -> None:
        self.compute: ComputePort = compute
        self.source: SourcePort = source
        self.methods = methods
        self.pins = pins
        self.loaded: Callable[[], object] | None = None  # called after each change of network
        self._clock = clock
        self._feed = PictureFeed(atlas, clock)
        self.paints = PaintFeed(clock)  # its port is set by whoever can paint
        self._jobs: tuple[JobView, ...] = ()
        self._looked: tuple[object, object, object] = (None, None, None)  # for what `comparing` was found
        self._generation = 0
        self._arrived_at = float("-inf")
        self._frame_index = -1
        self._view = View(state or ViewState())
        self._dirty = True

    @property
    def view(self) -> View:
        return self._view

    def change(self, **changes: Any) -> None:
        """Set fields of the ViewState; what is not legal is clamped. Equal to the old: nothing happens."""
        before, model = self._view.state, self._view.model
        self._commit(kept_on(model, before, legal(replace(before, **changes), model)))

    def say(self, text: str) -> None:
        """Put a sentence before the person."""
        self._update(notice=text, notice_number=self._view.notice_number + 1)

    def see_jobs(self, jobs: tuple[JobView, ...]) -> None:
        """What jobs there are now, as the queue lists them."""
        self._jobs = jobs
        self._see_comparing()

    def load_model(self, choice: ModelChoice) -> None:
        """Start loading; the old model runs on until the new one is there."""
        self._update(loading=choice)
        self.compute.load(choice)

    def open_source(self, spec: SourceSpec) -> None:
        self.source.open(spec)

    def poll(self) -> View | None:
        """Take what has arrived; the new view, or None when nothing changed. Called by the window's timer."""
        self._take_model()
        self._take_result()
        self._feed.take()
        self._follow_pictures()
        self._take_painting()
        if self.pins is not None and (sentence := self.pins.take()):
            self.say(sentence)
        status, frame = self.source.status(), self.source.latest()
        if status.message and status.message != self._view.source.message and status.state != "failed":
            self.say(status.message)  # which files were skipped; why a source failed stands in its pane
        if status != self._view.source or frame is not self._view.frame:
            self._update(source=status, frame=frame)
        if self._view.fps and self._clock() - self._arrived_at > IDLE_S:
            self._update(fps=0.0)
        if not self._dirty:
            return None
        self._dirty = False
        return self._view

    def _commit(self, state: ViewState) -> None:
        if state == self._view.state:
            return
        before = self._request()
        self._update(state=state)
        self._see_pictures()
        if self._request() != before:
            self._submit()
        self._follow_painting()

    def _take_painting(self) -> None:
        """See how far the painting is; one whose child is gone is over."""
        self.paints.take()
        self._follow_painting()
        painting = self._view.painting
        if painting is not None and painting.over and self._view.state.painting:
            self.change(painting=False)

    def _follow_painting(self) -> None:
        self.paints.follow(self._view.model, self._view.state)
        if self.paints.known is not self._view.painting:
            self._update(painting=self.paints.known)

    def _follow_pictures(self) -> None:
        """Also ask for what the pictures that are there now need of each frame."""
        before = self._request()
        self._see_pictures()
        if self._request() != before:
            self._submit()

    def _see_pictures(self) -> None:
        """Ask for the selection's pictures where that is due, and show what is known of them."""
        self._feed.ask(self._view.model, self._view.state)
        known, view = self._feed.known, self._view
        pairs = (known.unit, view.pictures), (known.layer, view.pattern), (known.methods, view.methods)
        if any(now is not before for now, before in pairs):
            self._update(pictures=known.unit, pattern=known.layer, methods=known.methods)
        self._see_comparing()

    def _see_comparing(self) -> None:
        """Looked for only where the network, the state or the jobs are others than the last time."""
        looked = self._view.model, self._view.state, self._jobs
        if all(now is before for now, before in zip(looked, self._looked, strict=True)):
            return
        self._looked = looked
        job = comparing(*looked)
        if job != self._view.comparing:
            self._update(comparing=job)

    def _request(self) -> Request:
        """What is wanted now."""
        view = self._view
        return request_of(view.state, self._generation, code_order(view.model, view.state, view.pictures))

    def _submit(self) -> None:
        self._generation += 1
        self._update(fresh=False)
        if self._view.model is not None:
            self.compute.submit(self._request())

    def _take_model(self) -> None:
        answer = self.compute.take_model()
        if answer is None:
            return
        if self._view.loading == answer.choice:
            self._update(loading=None)
        if answer.info is None:
            self.say(answer.error)
            return
        first = self._view.model is None
        state = self._started_with(answer.info) if first else self._view.state
        painting = state.painting and is_shown(state)
        state = replace(state, painting=painting, paint_generator=generator_for(answer.info.fingerprint))
        self._update(model=answer.info, result=None, state=legal(state, answer.info))
        self._submit()
        if self.loaded is not None:
            self.loaded()

    def _started_with(self, model: ModelInfo) -> ViewState:
        """The layer and unit that the program was started with, by any of their names."""
        state = self._view.state
        try:
            wanted = named_unit(model, state.layer, state.unit)
        except UnknownNameError as error:
            self.say(str(error))
            return replace(state, layer="", unit=0)
        return replace(state, layer=wanted.layer, unit=wanted.unit)

    def _take_result(self) -> None:
        result = self.compute.take()
        # An answer to an earlier request is out of date: showing it would undo the person's click for a moment.
        if result is None or result.request.generation != self._generation:
            return
        now = self._clock()
        new_frame = (
            result.frame.index != self._frame_index
        )  # the same picture through another network is none
        self._frame_index = result.frame.index
        fps = self._smoothed_rate(now) if new_frame else self._view.fps
        self._arrived_at = now if new_frame else self._arrived_at
        if result.error and (self._view.result is None or self._view.result.error != result.error):
            self.say(result.error)
        self._update(result=result, fresh=True, fps=fps)

    def _smoothed_rate(self, now: float) -> float:
        gap = now - self._arrived_at
        if gap > IDLE_S or gap <= 0:
            return 0.0
        rate = 1 / gap
        return rate if self._view.fps == 0 else self._view.fps + _RATE_SMOOTHING * (rate - self._view.fps)

    def _update(self, **changes: Any) -> None:
        self._view = replace(self._view, **changes)
        self._dirty = True
