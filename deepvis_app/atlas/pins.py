"""Pins: pictures of the live view, and painted ones, that a person keeps in their own atlas of the network."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from deepvis_app import __version__
from deepvis_app.atlas.errors import AtlasError
from deepvis_app.atlas.places import user_path
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.atlas.writer import AtlasWriter
from deepvis_app.mailbox import LatestSlot, Worker
from deepvis_app.messages import KEPT_KINDS, PinOrder, RunInfo, UnitPicture, UnitRecord

PATIENCE = 1.5  # seconds that the desk's thread waits for a job that is just ending
MAX_PINS = 9  # of one unit and kind: as many as the window has places


@dataclass(frozen=True)
class Way:
    """What is written into the atlas about pictures of a kind, and how keeping them is told."""

    job: str
    data: str
    kept: str
    to: str  # the word before the unit


WAYS: dict[str, Way] = {
    "session": Way("session", "the live view", "pinned", "to"),
    "painted": Way("paint", "painted in the window", "kept", "for"),
}


class PinDesk:
    """Carries out every order, one after the other, on a thread of its own; tells what came of the last ones."""

    def __init__(self) -> None:
        self._orders: deque[PinOrder] = deque()
        self._sentences: deque[str] = deque()
        self._wake: LatestSlot[bool] = LatestSlot()
        self._worker = Worker("deepvis-pins", self._turn, self._wake.close)

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the thread; what was ordered before is still carried out. False when it was busy after `timeout` s."""
        ended = self._worker.stop(timeout)
        if ended:
            self._work_off()
        return ended

    def put(self, order: PinOrder) -> None:
        self._orders.append(order)
        self._wake.put(True)

    def take(self) -> str | None:
        """The next sentence for the person, or None."""
        return self._sentences.popleft() if self._sentences else None

    def _turn(self) -> None:
        if self._wake.take(timeout=0.5):
            self._work_off(PATIENCE)

    def _work_off(self, patience: float = 0.0) -> None:
        while self._orders:
            self._sentences.append(carry_out(self._orders.popleft(), patience))


def carry_out(order: PinOrder, patience: float = 0.0) -> str:
    """Write the picture into the user's atlas, or take it out; the sentence that tells it, or why not.

    Another writer of the atlas is waited for for `patience` seconds.
    """
    path, kind = user_path(order.fingerprint), order.picture.kind
    way = WAYS[kind]
    try:
        with AtlasWriter(path, order.fingerprint, order.title, patience) as writer:
            with AtlasReader(path, order.fingerprint) as reader:
                held = reader.unit(order.ref).pictures.get(kind, ())
            others = [picture for picture in held if _mark(picture) != _mark(order.picture)]
            if order.keep and len(others) == MAX_PINS:
                return f"{order.name} has {MAX_PINS} {way.kept} pictures already: take one out first."
            wanted = [*others, order.picture] if order.keep else others
            _write(writer, order, wanted)
    except AtlasError as error:
        return f"Nothing was {way.kept if order.keep else 'taken out'}. {error}"
    told = f"{way.kept} {way.to} {order.name}."
    return told[0].upper() + told[1:] if order.keep else f"No longer {told}"


def _write(writer: AtlasWriter, order: PinOrder, pictures: list[UnitPicture]) -> None:
    kind = order.picture.kind
    way = WAYS[kind]
    run = writer.begin(
        RunInfo(way.job, {"network": order.title}, data=way.data, versions={"deepvis": __version__})
    )
    best_first = sorted(pictures, key=lambda picture: -picture.score)
    ranked = tuple(replace(picture, rank=rank) for rank, picture in enumerate(best_first))
    writer.put(UnitRecord(order.ref, (kind,), ranked), run)
    writer.finish(run)


def _mark(picture: UnitPicture) -> object:
    """What tells it from the unit's other pictures of its kind."""
    return picture.facts.more.get(KEPT_KINDS[picture.kind])
