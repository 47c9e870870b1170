"""What nobody expected: written to the log, told in the window, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from deepvis_app.files import data_folder

LOG_NAME = "deepvis.log"
_LOG_BYTES = 1_000_000
_log = logging.getLogger("deepvis")


def log_folder() -> Path:
    return data_folder() / "log"


class Errors:
    """Takes the place of `sys.excepthook` (and the threads') from `install` to `restore`.

    Sentences for the window are handed out by `take`, in the window's own thread. An error that comes with
    every frame is logged once, and told once until the person has dismissed it.
    """

    def __init__(self, interrupted: Callable[[], None]) -> None:
        self._interrupted = interrupted
        self._sentences: deque[str] = deque(maxlen=20)
        self._seen: set[tuple[str, str, int]] = set()
        self._handler: logging.Handler | None = None

    def install(self) -> None:
        self._old = sys.excepthook, threading.excepthook
        sys.excepthook = self._from_main
        threading.excepthook = self._from_thread
        self._handler = _handler(log_folder())
        _log.addHandler(self._handler)

    def restore(self) -> None:
        """Put everything back; may be called twice."""
        if self._handler is not None:
            sys.excepthook, threading.excepthook = self._old
            _log.removeHandler(self._handler)
            self._handler.close()
            self._handler = None

    def report(self, error: BaseException) -> None:
        """Log an error with its traceback and keep a sentence about it."""
        place = _innermost(error.__traceback__)
        key = (repr(error), *place)
        if key in self._seen:
            return
        self._seen.add(key)
        _log.error("unexpected error", exc_info=error)
        self._sentences.append(
            f"Something went wrong ({type(error).__name__}: {error}). DeepVis goes on; "
            f"the details are in {log_folder() / LOG_NAME}."
        )

    def take(self) -> str | None:
        """The oldest sentence that has not been told yet."""
        return self._sentences.popleft() if self._sentences else None

    def forget(self) -> None:
        """The person has read: the same error counts as new."""
        self._seen.clear()

    def _from_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        del kind
        if isinstance(error, KeyboardInterrupt):
            self._interrupted()
        else:
            self.report(error.with_traceback(trace))

    def _from_thread(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self.report(caught.exc_value)


def _handler(folder: Path) -> logging.Handler:
    """A log file that never grows beyond two files; standard error where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / LOG_NAME, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


def _innermost(trace: TracebackType | None) -> tuple[str, int]:
    """File and line where an error was raised."""
    if trace is None:
        return "", 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno
