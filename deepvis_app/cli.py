"""The command line: `deepvis [SOURCE]`, `deepvis --screenshot OUT.png ...`, `deepvis doctor`."""

from __future__ import annotations

import os
import sys

from deepvis_app.arguments import Options, parse

SUCCESS, FAILURE, USAGE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 fine, 1 something failed, 2 the arguments are wrong (with the nearest valid names)."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["doctor"]:
        from deepvis_app import doctor

        return doctor.main()
    options = parse(words)
    headless = options.screenshot is not None or options.as_json
    if not headless and not _has_screen():
        return _end(
            "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "use --screenshot OUT.png, or start deepvis on a desktop.",
            FAILURE,
        )
    from deepvis_app.starting import UsageError, starting

    try:
        return _screenshot(options) if headless else starting(options).run()
    except UsageError as error:
        return _end(str(error), USAGE)


def _screenshot(options: Options) -> int:
    # Qt draws in memory: this must work on a machine without a display.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from deepvis_app.screenshot import ScreenshotError, take
    from deepvis_app.starting import starting

    try:
        printed = take(starting(options, remembered=False).start, options)
    except ScreenshotError as error:
        return _end(str(error), FAILURE)
    if printed:
        print(printed)
    return SUCCESS


def _has_screen() -> bool:
    """Whether a window can appear; without one Qt would abort the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _end(sentence: str, status: int) -> int:
    print(f"deepvis: {sentence}", file=sys.stderr)
    return status
