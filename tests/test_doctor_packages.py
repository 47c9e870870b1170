"""The doctor looks at every package that the program needs, and needs none of them itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deepvis_app import doctor
from tests.conftest import ROOT


@pytest.mark.parametrize("name", ["platformdirs", "pyqtgraph", "skimage"])
def test_a_package_that_cannot_be_imported_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{name}.py").write_text("raise ImportError('libfoo.so.1 is missing')")
    monkeypatch.setattr(doctor, "_PACKAGES", (name, "json", "tqdm"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    finding = doctor.check_packages()
    assert (finding.status, finding.finding) == ("FAIL", f"{name} - libfoo.so.1 is missing")


def test_every_package_that_the_program_needs_is_imported_by_some_check() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=]", line)[0] for line in project["dependencies"]}
    own_check = {"torch", "torchvision", "PyQt6", "opencv-python"}
    modules = {"pillow": "PIL", "scikit-image": "skimage", "scikit-learn": "sklearn"}
    imported = {package.partition(".")[0] for package in doctor._PACKAGES}
    assert {modules.get(name, name) for name in needed - own_check} == imported


def test_the_doctor_itself_needs_no_package() -> None:
    code = (
        "import sys; before = set(sys.modules); import deepvis_app.doctor; print(*set(sys.modules) - before)"
    )
    loaded = {name.partition(".")[0] for name in doctor.child_lines(code)[0].split()}
    assert not loaded & {"numpy", "torch", "PyQt6", "cv2", "platformdirs", "safetensors", "tqdm"}
