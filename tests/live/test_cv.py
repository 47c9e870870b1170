from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deepvis_app.live.cv import QT_VARIABLES, settings_for

ROOT = Path(__file__).parents[2]


def run(code: str, **variables: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in QT_VARIABLES} | variables
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def test_importing_opencv_leaves_qt_variables_as_they_were() -> None:
    code = "import os; from deepvis_app.live import cv; print([os.environ.get(v) for v in cv.QT_VARIABLES])"
    assert run(code).strip() == "[None, None]"
    assert run(code, QT_QPA_PLATFORM_PLUGIN_PATH="/mine").strip() == "['/mine', None]"


def test_capture_module_loads_neither_opencv_nor_torch_nor_scikit_image() -> None:
    code = "import sys, deepvis_app.live.capture; print([m for m in ('cv2','torch','skimage') if m in sys.modules])"
    assert run(code).strip() == "[]"


def test_missing_camera_prints_nothing() -> None:
    assert run("from deepvis_app.live.cv import cv2; cv2.VideoCapture(99)") == ""


@pytest.mark.parametrize(
    ("platform", "name", "value"),
    [
        ("darwin", "OPENCV_AVFOUNDATION_SKIP_AUTH", "1"),
        ("win32", "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0"),
        ("linux", "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1"),
    ],
)
def test_each_platform_gets_its_own_setting_only(platform: str, name: str, value: str) -> None:
    settings = settings_for(platform)
    assert settings[name] == value
    assert len(settings) == 3
