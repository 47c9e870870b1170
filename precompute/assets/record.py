"""What is known of the steps that were made: kept beside the assets, so that they need not be made again."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from deepvis_app.files import atomic_write

FILE = "build.json"


@dataclass(frozen=True)
class Entry:
    """Of one step. `seconds` are those of all its parts, or None for a result that came from elsewhere."""

    key: str
    finished: bool = False
    seconds: float | None = 0.0
    bytes: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)
    machine: str = ""


def machine() -> str:
    """The processor in words, and how many of its cores there are."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not on Linux: the short name must do
    return f"{name}, {os.cpu_count()} cores"


def digest(keys: Mapping[str, str]) -> str:
    """One key for several steps."""
    return sha256(json.dumps(keys, sort_keys=True).encode()).hexdigest()


def read(assets: Path) -> dict[str, Entry]:
    """By step; what cannot be read counts as not there."""
    try:
        held = json.loads((assets / FILE).read_text(encoding="utf-8"))["steps"]
        return {name: Entry(**entry) for name, entry in held.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(assets: Path, entries: Mapping[str, Entry]) -> None:
    """Whole or not at all. Raises OSError."""
    steps = {name: asdict(entry) for name, entry in entries.items()}
    with atomic_write(assets / FILE) as file:
        file.write((json.dumps({"steps": steps}, indent=1) + "\n").encode())


def table(entries: Mapping[str, Entry], names: Sequence[str]) -> list[str]:
    """A line for each of the steps."""
    rows = [("step", "seconds", "MB", "")]
    for name in names:
        entry = entries.get(name)
        if entry is None or not entry.finished:
            rows.append((name, "-", "-", "not made yet"))
            continue
        seconds = "-" if entry.seconds is None else f"{entry.seconds:.0f}"
        told = ", ".join(f"{key} {value}" for key, value in entry.figures.items())
        rows.append((name, seconds, f"{entry.bytes / 1e6:.1f}", told))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip()
        for row in rows
    ]
