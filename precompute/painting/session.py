"""The loop of a painting: a step, what was said meanwhile, a picture now and then."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepvis_app.render.pictures import PictureError
from precompute.generators.store import GeneratorError
from precompute.memory import give_back
from precompute.options import OptionError
from precompute.painting.choices import CHANGES, changed
from precompute.painting.easel import Easel
from precompute.painting.studio import Studio
from precompute.painting.telling import Teller
from precompute.painting.words import Words
from precompute.runner import STOPPED

_GLANCE_S = 0.5  # while it rests or is paused
WORDS = "poke, from FILE, again, unit LAYER:UNIT, method NAME, pictures N, pause, go, stop"


class Session:
    """Paints until all steps are done, then rests; ends when it is told to, or when nobody listens any more."""

    def __init__(self, studio: Studio, options: argparse.Namespace, teller: Teller, words: Words) -> None:
        """Raises OptionError, GeneratorError, PictureError."""
        self._studio, self._options, self._teller, self._words = studio, options, teller, words
        self._setting = studio.setting(options)
        self._heard = 0  # words
        self._paused = self._resting = self._stopped = False

    @property
    def _easel(self) -> Easel:
        return self._setting.easel

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
        answer = {"heard": self._heard} if self._heard else {}
        self._teller.start(self._easel.total, self._setting.what, **self._setting.starts.facts, **answer)

    def _refuse(self, why: str) -> None:
        """The painting goes on as before."""
        self._teller.note(why, heard=self._heard)

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
        give_back()

    def _obey(self, line: str) -> None:
        self._heard += 1
        word, _, rest = line.partition(" ")
        if word == "stop":
            self._stopped = True
        elif word in ("pause", "go"):
            self._paused = word == "pause"
        elif word == "poke":
            self._easel.poke()
            self._resting = False
        elif word == "again":
            self._easel.begin(self._setting.starts.again())
            self._begun()
        elif word == "from" and rest:
            self._from(Path(rest))
        elif word in CHANGES:
            self._change(word, line)
        else:
            self._refuse(f"There is no word {line[:40]!r}; there are {WORDS}.")

    def _from(self, path: Path) -> None:
        """Begin at that picture, unless another one follows: then its file may be gone already."""
        if self._words.follows("from"):
            return
        try:
            self._easel.begin(self._setting.starts.wish(path))
        except (PictureError, GeneratorError, ValueError) as error:
            self._refuse(str(error))
            return
        self._begun()

    def _change(self, word: str, line: str) -> None:
        """Paint something else, unless that is to be changed once more at once."""
        if self._words.follows(word):
            return
        try:
            options = changed(self._options, line)
            self._setting = self._studio.setting(options)
        except (OptionError, PictureError, GeneratorError) as error:
            self._refuse(str(error))
            return
        self._options = options
        self._begun()
