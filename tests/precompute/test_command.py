from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasError, AtlasTroubleError
from deepvis_app.atlas.lock import TakenError
from deepvis_app.models import ModelError
from deepvis_app.render.pictures import PictureError
from precompute.command import execute
from precompute.datasets import DataError
from precompute.errors import CommandError
from precompute.generators.store import GeneratorError
from precompute.jobs import Job
from precompute.options import OptionError


def job(run: Callable[[argparse.Namespace], int]) -> Job:
    return Job("am", "makes pictures", lambda parser: None, run)


def raising(error: BaseException) -> Job:
    def run(options: argparse.Namespace) -> int:
        raise error

    return job(run)


def test_a_job_gets_its_options_its_reporter_and_its_stop(capsys: pytest.CaptureFixture[str]) -> None:
    def run(options: argparse.Namespace) -> int:
        options.reporter.end("done", f"{options.layers} {options.stop.asked}")
        return 0

    assert execute(job(run), ["--layers", "conv1"]) == 0
    assert capsys.readouterr().out == "conv1 False\n"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (OptionError("There is no layer x."), 2, "There is no layer x."),
        (CommandError("cat.png changed."), 1, "cat.png changed."),
        (DataError("a.zip has no pictures."), 2, "a.zip has no pictures."),
        (GeneratorError("There is no generator g."), 2, "There is no generator g."),
        (ModelError("The weights do not fit."), 2, "The weights do not fit."),
        (PictureError("cat.png is empty."), 2, "cat.png is empty."),
        (AtlasError("The atlas a is damaged."), 2, "The atlas a is damaged."),
        (AtlasTroubleError("The atlas a is locked."), 1, "The atlas a is locked."),
        (TakenError("The atlas a is being written."), 1, "The atlas a is being written."),
        (PermissionError(13, "Permission denied", "out"), 2, "out: Permission denied."),
        (
            FileNotFoundError(2, "No such file or directory", "a.json"),
            2,
            "a.json: No such file or directory.",
        ),
        (OSError(28, "No space left on device", "a.npz"), 1, "a.npz: No space left on device."),
        (RuntimeError("CUDA out of memory"), 1, "Not enough memory"),
        (MemoryError(), 1, "Not enough memory"),
    ],
)
def test_a_failure_is_one_sentence_and_a_status(
    error: Exception, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(raising(error), []) == status
    text = capsys.readouterr().err.strip().splitlines()[-1]
    assert text.startswith(f"deepvis-precompute am: {told}")


def test_in_json_lines_the_end_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(raising(AtlasError("The atlas a is damaged.")), ["--progress", "jsonl"]) == 2
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last == {"event": "end", "status": "failed", "text": "The atlas a is damaged."}


def test_a_bug_is_told_to_the_window_and_keeps_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        execute(raising(ZeroDivisionError("by zero")), ["--progress", "jsonl"])
    assert "ZeroDivisionError: by zero" in capsys.readouterr().out


def test_breaking_off_is_status_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(raising(KeyboardInterrupt()), []) == 130
    assert "run it again" in capsys.readouterr().out


def test_the_help_does_not_wait_for_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom precompute.__main__ import main\n"
        "try:\n    main(['top', '--help'])\nexcept SystemExit:\n    pass\nsys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--stats-only" in done.stdout


def test_an_unknown_file_in_place_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from precompute.__main__ import main

    assert main(["top", "--images", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err
