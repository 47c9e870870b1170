"""deepvis doctor: is everything there that the program needs? One line each, with the cure.

What can crash or hang a process (Qt, OpenCV, camera drivers) is tried in a child process.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OLDEST_PYTHON = (3, 11)
_CHILD_SECONDS = 30.0
_REINSTALL = "install the program again, with pip install --force-reinstall and its folder"
_PACKAGES = (
    "numpy",
    "PIL",
    "platformdirs",
    "pyqtgraph",
    "safetensors",
    "skimage.data",
    "skimage.filters",
    "sklearn.datasets",
    "tqdm",
)
_FIRST_NETWORK = "caffenet64"

_QT = """
from PyQt6.QtCore import PYQT_VERSION_STR
from PyQt6.QtWidgets import QApplication
application = QApplication([])
print(PYQT_VERSION_STR)
print(application.platformName())
"""
_QT_PLUGINS = """
from PyQt6.QtCore import QLibraryInfo
print(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
"""
_OPENCV = """
import os
before = dict(os.environ)
from deepvis_app.live.cv import QT_VARIABLES, cv2
print(cv2.__version__)
print(*(name for name in QT_VARIABLES if os.environ.get(name) != before.get(name)))
"""
_IMPORTS = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        print(name, "-", *str(error).splitlines()[:1])
"""
_CAMERAS = """
from deepvis_app.live.cv import cv2
from deepvis_app.live.sources import list_cameras
for device in list_cameras():
    camera = cv2.VideoCapture(device.index)
    if camera.isOpened():
        print(device.index, device.name)
    camera.release()
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report; only FAIL means that the program cannot do its work."""

    status: Literal["ok", "warn", "FAIL"]
    what: str
    finding: str
    cure: str = ""

    def __str__(self) -> str:
        cure = f" {self.cure[0].upper()}{self.cure[1:]}." if self.cure else ""
        return f"{self.status:4}  {self.what}: {self.finding}.{cure}"


class ChildError(Exception):
    """A child process that failed; the message is what it said last, or what Qt said first."""


def main() -> int:
    """Print one line a check; exit code 1 if something needed is missing."""
    failed = False
    for check in CHECKS:
        finding = _run(check)
        failed |= finding.status == "FAIL"
        print(finding, flush=True)
    return 1 if failed else 0


def check_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return Finding("FAIL", "Python", f"{version} is too old", f"install Python {oldest} or newer")
    return Finding("ok", "Python", version)


def check_torch() -> Finding:
    import torch

    devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("Apple GPU (mps)")
    devices.append(f"CPU ({torch.get_num_threads()} threads)")
    return Finding("ok", "torch", f"{torch.__version__} on {', '.join(devices)}")


def check_torchvision() -> Finding:
    return Finding("ok", "torchvision", importlib.import_module("torchvision").__version__)


def check_packages() -> Finding:
    """What no other check imports; in a child, because a package that is only half there may end the process."""
    broken = child_lines(_IMPORTS, arguments=_PACKAGES)
    if broken:
        return Finding("FAIL", "packages", "; ".join(broken), _REINSTALL)
    return Finding("ok", "packages", "complete")


def check_qt() -> Finding:
    """Start Qt for real: without a display on its offscreen platform, as the screenshot command does."""
    shown = has_display()
    environment = {} if shown else {"QT_QPA_PLATFORM": "offscreen"}
    try:
        version, platform = child_lines(_QT, environment)[:2]
    except ChildError as error:
        cure = "install what the next line names" if shown else "install PyQt6 and the libraries named here"
        return Finding("FAIL", "Qt", f"does not start ({error})", cure)
    if not shown:
        cure = "without a screen only --screenshot works; set DISPLAY or log in at the desktop for the window"
        return Finding("warn", "Qt", f"PyQt6 {version}, but there is no display", cure)
    return Finding("ok", "Qt", f"PyQt6 {version} on {platform}")


def check_qt_libraries() -> Finding:
    """The system libraries that Qt's X11 plug-in needs; only Linux leaves them to the user."""
    what = "Qt system libraries"
    ldd = shutil.which("ldd")
    if not sys.platform.startswith("linux") or ldd is None:
        return Finding("ok", what, "nothing to check here")
    plugin = Path(child_lines(_QT_PLUGINS)[0]) / "platforms" / "libqxcb.so"
    listing = subprocess.run(
        [ldd, plugin], capture_output=True, text=True, timeout=_CHILD_SECONDS, check=False
    )
    missing = missing_libraries(listing.stdout)
    if not missing:
        return Finding("ok", what, "complete")
    cure = f"on Debian or Ubuntu: sudo apt install {' '.join(map(debian_package, missing))}"
    return Finding(
        "FAIL" if os.environ.get("DISPLAY") else "warn", what, f"missing {', '.join(missing)}", cure
    )


def check_opencv() -> Finding:
    version, changed = [*child_lines(_OPENCV), ""][:2]
    if changed:
        cure = "report this: OpenCV would send Qt to plug-ins of its own"
        return Finding("FAIL", "OpenCV", f"{version} changes {changed}", cure)
    return Finding("ok", "OpenCV", version)


def check_cameras() -> Finding:
    """Open every camera for a moment; having none is no failure, because there are other sources."""
    cameras = child_lines(_CAMERAS)
    if not cameras:
        cure = "plug one in and allow access to it, or use pictures and videos"
        return Finding("warn", "cameras", "none that can be opened", cure)
    return Finding("ok", "cameras", f"{len(cameras)} ({', '.join(cameras)})")


def check_bundled() -> Finding:
    """The network of the first start: there, readable, and with the hash of its card where that states one."""
    from deepvis_app.files import assets_folder, file_sha256
    from deepvis_app.models.weights import WeightsError, read_state_dict

    what, path = "bundled network", assets_folder() / "models" / f"{_FIRST_NETWORK}.safetensors"
    try:
        count = sum(tensor.numel() for tensor in read_state_dict(path).values())
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (WeightsError, OSError, ValueError) as error:
        return Finding("FAIL", what, str(error).rstrip("."), _REINSTALL)
    if card.get("weights_sha256") not in (None, file_sha256(path)):
        return Finding("FAIL", what, f"{path} is not the file that its card describes", _REINSTALL)
    return Finding("ok", what, f"{_FIRST_NETWORK}, {count / 1e6:.1f} million weights")


def check_installed() -> Finding:
    from deepvis_app.models import weights

    damaged = weights.check()
    if damaged:
        return Finding("warn", "installed networks", damaged[0], "see deepvis-setup check")
    names = ", ".join(record.name for record in weights.records())
    return Finding("ok", "installed networks", names or "none (more with deepvis-setup install NAME)")


def check_folders() -> Finding:
    from deepvis_app.files import cache_folder, config_folder, data_folder

    cure = "make it writable, or set DEEPVIS_HOME to a folder that is"
    for folder in (data_folder(), config_folder(), cache_folder()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"deepvis")
        except OSError as error:
            return Finding("FAIL", "folders", f"cannot write to {folder} ({error.strerror})", cure)
    return Finding("ok", "folders", f"writable, data in {data_folder()}")


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_torch,
    check_torchvision,
    check_packages,
    check_qt,
    check_qt_libraries,
    check_opencv,
    check_cameras,
    check_bundled,
    check_installed,
    check_folders,
)


