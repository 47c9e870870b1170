"""Settings that a person writes (config.toml) and what the program remembers by itself (state.json).

Neither can stop the program: what is wrong is said in a sentence, and the default stays.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from deepvis_app.files import atomic_write, config_folder, file_sha256
from deepvis_app.messages import ModelChoice, SourceSpec

Warnings = tuple[str, ...]
Record = TypeVar("Record", ModelChoice, SourceSpec, "TrustedFile")

THEMES = ("system", "dark", "light")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_USER_FILE = re.compile(r"file:(.+\.py)(:\w+)?")


@dataclass(frozen=True)
class AppConfig:
    """One field for each key of config.toml."""

    model: str = "caffenet64"  # a MODELS name or file:PATH.py[:function]
    weights: str = "default"  # default, random, or the path of a weights file
    device: str = "auto"  # auto, cpu, cuda, cuda:1, mps
    source: str = "samples"  # a SOURCES name
    target: str = ""  # what the source needs: a path, an address
    layer: str = ""  # the first layer to show; "": the model's own choice
    theme: str = "system"  # system, dark, light
    mirror: bool = False  # show the input as in a mirror; the network never sees it so
    threads: int = 0  # CPU threads of the network; 0: torch's own choice
    camera: int = 0  # number of the camera


@dataclass(frozen=True)
class TrustedFile:
    """A file: model that may run again without asking, as long as the file is the same."""

    name: str  # as chosen: file:PATH.py[:function]
    sha256: str


@dataclass(frozen=True)
class State:
    """What is remembered from one start to the next, beside the window's own state."""

    model: ModelChoice | None = None
    source: SourceSpec | None = None
    trusted_file_models: tuple[TrustedFile, ...] = ()


def config_path() -> Path:
    return config_folder() / "config.toml"


def state_path() -> Path:
    return config_folder() / "state.json"


def load_config(path: Path | None = None) -> tuple[AppConfig, Warnings]:
    """The settings of `path` (default: the user's config.toml, which need not exist) and what is wrong there."""
    if path is None and not config_path().is_file():
        return AppConfig(), ()
    path = path or config_path()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return AppConfig(), (f"Cannot read the settings {path} ({error.strerror}); using the defaults.",)
    except ValueError as error:  # not TOML, or not UTF-8
        return AppConfig(), (f"{path} is not valid TOML ({error}); using the defaults.",)
    good: dict[str, Any] = {}
    warnings = []
    for key, value in given.items():
        if problem := _problem(key, value):
            warnings.append(f"{path.name}: {problem}")
        else:
            good[key] = value
    return AppConfig(**good), tuple(warnings)


def load_state() -> tuple[State, Warnings]:
    """What was remembered; a damaged file gives an empty state and a sentence."""
    path = state_path()
    if not path.is_file():
        return State(), ()
    try:
        return _state(json.loads(path.read_text(encoding="utf-8"))), ()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State(), (f"{path} cannot be read, so the last model and source are forgotten.",)


def save_state(state: State) -> Warnings:
    """Remember `state`; a sentence if the disk does not allow it."""
    try:
        with atomic_write(state_path()) as file:
            file.write(json.dumps(asdict(state), indent=1).encode())
    except OSError as error:
        return (f"Cannot remember the model and source: {error.strerror} ({state_path()}).",)
    return ()


def needs_asking(choice_name: str, from_command_line: bool, state: State | None = None) -> bool:
    """Whether a person must allow the model's python file to run before it is loaded.

    Naming it on the command line is a permission for this time; what was remembered or written into a settings
    file is none, unless the very same file (by its SHA-256) was trusted before.
    """
    if not choice_name.startswith("file:") or from_command_line:
        return False
    trusted = state.trusted_file_models if state else ()
    return not any(_same(entry, choice_name) for entry in trusted)


def trust(state: State, choice_name: str) -> State:
    """The state in which this file: model, as it is now, runs without asking. Raises OSError if it is gone."""
    others = tuple(entry for entry in state.trusted_file_models if entry.name != choice_name)
    entry = TrustedFile(choice_name, file_sha256(_python_file(choice_name)))
    return replace(state, trusted_file_models=(*others, entry))


def _same(entry: TrustedFile, choice_name: str) -> bool:
    try:
        return entry.name == choice_name and entry.sha256 == file_sha256(_python_file(choice_name))
    except OSError:
        return False


def _python_file(choice_name: str) -> Path:
    found = _USER_FILE.fullmatch(choice_name)
    return Path(found[1] if found else choice_name.removeprefix("file:"))


# What a value must be beyond its type, and how to say so.
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "device": (lambda v: bool(_DEVICE.fullmatch(v)), "auto, cpu, cuda, cuda:NUMBER or mps"),
    "theme": (lambda v: v in THEMES, f"one of {', '.join(THEMES)}"),
    "threads": (lambda v: 0 <= v <= 1024, "a number from 0 to 1024"),
    "camera": (lambda v: 0 <= v <= 99, "a number from 0 to 99"),
    "model": (lambda v: bool(v.strip()), "the name of a model"),
}
_TYPE_NAMES = {str: "a text in quotes", bool: "true or false", int: "a whole number"}


def _problem(key: str, value: object) -> str:
    """What is wrong with one setting; empty if nothing is."""
    defaults = {field.name: field.default for field in fields(AppConfig)}
    if key not in defaults:
        near = get_close_matches(key, defaults, n=1)
        return f"there is no setting {key!r}" + (f", did you mean {near[0]!r}?" if near else ".")
    default = defaults[key]
    fits, meaning = _RULES.get(key, (lambda _value: True, _TYPE_NAMES[type(default)]))
    if type(value) is type(default) and fits(value):
        return ""
    return f"{key} = {value!r} must be {meaning}; using {default!r}."


def _state(data: dict[str, Any]) -> State:
    """Raises ValueError, TypeError, KeyError or AttributeError for anything but what `save_state` writes."""
    model = _record(ModelChoice, data["model"]) if data["model"] else None
    source = _record(SourceSpec, data["source"]) if data["source"] else None
    return State(model, source, tuple(_record(TrustedFile, entry) for entry in data["trusted_file_models"]))


def _record(kind: type[Record], data: dict[str, Any]) -> Record:
    """Raises TypeError for an unknown field, a missing one, or a value of the wrong type."""
    types = get_type_hints(kind)
    if not all(isinstance(value, types.get(name, object)) for name, value in data.items()):
        raise TypeError(kind.__name__)
    return kind(**data)
