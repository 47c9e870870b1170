"""OpenCV for the whole program: the only module that imports it.

Importing OpenCV points Qt at OpenCV's own, foreign Qt plug-ins through two environment variables; they are put
back here. Its logging is switched off, because a missing camera is told in the window.
"""

from __future__ import annotations

import os
import sys

QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def settings_for(platform: str) -> dict[str, str]:
    """Environment variables that OpenCV reads when it is loaded, for a `sys.platform` value.

    macOS: the permission dialog cannot be shown from the capture thread, so OpenCV must not try. Windows:
    with hardware transforms a camera takes up to 30 s to open. Linux: a silent camera is given up after a second.
    """
    settings = {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8"}
    if platform == "darwin":
        settings["OPENCV_AVFOUNDATION_SKIP_AUTH"] = "1"
    elif platform == "win32":
        settings["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] = "0"
    else:
        settings["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] = "1"
    return settings


for _name, _value in settings_for(sys.platform).items():
    os.environ.setdefault(_name, _value)
_kept = {name: os.environ.get(name) for name in QT_VARIABLES}

import cv2  # noqa: E402 (the variables above are read while it loads)
from cv2 import VideoCapture  # noqa: E402

for _name, _old in _kept.items():
    if _old is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _old

__all__ = ["VideoCapture", "cv2"]
