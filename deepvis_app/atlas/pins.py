"""Pins: pictures of the live view that a person keeps in their own atlas of the network."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from deepvis_app import __version__
from deepvis_app.atlas.errors import AtlasError
from deepvis_app.atlas.places import user_path
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.atlas.writer import AtlasWriter
from deepvis_app.mailbox import LatestSlot, Worker
from deepvis_app.messages import PinOrder, RunInfo, UnitPicture, UnitRecord

KIND = "session"
PATIENCE = 1.5  # seconds that the desk's thread waits for a job that is just ending
MAX_PINS = 9  # of one unit: as many as the window has places


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
    path = user_path(order.fingerprint)
    try:
        with AtlasWriter(path, order.fingerprint, order.title, patience) as writer:
            with AtlasReader(path, order.fingerprint) as reader:
                held = reader.unit(order.ref).pictures.get(KIND, ())
            others = [picture for picture in held if _seen(picture) != _seen(order.picture)]
            if order.keep and len(others) == MAX_PINS:
                return f"{order.name} has {MAX_PINS} pinned pictures already: take one out first."
            wanted = [*others, order.picture] if order.keep else others
            _write(writer, order, wanted)
    except AtlasError as error:
        return f"Nothing was {'pinned' if order.keep else 'taken out'}. {error}"
    return f"Pinned to {order.name}." if order.keep else f"No longer pinned to {order.name}."


def _write(writer: AtlasWriter, order: PinOrder, pictures: list[UnitPicture]) -> None:
    run = writer.begin(
        RunInfo("session", {"network": order.title}, data="the live view", versions={"deepvis": __version__})
    )
    best_first = sorted(pictures, key=lambda picture: -picture.score)
    ranked = tuple(replace(picture, kind=KIND, rank=rank) for rank, picture in enumerate(best_first))
    writer.put(UnitRecord(order.ref, (KIND,), ranked), run)
    writer.finish(run)


def _seen(picture: UnitPicture) -> object:
    return picture.facts.more.get("seen")
