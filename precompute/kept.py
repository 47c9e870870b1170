"""What a long computation keeps in the cache folder, so that it goes on after it was broken off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.files import atomic_write, cache_folder

Array = np.ndarray[Any, np.dtype[Any]]
_FILES = 7  # in a folder: they are large, and can be made again


def kept_file(folder: str, key: str) -> Path:
    """Where the computation with that key (hex) keeps its things; `folder` is one for each kind of computation."""
    return cache_folder() / folder / f"{key[:32]}.npz"


def keep(
    folder: str, key: str, facts: Mapping[str, Any], arrays: Mapping[str, Array], most: int = _FILES
) -> None:
    """Write arrays and JSON values whole or not at all; `most` files of the folder stay. Raises OSError."""
    path = kept_file(folder, key)
    told = np.frombuffer(json.dumps({"key": key, "facts": facts}).encode(), np.uint8)
    with atomic_write(path) as file:
        np.savez(file, allow_pickle=False, **arrays, told=told)
    others = [other for other in path.parent.glob("*.npz") if other != path]
    others.sort(key=lambda other: other.stat().st_mtime)
    for other in others[: max(len(others) - most + 1, 0)]:
        other.unlink(missing_ok=True)


def kept(folder: str, key: str) -> tuple[dict[str, Any], dict[str, Array]] | None:
    """What `keep` wrote under that key, or None where there is nothing whole."""
    path = kept_file(folder, key)
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        told = json.loads(arrays.pop("told").tobytes())
        facts: dict[str, Any] = told["facts"]
    except Exception:  # noqa: BLE001 (whatever a damaged file leads to: it is made anew)
        return None
    path.touch()
    return (facts, arrays) if told["key"] == key else None
