"""Where results go: told to be unfit before the work, not after it."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryFile

from precompute.options import OptionError


def check_folder(folder: Path) -> None:
    """Make the folder, and see whether files can be put there. Raises OptionError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError) as error:
        raise OptionError(f"{folder} is a file, or lies below one: name a folder to write to.") from error
    except OSError as error:
        why = error.strerror or error
        raise OptionError(f"Nothing can be written to {folder} ({why}): name another folder.") from error


def plain_name(text: str) -> str:
    """For argparse: what a file can be called, without a folder."""
    if Path(text).name != text or text == ".." or "\\" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a plain name, without folders")
    return text
