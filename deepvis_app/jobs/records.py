"""What is kept of every job on disk, so that the next window knows it."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from deepvis_app.files import atomic_write
from deepvis_app.jobs.spec import JobSpec, JobState

KEPT = 20  # finished jobs
_TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float), "bool": bool}


@dataclass(frozen=True)
class Record:
    """One job: `pid` and `birth` name its process (0 and "" before it has one), times are seconds since 1970."""

    key: str
    title: str
    words: list[str]
    gives_way: bool
    state: JobState
    sentence: str = ""
    pid: int = 0
    birth: str = ""
    host: str = ""
    started: float = 0.0
    ended: float = 0.0

    @property
    def spec(self) -> JobSpec:
        return JobSpec(self.title, tuple(self.words), self.gives_way)


@dataclass(frozen=True)
class Files:
    """The files of one job in a folder."""

    folder: Path
    key: str

    @property
    def record(self) -> Path:
        return self.folder / f"{self.key}.json"

    @property
    def out(self) -> Path:
        return self.folder / f"{self.key}.jsonl"

    @property
    def errors(self) -> Path:
        return self.folder / f"{self.key}.err.log"

    def remove(self) -> None:
        for path in (self.record, self.out, self.errors):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def save(files: Files, record: Record) -> None:
    """Raises OSError."""
    with atomic_write(files.record) as file:
        file.write(json.dumps(asdict(record), indent=1).encode())


def load(folder: Path) -> list[Record]:
    """The records of this computer's jobs, the oldest first; damaged ones and those of other computers not."""
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return [record for record in found if record is not None and record.host in ("", platform.node())]


def prune(folder: Path, kept: Iterable[str]) -> None:
    """Remove the files of all jobs but the `KEPT` newest and those in `kept`; keys sort by time."""
    stems = sorted({path.name.partition(".")[0] for path in folder.glob("[0-9]*.*") if path.is_file()})
    for key in set(stems[:-KEPT]) - set(kept):
        Files(folder, key).remove()


def _read(path: Path) -> Record | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**data)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    typed = all(
        isinstance(getattr(record, field.name), _TYPES[str(field.type)])
        for field in fields(Record)
        if str(field.type) in _TYPES
    )
    words = isinstance(record.words, list) and all(isinstance(word, str) for word in record.words)
    legal = typed and words and record.state in get_args(JobState) and record.key == path.stem
    return record if legal else None
