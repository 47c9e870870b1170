from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepvis_app import doctor, files
from deepvis_app.doctor import ChildError, Finding
from deepvis_app.files import file_sha256
from deepvis_app.models import weights

LDD = """\
	linux-vdso.so.1 (0x00007ffd)
	libxcb-icccm.so.4 => not found
	libX11-xcb.so.1 => /lib/libX11-xcb.so.1 (0x00007f)
	libxkbcommon-x11.so.0 => not found
	libxcb-icccm.so.4 => not found
"""


def good() -> Finding:
    return Finding("ok", "good", "fine")


def careless() -> Finding:
    return Finding("warn", "odd", "strange", "look at it")


def check_broken_thing() -> Finding:
    raise ImportError("libfoo.so.1: cannot open shared object file")


def bundle(folder: Path, card: object) -> Path:
    path = folder / "models" / "caffenet64.safetensors"
    path.parent.mkdir()
    save_file({"conv1.weight": torch.ones(10)}, path)
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


def children(monkeypatch: pytest.MonkeyPatch, answer: list[str] | ChildError) -> None:
    """Every child process prints `answer`, or fails so."""

    def child(code: str, *_: object, **__: object) -> list[str]:
        if isinstance(answer, ChildError):
            raise answer
        return answer

    monkeypatch.setattr(doctor, "child_lines", child)


def test_warnings_do_not_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (good, careless))
    assert doctor.main() == 0
    assert capsys.readouterr().out == "ok    good: fine.\nwarn  odd: strange. Look at it.\n"


def test_a_check_that_breaks_fails_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (check_broken_thing, good))
    assert doctor.main() == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("FAIL  broken thing: libfoo.so.1: cannot open shared object file. ")
    assert second == "ok    good: fine."


def test_every_check_is_in_the_table() -> None:
    named = [check for name, check in vars(doctor).items() if name.startswith("check_")]
    assert list(doctor.CHECKS) == named


def test_an_old_python_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.check_python().status == "ok"
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    finding = doctor.check_python()
    assert str(finding) == "FAIL  Python: 3.10.4 is too old. Install Python 3.11 or newer."


def test_torch_tells_its_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"GPU {number}")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    finding = doctor.check_torch()
    assert finding.status == "ok"
    assert "on GPU 0, Apple GPU (mps), CPU (" in finding.finding


def test_a_torchvision_that_cannot_be_imported_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(importlib, "import_module", broken)
    monkeypatch.setattr(doctor, "CHECKS", (doctor.check_torchvision,))
    assert doctor.main() == 1
    assert "torchvision: operator torchvision::nms does not exist. Install" in capsys.readouterr().out


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_is_either_of_x11_or_wayland(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not doctor.has_display()
    monkeypatch.setenv(variable, ":0")
    assert doctor.has_display()


def test_other_systems_always_have_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert doctor.has_display()


def test_without_a_display_only_screenshots_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "has_display", lambda: False)
    finding = doctor.check_qt()  # starts Qt for real, on its offscreen platform
    assert finding.status == "warn"
    assert "only --screenshot works" in finding.cure


@pytest.mark.parametrize("shown", [True, False])
def test_a_qt_that_does_not_start_fails(monkeypatch: pytest.MonkeyPatch, shown: bool) -> None:
    monkeypatch.setattr(doctor, "has_display", lambda: shown)
    children(monkeypatch, ChildError("ImportError: libEGL.so.1: cannot open shared object file"))
    finding = doctor.check_qt()
    assert finding.status == "FAIL"
    assert "libEGL.so.1" in finding.finding


def test_with_a_display_qt_tells_its_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "has_display", lambda: True)
    children(monkeypatch, ["6.9.0", "wayland"])
    assert str(doctor.check_qt()) == "ok    Qt: PyQt6 6.9.0 on wayland."


def test_missing_libraries_are_listed_once() -> None:
    assert doctor.missing_libraries(LDD) == ["libxcb-icccm.so.4", "libxkbcommon-x11.so.0"]


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libEGL.so.1", "libegl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
    ],
)
def test_libraries_have_debian_packages(library: str, package: str) -> None:
    assert doctor.debian_package(library) == package


