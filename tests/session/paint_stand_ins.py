"""A painter that only remembers, and a session that has it."""

from __future__ import annotations

from dataclasses import replace

from deepvis_app.messages import U8, ModelAnswer, ModelChoice, Painting, PaintOrder
from deepvis_app.session import Session
from deepvis_app.session.painting import SETTLE_S
from tests.session.stand_ins import MODEL, Atlas, Clock, Compute, Pins, Source


class Port:
    """A painter that only remembers; `looks` is what it answers."""

    def __init__(self) -> None:
        self.did: list[object] = []
        self.looks: list[Painting] = []
        self.full = False

    def paint(self, order: PaintOrder) -> None:
        self.did.append(order)

    def say(self, word: str) -> None:
        self.did.append(word)

    def start_from(self, rgb: U8) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.did.append(rgb.shape)

    def end(self) -> None:
        self.did.append("end")

    def take(self) -> Painting | None:
        return self.looks.pop(0) if self.looks else None

    @property
    def orders(self) -> list[PaintOrder]:
        return [one for one in self.did if isinstance(one, PaintOrder)]


class Program:
    """A session with a model, showing conv1:0, and its stand-ins."""

    def __init__(self) -> None:
        self.compute, self.atlas, self.pins, self.port = Compute(), Atlas(), Pins(), Port()
        self.clock = Clock()
        self.session = Session(self.compute, Source(), clock=self.clock, atlas=self.atlas, pins=self.pins)
        self.session.paints.port = self.port
        self.compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
        self.session.poll()

    @property
    def state(self) -> str:
        painting = self.session.view.painting
        return "" if painting is None else painting.state

    @property
    def painting(self) -> bool:
        return self.session.view.state.painting

    def later(self, seconds: float = SETTLE_S) -> None:
        self.clock.now += seconds
        self.session.poll()

    def look(self, **changes: object) -> Painting:
        """The painter answers the newest order."""
        made = replace(Painting(self.port.orders[-1], "painting"), **changes)  # type: ignore[arg-type]
        self.port.looks.append(made)
        self.session.poll()
        return made
