"""`presets`: the ways to paint, one of them in full, and as a file to be changed for --preset."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from precompute.job import Job
from precompute.options import OptionError, add_progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME|FILE.json", help="show this one (default: list all)")
    add("--save", type=Path, metavar="FILE.json", help="write it there, to be changed")


def run(options: argparse.Namespace) -> int:
    """Exit status 0. Raises OptionError and PresetError."""
    from precompute.synthesis.preset_file import ENDING, preset_named, save_preset, written
    from precompute.synthesis.presets import PRESETS

    if options.name is None:
        if options.save is not None:
            raise OptionError("--save needs the NAME of a preset.")
        width = max(map(len, PRESETS))
        lines = [f"{name:<{width}}  {preset.title} [{preset.source}]" for name, preset in PRESETS.items()]
        return _tell(options, "\n".join(lines))
    preset = preset_named(options.name)
    if options.save is None:
        return _tell(options, written(preset))
    if options.save.suffix != ENDING:
        raise OptionError(f"{options.save}: call it something{ENDING}, as --preset wants it.")
    save_preset(preset, options.save)
    options.reporter.end("done", f"Written to {options.save}; change it, then use --preset {options.save}.")
    return 0


def _tell(options: argparse.Namespace, text: str) -> int:
    """To people as it stands, to programs as one note."""
    if options.progress == "jsonl":
        options.reporter.note(text)
        options.reporter.end("done", "")
    else:
        sys.stdout.write(f"{text}\n")
    return 0


JOB = Job("presets", "list the ways to paint, or show and save one", add_arguments, run, add_progress)