@pytest.mark.parametrize(("display", "status"), [(":0", "FAIL"), ("", "warn")])
def test_missing_libraries_fail_only_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, display: str, status: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/ldd")
    children(monkeypatch, ["/plugins"])
    done = subprocess.CompletedProcess([], 0, stdout=LDD)
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: done)
    finding = doctor.check_qt_libraries()
    assert finding.status == status
    assert finding.cure.endswith("sudo apt install libxcb-icccm4 libxkbcommon-x11-0")


def test_opencv_is_imported_and_leaves_qt_alone() -> None:
    finding = doctor.check_opencv()
    assert finding.status == "ok", finding


def test_an_opencv_that_redirects_qt_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    children(monkeypatch, ["4.10.0", "QT_QPA_FONTDIR"])
    finding = doctor.check_opencv()
    assert finding.status == "FAIL"
    assert "QT_QPA_FONTDIR" in finding.finding


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ([], "warn  cameras: none that can be opened. Plug one in and allow access to it, "),
        (["0 HD Webcam", "2 Microscope"], "ok    cameras: 2 (0 HD Webcam, 2 Microscope)."),
    ],
)
def test_cameras_are_counted(monkeypatch: pytest.MonkeyPatch, answer: list[str], line: str) -> None:
    children(monkeypatch, answer)
    assert str(doctor.check_cameras()).startswith(line)


def test_the_bundled_network_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "assets_folder", lambda: tmp_path)
    path = bundle(tmp_path, {})
    path.with_suffix(".json").write_text(json.dumps({"weights_sha256": file_sha256(path)}))
    assert doctor.check_bundled().status == "ok"


def test_a_missing_bundled_network_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "assets_folder", lambda: tmp_path)
    finding = doctor.check_bundled()
    assert finding.status == "FAIL"
    assert "There is no weights file" in finding.finding


def test_a_changed_or_truncated_bundled_network_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "assets_folder", lambda: tmp_path)
    path = bundle(tmp_path, {"weights_sha256": "00"})
    assert "not the file that its card describes" in doctor.check_bundled().finding
    path.write_bytes(path.read_bytes()[:50])
    assert "damaged" in doctor.check_bundled().finding
    assert doctor.check_bundled().status == "FAIL"


def test_installed_networks_are_named_and_damaged_ones_told() -> None:
    assert "none (more with deepvis-setup" in doctor.check_installed().finding
    weights.install_state("alexnet", {"a": torch.ones(2)}, "here", "")
    assert str(doctor.check_installed()) == "ok    installed networks: alexnet."
    (weights.store_folder() / "alexnet.safetensors").write_bytes(b"x")
    assert doctor.check_installed().status == "warn"


def test_folders_are_tried(home: Path) -> None:
    assert doctor.check_folders().status == "ok"
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_fails(home: Path) -> None:
    home.write_text("a file in the way")
    finding = doctor.check_folders()
    assert finding.status == "FAIL"
    assert "DEEPVIS_HOME" in finding.cure


def test_a_child_process_gives_its_lines() -> None:
    assert doctor.child_lines("import os; print(1); print(os.environ['A'])", {"A": "b c"}) == ["1", "b c"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ImportError('no libGL.so.1.')", "ImportError: no libGL.so.1"),
        ("import sys; sys.exit('qt.qpa.plugin: no xcb.\\nmore')", "qt.qpa.plugin: no xcb"),
        ("import os; os._exit(3)", "exit code 3"),
    ],
)
def test_a_child_process_that_fails_says_why(code: str, message: str) -> None:
    with pytest.raises(ChildError) as caught:
        doctor.child_lines(code)
    assert str(caught.value) == message


def test_a_child_process_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_CHILD_SECONDS", 0.3)
    with pytest.raises(ChildError, match="no answer"):
        doctor.child_lines("import time; time.sleep(30)")


@pytest.mark.slow
def test_the_whole_examination_runs(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor.CHECKS)
    assert all(line.startswith(("ok    ", "warn  ", "FAIL  ")) for line in lines)
