"""Child processes on the three systems: starting one that outlives the window, and knowing it again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_NICE = 5  # the live pictures go first, without starving the job


def start(words: Sequence[str], cwd: Path, out: Path, errors: Path) -> subprocess.Popen[bytes]:
    """Start a child that no terminal and no window takes with it. Raises OSError.

    Its output goes to the two new files, so that it never writes into a broken pipe.
    """
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    with out.open("xb") as out_file, errors.open("xb") as error_file:
        child = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=out_file,
            stderr=error_file,
            bufsize=0,
            cwd=cwd,
            env=environment,
            **_detached(),
        )
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it may be gone already
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)
    return child


def birth(pid: int) -> str:
    """What tells this process from any other that had or will have its number; "" when there is none."""
    if sys.platform == "win32":
        return _windows_birth(pid)
    else:  # noqa: RET505 (mypy follows it only so)
        return _linux_birth(pid) if sys.platform == "linux" else _unix_birth(pid)


def ask_to_stop(pid: int) -> None:
    """SIGTERM: on Windows this ends the process at once."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM)


def kill(pid: int) -> None:
    """End the process and what it started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        else:
            os.killpg(pid, signal.SIGKILL)


def _detached() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return {"creationflags": flags | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True}


def _linux_birth(pid: int) -> str:
    """Clock ticks since the start of the system (field 22 of /proc/PID/stat), and which start that was."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def _unix_birth(pid: int) -> str:
    ps = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = ps.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


if sys.platform == "win32":

    def _windows_birth(pid: int) -> str:
        import ctypes
        from ctypes import wintypes

        query, running = 0x1000, 259  # PROCESS_QUERY_LIMITED_INFORMATION, STILL_ACTIVE
        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = wintypes.HANDLE(kernel.OpenProcess(query, False, pid))
        if not handle:
            return ""
        times = [wintypes.FILETIME() for _ in range(4)]
        code = wintypes.DWORD()
        kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times))
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return f"{times[0].dwHighDateTime}:{times[0].dwLowDateTime}" if code.value == running else ""
