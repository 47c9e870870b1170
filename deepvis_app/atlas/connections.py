"""Opening atlas files: read-only without leaving a trace, or for writing; never believed before the checks."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from deepvis_app.atlas.errors import AtlasError

MAX_BLOB = 1 << 20  # bytes of a picture; no row of ours has twice as many
_WAIT = 2.0  # seconds that a reader waits for another process's lock


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises AtlasError where there is no file, sqlite3.Error otherwise."""
    if not path.is_file():
        raise AtlasError(f"There is no atlas {path}: make one with deepvis-precompute.")
    connection = _connect(reading_uri(path), _WAIT)
    connection.execute("PRAGMA query_only = ON")
    return connection


def reading_uri(path: Path) -> str:
    """The name under which SQLite opens the file without ever writing.

    A file in a folder that cannot be written is opened as one that nobody changes, since SQLite could not put its
    lock files there. The file itself is never opened beside SQLite: closing it would drop the locks that
    this process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    fixed = not os.access(path.parent, os.W_OK) and not wal_of(path).exists()
    return f"{path.resolve().as_uri()}?mode=ro" + ("&immutable=1" if fixed else "")


def open_writing(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists, for the holder of its lock. Raises AtlasError, sqlite3.Error."""
    if not path.is_file():
        raise AtlasError(f"{path} is not a file: name another one with --atlas.")
    if not os.access(path, os.W_OK):
        raise AtlasError(
            f"The atlas {path.name} cannot be written: give yourself the right to write it, "
            "or name another file with --atlas."
        )
    return _connect(f"{path.resolve().as_uri()}?mode=rw", 5 * _WAIT)


def set_journal(connection: sqlite3.Connection, mode: str, patience: float) -> bool:
    """Switch the journal to "wal" or "delete", waiting up to `patience` seconds for readers to be done."""
    deadline = time.monotonic() + patience
    while True:
        try:
            (now,) = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
        except sqlite3.OperationalError:
            now = ""
        if now == mode or time.monotonic() > deadline:
            return bool(now == mode)
        time.sleep(0.01)


def wal_of(path: Path) -> Path:
    """Where SQLite keeps what is not folded into the file yet."""
    return path.with_name(f"{path.name}-wal")


def _connect(uri: str, timeout: float) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    connection.text_factory = lambda data: data.decode(errors="replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MAX_BLOB)
    try:
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
