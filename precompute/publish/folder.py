"""A folder that one command fills: it knows its own files, and says whether it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

from deepvis_app.files import atomic_write
from precompute.options import OptionError

MARKER = "made-by-deepvis.txt"
_HEAD = "deepvis-precompute "
_WHOLE = "finished"
_BROKEN = "UNFINISHED: this is being written, or was broken off; run the same command again to make it whole"


class FolderError(OptionError):
    """A folder cannot be written to; the message says what to do."""


class OutputFolder:
    """Writes files below `path` and keeps a list of them in MARKER, whose second line says whether all is there.

    A folder that has anything in it is taken only if the same `command` made it, or with `force`; then the files
    that are listed and not written again are removed at the end, and nothing else. Raises FolderError, OSError.
    """

    def __init__(self, path: Path, command: str, *, force: bool = False) -> None:
        self.path = path
        self._command = command
        self._force = force
        self._old: list[str] = []
        self._earlier: frozenset[str] = frozenset()  # the same, to look names up
        self._new: dict[str, None] = {}  # in the order of writing

    def __enter__(self) -> OutputFolder:
        if self.path.exists() and not self.path.is_dir():
            raise FolderError(f"{self.path} is a file; name a folder to write to.")
        if self.path.is_dir() and any(self.path.iterdir()):
            self._old = self._taken_over()
            self._earlier = frozenset(self._old)
        self.path.mkdir(parents=True, exist_ok=True)
        self._mark(_BROKEN, self._old)
        self._log = (self.path / MARKER).open("a", encoding="utf-8")
        return self

    def write(self, name: str, data: bytes) -> None:
        """`name` is relative, with "/" between its parts."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name not in self._new:  # listed before it is there: a broken-off file is known too
            self._log.write(f"{name}\n")
            self._log.flush()
            self._new[name] = None
        target.write_bytes(data)

    def keep(self, told: str, data: bytes, names: Sequence[str]) -> bool:
        """Whether an earlier run left the file `told` with just this content, which it writes after the files
        `names` that it tells of, and these; then all of them stay as if they had been written now.
        """
        wanted = [*names, told]
        if not set(wanted) <= self._earlier or not all((self.path / name).is_file() for name in wanted):
            return False
        if (self.path / told).read_bytes() != data:
            return False
        for name in wanted:
            if name not in self._new:
                self._log.write(f"{name}\n")
                self._new[name] = None
        return True

    @property
    def size(self) -> int:
        """Bytes of all files written, as they lie on the disk now."""
        return sum((self.path / name).stat().st_size for name in self._new)

    def finish(self) -> None:
        """All is there: remove what an earlier run left over, and say so in MARKER."""
        for name in self._old:
            if name not in self._new:
                self._remove(name)
        self._log.close()
        self._mark(_WHOLE, list(self._new))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.close()

    def _taken_over(self) -> list[str]:
        """The files of the folder that an earlier run of this command lists."""
        try:
            head, _, *names = (self.path / MARKER).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            head, names = "", []
        if head == _HEAD + self._command:
            return names
        if self._force:
            return []
        raise FolderError(
            f"{self.path} is not empty and was not made by {_HEAD}{self._command}; "
            "name another folder, or add --force to write into it."
        )

    def _mark(self, state: str, names: list[str]) -> None:
        text = "\n".join([_HEAD + self._command, state, *names, ""])
        with atomic_write(self.path / MARKER) as file:
            file.write(text.encode())

    def _remove(self, name: str) -> None:
        """The list lies in the folder and may have been changed by anybody: never reach outside."""
        parts = PurePosixPath(name).parts
        target = self.path / name
        inside = target.parent.resolve().is_relative_to(self.path.resolve())
        if ".." in parts or not inside or not (target.is_file() or target.is_symlink()):
            return
        target.unlink()
        for parent in list(target.relative_to(self.path).parents)[:-1]:
            folder = self.path / parent
            if any(folder.iterdir()):
                break
            folder.rmdir()
