"""One writer a file: an operating system's lock, which no killed process can leave behind.

The lock is on a file beside the atlas, with the owner's process id in it. POSIX record locks are used, not `flock`,
because worker processes that a killed job forked would go on holding the latter.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from pathlib import Path

from deepvis_app.atlas.errors import AtlasError, AtlasTroubleError, sentences

_AGAIN_S = 0.05
_guard = threading.Lock()
_held: dict[Path, int] = {}  # lock file -> process id; record locks do not hold a process off from itself


class TakenError(AtlasTroubleError):
    """Another writer has the file."""


class WriterLock:
    """Held from the constructor to `release`. Raises TakenError with the owner's process id when it is taken and
    not let go of within `patience` seconds.
    """

    def __init__(self, atlas: Path, patience: float = 0.0) -> None:
        self._path = atlas.with_name(f"{atlas.name}.lock").resolve()
        deadline = time.monotonic() + patience
        while True:
            try:
                self._acquire(atlas)
                break
            except TakenError:
                if time.monotonic() >= deadline:
                    raise
            time.sleep(_AGAIN_S)

    def _acquire(self, atlas: Path) -> None:
        with _guard:
            if self._path in _held:  # opening and closing the file again would drop the lock
                raise _taken(atlas, str(_held[self._path]))
            self._file = self._take(atlas)
            _held[self._path] = os.getpid()

    def release(self) -> None:
        with _guard:
            if _held.pop(self._path, None) is None:
                return
            if sys.platform == "win32":  # an open file cannot be removed there
                os.close(self._file)
                with contextlib.suppress(OSError):
                    self._path.unlink()
            else:
                with contextlib.suppress(OSError):
                    self._path.unlink()
                os.close(self._file)

    def _take(self, atlas: Path) -> int:
        while True:
            with sentences(atlas, writing=True):
                file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(file)
            except OSError:
                owner = os.read(file, 20).decode(errors="replace").strip()
                os.close(file)
                raise _taken(atlas, owner) from None
            if self._is_still(file):
                self._sign(file, atlas)
                return file
            os.close(file)  # its last owner removed it between our opening and our locking

    def _is_still(self, file: int) -> bool:
        """Whether the open file is the one that lies there now."""
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(file), self._path.stat())
        return False

    def _sign(self, file: int, atlas: Path) -> None:
        """Raises AtlasError where not even a process id finds room: the atlas would not, either."""
        try:
            with sentences(atlas, writing=True):
                os.ftruncate(file, 0)
                os.write(file, f"{os.getpid()}\n".encode())
        except AtlasError:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(file)
            raise


def _taken(atlas: Path, owner: str) -> TakenError:
    who = f"process {owner}" if owner.isdigit() else "another process"
    return TakenError(
        f"The atlas {atlas.name} is being written by {who}: wait until that job is done, stop it, "
        "or name another file with --atlas."
    )


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 20  # locked bytes cannot be read there, so the lock lies behind the process id

    def _lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
