"""Fetch one file by HTTP so that a cut connection can be continued and a wrong file is never kept.

Bytes go to TARGET.part; TARGET.part.json remembers which version of the server's file they belong to. Only a
whole file with the right hash is moved to TARGET.
"""

from __future__ import annotations

import errno
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from deepvis_app.files import atomic_write, file_sha256

Progress = Callable[[int, int], None]  # bytes so far, bytes in all (0: the server does not say)

_BLOCK = 1 << 18
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.\w+$")  # torchvision's habit: resnet18-f37072fd.pth


class DownloadError(Exception):
    """A download that failed; the message is one sentence for people."""


class _TryAgainError(Exception):
    """A failure that may pass: the message says what happened, without what to do."""


@dataclass(frozen=True)
class Patience:
    """How hard to try: attempts in all, seconds without a byte, seconds before the second attempt (doubled)."""

    attempts: int = 4
    timeout: float = 30.0
    pause: float = 1.0


@dataclass(frozen=True)
class _Version:
    """What tells one version of the server's file from another; `total` is 0 where the server is silent."""

    url: str
    validator: str  # the ETag, else Last-Modified, else nothing
    total: int


def hash_in_name(url: str) -> str:
    """The beginning of the file's SHA-256 where the file name states it (torchvision's habit), else ''."""
    found = _HASH_IN_NAME.search(urlsplit(url).path)
    return found.group(1) if found else ""


def download(
    url: str,
    target: Path,
    *,
    expected: str = "",
    progress: Progress = lambda _done, _total: None,
    patience: Patience | None = None,
) -> str:
    """Fetch `url` into `target` and give the SHA-256 of the whole file, in hex.

    `expected` is that hash or how it begins; without it the one in the file's name counts, if there is one.
    A `.part` file of an earlier attempt is continued when the server still has the same version.
    Raises DownloadError; `target` is then untouched.
    """
    patience = patience or Patience()
    expected = expected or hash_in_name(url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise DownloadError(f"{url} is not an http or https address.")
    fetch = _Fetch(url, target, progress, patience.timeout)
    for attempt in range(patience.attempts):
        if attempt:
            time.sleep(patience.pause * 2 ** (attempt - 1))
        try:
            fetch.attempt()
            return fetch.finish(expected)
        except _TryAgainError as error:
            problem = str(error)
    kept = " (what has arrived is kept and will be continued)" if fetch.part.is_file() else ""
    raise DownloadError(f"{problem}; tried {patience.attempts} times, please run it again later{kept}.")


class _Fetch:
    """One file on its way: the part on disk and the version it belongs to."""

    def __init__(self, url: str, target: Path, progress: Progress, timeout: float) -> None:
        self._url, self._target, self._progress, self._timeout = url, target, progress, timeout
        self._host = urlsplit(url).hostname or url
        self.part = target.with_name(target.name + ".part")
        self._notes = target.with_name(target.name + ".part.json")
        self._resumed = False

    def attempt(self) -> None:
        """Fetch what is missing into the part. Raises DownloadError, or _TryAgainError when it may pass."""
        with self._open() as response:
            done, version = self._where(response)
            with _writing(self.part):
                if not done:  # before the note, so that old bytes never stand beside a new version
                    self._forget()
                self._note(version)
                with self.part.open("r+b" if done else "wb") as file:
                    file.seek(done)
                    for block in self._blocks(response):
                        file.write(block)
                        done += len(block)
                        self._progress(done, version.total)
        if version.total and done != version.total:
            raise _TryAgainError(
                f"The connection to {self._host} was cut after {done} of {version.total} bytes"
            )

    def finish(self, expected: str) -> str:
        """Check the whole part and move it to its place. Raises like `attempt`."""
        actual = file_sha256(self.part)
        if not actual.startswith(expected.lower()):
            self._forget()
            short = actual[: len(expected)]
            problem = f"{self._url} is not the expected file (its SHA-256 is {short}, not {expected})"
            if self._resumed:  # the old part may be to blame: a fresh attempt decides
                raise _TryAgainError(problem)
            raise DownloadError(f"{problem}; nothing was kept.")
        with _writing(self._target):
            self.part.replace(self._target)
            self._notes.unlink(missing_ok=True)
        return actual

    def _open(self) -> HTTPResponse:
        """Ask for the rest when there is a part of a known version, else for the whole file."""
        request = Request(self._url, headers={"User-Agent": "deepvis-setup"})
        noted, have = self._noted(), self._have()
        if noted and noted.validator and have:
            request.add_header("Range", f"bytes={have}-")
            request.add_header("If-Range", noted.validator)
        try:
            response: HTTPResponse = urlopen(request, timeout=self._timeout)
        except HTTPError as error:
            error.close()
            raise self._refusal(error.code) from error
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error
        return response

    def _where(self, response: HTTPResponse) -> tuple[int, _Version]:
        """At which byte the answer begins, and what it is a version of."""
        headers = response.headers
        validator = headers.get("ETag") or headers.get("Last-Modified") or ""
        if response.status != HTTPStatus.PARTIAL_CONTENT:  # the whole file, asked for or not
            self._resumed = False
            return 0, _Version(self._url, validator, response.length or 0)
        span = _CONTENT_RANGE.fullmatch(headers.get("Content-Range") or "")
        begin, total = (int(span[1]), int(span[2])) if span else (-1, 0)
        version = _Version(self._url, validator, total)
        if begin != self._have() or version != self._noted():
            self._forget()
            raise _TryAgainError(f"{self._url} changed while it was being fetched")
        self._resumed = True
        return begin, version

    def _blocks(self, response: HTTPResponse) -> Iterator[bytes]:
        try:
            while block := response.read1(_BLOCK):  # what is there: a stall loses nothing
                yield block
        except TimeoutError as error:
            raise _TryAgainError(f"{self._host} stopped sending") from error
        except (OSError, HTTPException) as error:
            raise _TryAgainError(f"The connection to {self._host} was cut") from error

    def _refusal(self, code: int) -> Exception:
        if code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._forget()
            return _TryAgainError(f"{self._url} changed while it was being fetched")
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code == HTTPStatus.TOO_MANY_REQUESTS:
            return _TryAgainError(f"{self._host} has a problem of its own (HTTP {code})")
        if code == HTTPStatus.NOT_FOUND:
            return DownloadError(f"{self._url} does not exist (HTTP 404); it may have moved.")
        return DownloadError(f"{self._host} refused {self._url} (HTTP {code}).")

    def _unreachable(self, error: Exception) -> Exception:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, socket.gaierror):
            return DownloadError(f"Cannot find {self._host}: check the network connection.")
        if isinstance(reason, TimeoutError):
            return _TryAgainError(f"{self._host} did not answer in {self._timeout:g} seconds")
        return _TryAgainError(f"Cannot reach {self._host} ({reason})")

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _noted(self) -> _Version | None:
        try:
            version = _Version(**json.loads(self._notes.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return version if version.url == self._url else None

    def _note(self, version: _Version) -> None:
        with atomic_write(self._notes) as file:
            file.write(json.dumps(asdict(version)).encode())

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Errors of the disk, in one sentence; errors of the network are other types and pass."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            problem = f"The disk with {path.parent} is full; make room and run it again"
        else:
            problem = f"Cannot write {path} ({error.strerror}); make the folder writable and run it again"
        raise DownloadError(f"{problem}.") from error
