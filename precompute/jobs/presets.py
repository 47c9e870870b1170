"""`presets`: the ways to paint, one of them in full, and as a file to be changed for --preset or --settings."""

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
    """Exit status 0. Raises OptionError, PresetError and OSError."""
    from precompute.synthesis.json_values import ENDING

    if options.name is None:
        if options.save is not None:
            raise OptionError("--save needs the NAME of a preset.")
        return _tell(options, _listed())
    text, option = _found(options.name)
    if options.save is None:
        return _tell(options, text)
    if options.save.suffix != ENDING:
        raise OptionError(f"{options.save}: call it something{ENDING}, as {option} wants it.")
    _save(f"{text}\n".encode(), options.save)
    options.reporter.end("done", f"Written to {options.save}; change it, then use {option} {options.save}.")
    return 0


def _listed() -> str:
    """A line for each: name, title and source."""
    from precompute.ppgn.settings import SETTINGS
    from precompute.synthesis.presets import PRESETS

    rows = [(name, preset.title, preset.source) for name, preset in PRESETS.items()]
    rows += [
        (name, f"PPGN (--settings): {settings.title}", settings.source) for name, settings in SETTINGS.items()
    ]
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {title} [{source}]" for name, title, source in rows)


def _found(word: str) -> tuple[str, str]:
    """The JSON of what is called so or lies there, and the option that takes it. Raises PresetError."""
    from precompute.ppgn.settings import SETTINGS
    from precompute.ppgn.settings_file import are_settings, settings_named, written_settings
    from precompute.synthesis.json_values import ENDING, PresetError
    from precompute.synthesis.preset_file import preset_named, written
    from precompute.synthesis.presets import PRESETS

    if word in SETTINGS or (word.endswith(ENDING) and are_settings(Path(word))):
        return written_settings(settings_named(word)), "--settings"
    if word not in PRESETS and not word.endswith(ENDING):
        raise PresetError(f"There is no preset {word}; known are {', '.join((*PRESETS, *SETTINGS))}.")
    return written(preset_named(word)), "--preset"


def _save(content: bytes, path: Path) -> None:
    """What somebody has changed stays. Raises OptionError and OSError."""
    from deepvis_app.files import atomic_write

    if path.exists() and not (path.is_file() and path.read_bytes() == content):
        raise OptionError(f"{path} is there already and something else: remove it, or save to another file.")
    with atomic_write(path) as file:
        file.write(content)


def _tell(options: argparse.Namespace, text: str) -> int:
    """To people as it stands, to programs as one note."""
    if options.progress == "jsonl":
        options.reporter.note(text)
        options.reporter.end("done", "")
    else:
        sys.stdout.write(f"{text}\n")
    return 0


JOB = Job("presets", "list the ways to paint, or show and save one", add_arguments, run, add_progress)