def has_display() -> bool:
    """Whether a window can be shown; only Linux runs without."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries(listing: str) -> list[str]:
    """The libraries that an ldd listing marks as not found, each once, in order."""
    return list(dict.fromkeys(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)))


def debian_package(library: str) -> str:
    """Debian's name for a library's package: libxcb-icccm.so.4 -> libxcb-icccm4 (Debian policy, section 8.1)."""
    stem, _, version = library.lower().partition(".so.")
    return f"{stem}-{version}" if stem[-1:].isdigit() else f"{stem}{version}"


def child_lines(
    code: str, environment: dict[str, str] | None = None, arguments: Sequence[str] = ()
) -> list[str]:
    """The lines that `code` prints in a Python process of its own. Raises ChildError."""
    package_parent = str(Path(__file__).parent.parent)
    search = os.pathsep.join(filter(None, (package_parent, os.environ.get("PYTHONPATH"))))
    variables = {**os.environ, "PYTHONPATH": search, **(environment or {})}
    command = [sys.executable, "-c", code, *arguments]
    try:
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=_CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"no answer in {_CHILD_SECONDS:g} seconds") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        reason = next((line for line in said if line.startswith("qt.qpa")), said[-1])
        raise ChildError(reason.rstrip("."))
    return done.stdout.splitlines()


def _run(check: Callable[[], Finding]) -> Finding:
    """A check that breaks is a finding as well: a doctor must not fall ill."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - anything may be broken on the machine that is examined
        what = check.__name__.removeprefix("check_").replace("_", " ")
        return Finding("FAIL", what, str(error).rstrip(".") or type(error).__name__, _REINSTALL)


if __name__ == "__main__":
    sys.exit(main())
