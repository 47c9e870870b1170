"""Every failure of an atlas is one sentence that says what is wrong and what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AtlasError(Exception):
    """An atlas cannot be used; the message is one sentence with the repair."""


class AtlasTroubleError(AtlasError):
    """The atlas is as it should be: another program holds it, or the disk fails or has no room."""


# SQLite's result code (https://www.sqlite.org/rescode.html) -> what a person reads after the file's name
_SENTENCES: dict[int, str] = {
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full: free some space and run the job again; "
    "every finished unit is kept.",
    sqlite3.SQLITE_READONLY_ROLLBACK: "was left in the middle of a write: run any job of deepvis-precompute on it, "
    "which repairs it.",
    sqlite3.SQLITE_READONLY: "cannot be written: give yourself the right to write it, or name another file "
    "with --atlas.",
    sqlite3.SQLITE_BUSY: "is locked by another program: close that program and try again.",
    sqlite3.SQLITE_LOCKED: "is locked by another program: close that program and try again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written because of a disk error: check the disk and its free space.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check its rights; if a file of the same name with -wal lies "
    "beside it, copy both into a folder that you can write.",
    sqlite3.SQLITE_PERM: "cannot be opened: give yourself the right to read it and its folder.",
    sqlite3.SQLITE_NOTADB: "is not a unit atlas: name another file, or move it away so that a new one is made.",
}
_TROUBLE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR
)  # fmt: skip
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_DAMAGED = "is damaged ({}): put back a copy, or move it away so that a new one is made."


@contextmanager
def sentences(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Whatever SQLite or the system says about `path` inside becomes an AtlasError."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake of ours
    except sqlite3.Error as error:
        raised = AtlasTroubleError if _code(error) & 0xFF in _TROUBLE else AtlasError
        raise raised(f"The atlas {path.name} {_of_sqlite(error)}") from error
    except OSError as error:
        raised = AtlasTroubleError if error.errno in _NO_ROOM else AtlasError
        raise raised(f"The atlas {path.name} {_of_system(error, writing)}") from error


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code


def _of_sqlite(error: sqlite3.Error) -> str:
    code = _code(error)
    return (
        _SENTENCES.get(code) or _SENTENCES.get(code & 0xFF) or _DAMAGED.format(error)
    )  # extended, or its base


def _of_system(error: OSError, writing: bool) -> str:
    if error.errno in _NO_ROOM:
        return _SENTENCES[sqlite3.SQLITE_FULL]
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _SENTENCES[sqlite3.SQLITE_READONLY if writing else sqlite3.SQLITE_PERM]
    return f"cannot be used: {error.strerror or error}."
