"""Painting children, and a painting in this process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from PIL import Image

from precompute.options import load
from precompute.painting.command import _parser, _session
from precompute.painting.telling import Teller
from precompute.painting.words import Words
from tests.conftest import ROOT

Event = dict[str, Any]


class Child:
    """A painting child: what it says, and words to it."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "precompute", "paint", "--device", "cpu", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._said, self._heard = self.process.stdin, self.process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.__exit__(kind, error, trace)

    def say(self, word: str) -> None:
        self._said.write(f"{word}\n".encode())
        self._said.flush()

    def leave(self) -> None:
        self._said.close()

    def until(self, *kinds: str) -> list[Event]:
        """All events up to the first of one of these kinds."""
        return list(self._events(kinds))

    def _events(self, kinds: tuple[str, ...]) -> Iterator[Event]:
        for line in self._heard:
            event: Event = json.loads(line)
            yield event
            if event["event"] in kinds:
                return
        raise AssertionError(f"it ended without {kinds}")

    def ended(self) -> tuple[int, str]:
        """Exit status, and what it wrote to standard error."""
        assert self.process.stderr is not None
        errors = self.process.stderr.read().decode()
        return self.process.wait(), errors


def picture(event: Event) -> Any:
    return np.array(Image.open(io.BytesIO(b64decode(event["png"]))))


class Leaving(Teller):
    """A teller whose listener goes when the painting rests."""

    def __init__(self, file: IO[str], listener: int) -> None:
        super().__init__(file)
        self._listener = listener

    def resting(self) -> None:
        super().resting()
        os.close(self._listener)


def painted(*words: str) -> list[Event]:
    """All that a painting says in this process, until it rests and nobody listens any more."""
    read, write = os.pipe()
    options = _parser().parse_args(["--device", "cpu", *words])
    file = io.StringIO()
    with Words(read) as heard:
        assert _session(options, load(options), Leaving(file, write), heard).run() == 0
    os.close(read)
    return [json.loads(line) for line in file.getvalue().splitlines()]
