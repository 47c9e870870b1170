"""The command on a small network, and a bench of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepvis_app.messages import UnitStats
from precompute.command import execute
from precompute.comparison import command
from precompute.comparison.bench import Bench, Real
from precompute.studies import networks
from tests.precompute.studies.small import desk, generator, network, picture

STATS = UnitStats(100, 0.0, 1.0, ((0.0, -1.0), (0.5, 0.0), (1.0, 2.0)), 0.5)


def compare(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    """`compare` of network 0 with its own small generator; networks on the command line are seeds.

    The word "--window" stands for no --out: it writes where the window looks.
    """
    monkeypatch.setattr(command, "load", lambda options: network())
    monkeypatch.setattr(
        networks, "open_networks", lambda texts, device: [network(int(text)) for text in texts]
    )
    painter = folder / "small.safetensors"
    if not painter.exists():
        generator(folder, network())
    out = ["--out", str(folder / "out")] if "--window" not in words else []
    given = [word for word in words if word != "--window"]
    return execute(command.JOB, [*given, *out, "--size", "48", "--generator", str(painter)])


def bench(folder: Path, *, real: bool = True) -> Bench:
    """Units 0 and 2 of the classes, seeds 0 and 1; five real pictures of unit 0."""
    at = desk("quality", folder, network())
    pixels = np.stack([picture(0, index) for index in range(5)])
    names = tuple(f"{index}.png" for index in range(5))
    reals = {0: Real(names, pixels, np.arange(5, dtype=np.float32), (picture(0, 0),))} if real else {}
    return Bench(at, (0, 0, 32, 32), None, {0: STATS}, reals)
