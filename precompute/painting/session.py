"""The loop of a painting: a step, what was said meanwhile, a picture now and then."""

from __future__ import annotations

from pathlib import Path

from deepvis_app.render.pictures import PictureError
from precompute.generators.store import GeneratorError
from precompute.painting.easel import Easel
from precompute.painting.starts import Starts
from precompute.painting.telling import Teller
from precompute.painting.words import Words
from precompute.runner import STOPPED

_GLANCE_S = 0.5  # while it rests or is paused
WORDS = "poke, from FILE, again, pause, go, stop"


class Session:
    """Paints until all steps are done, then rests; ends when it is told to, or when nobody listens any more."""

    def __init__(self, easel: Easel, starts: Starts, teller: Teller, words: Words, what: str) -> None:
        self._easel, self._starts, self._teller, self._words, self._what = easel, starts, teller, words, what
        self._paused = self._resting = self._stopped = False

    def run(self) -> int:
        """Exit status 0 where the picture was finished, or 130 where it was stopped before."""
        self._begun()
        while not self._stopped and not self._words.over:
            word = self._words.take()
            if word is not None:
                self._obey(word)
            elif self._resting or self._paused:
                self._words.wait(_GLANCE_S)
            else:
                self._step()
        done = self._resting
        self._teller.end(
            "done" if done else "stopped", "Painted." if done else "Stopped before the last step."
        )
        return 0 if done else STOPPED

    def _begun(self) -> None:
        self._resting = False
        self._teller.start(self._easel.total, self._what, **self._starts.facts)

    def _step(self) -> None:
        self._easel.step()
        if not self._easel.over:
            if self._teller.due:
                self._teller.picture(self._easel.look())
            return
        look, wrong = self._easel.finished()
        self._teller.picture(look)
        for reason in wrong:
            self._teller.note(f"A picture could not be painted ({reason}): try again with another seed.")
        self._resting = True
        self._teller.resting()

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "stop":
            self._stopped = True
        elif word in ("pause", "go"):
            self._paused = word == "pause"
        elif word == "poke":
            self._easel.poke()
            self._resting = False
        elif word == "again":
            self._easel.begin(self._starts.again())
            self._begun()
        elif word == "from" and rest:
            self._from(Path(rest))
        else:
            self._teller.note(f"There is no word {line[:40]!r}; there are {WORDS}.")

    def _from(self, path: Path) -> None:
        """What cannot be the start is told, and the painting goes on as before."""
        try:
            self._easel.begin(self._starts.wish(path))
        except (PictureError, GeneratorError, ValueError) as error:
            self._teller.note(str(error))
            return
        self._begun()
