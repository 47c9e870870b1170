"""Which generators there are for DGN-AM, as far as their cards on disk tell: nothing of them is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from deepvis_app.files import assets_folder, data_folder

DEFAULT = "dgn64-fc6"  # of the commands that paint by a generator
_PUBLISHED = "deepsim-*.json"  # what is on record of the installed ones of others


@dataclass(frozen=True)
class KnownGenerator:
    """`fingerprint` is that of the network whose codes it reads; "" where the card does not say it."""

    name: str
    title: str
    fingerprint: str = ""


def known_generators() -> tuple[KnownGenerator, ...]:
    """The bundled, the trained and the installed ones, by name; the default first, also where it is not there."""
    folders = (assets_folder() / "models", data_folder() / "generators")
    cards = [path for folder in folders for path in folder.glob("*.json")]
    found = {card.name: card for path in cards if (card := _of(path)) is not None}
    for path in (data_folder() / "models").glob(_PUBLISHED):
        found.setdefault(path.stem, KnownGenerator(path.stem, f"{path.stem} (published, for CaffeNet)"))
    first = found.pop(DEFAULT, KnownGenerator(DEFAULT, DEFAULT))
    return first, *(found[name] for name in sorted(found))


def generator_for(fingerprint: str) -> str:
    """The name of a generator that reads the codes of this very network; the default where there is none."""
    known = known_generators()
    own = (one.name for one in known if one.fingerprint == fingerprint)
    return next(own, DEFAULT) if fingerprint else DEFAULT


def _of(path: Path) -> KnownGenerator | None:
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except OSError:  # gone meanwhile
        return None


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> KnownGenerator | None:
    """What a card says; None for a card of something else, and for a damaged one. Raises OSError."""
    try:
        card: Any = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(card, dict) or card.get("kind") != "generator":
        return None
    encoder = card.get("encoder")
    encoder = encoder if isinstance(encoder, dict) else {}
    of = f"{encoder.get('title', '')} {encoder.get('layer', '')}".strip()
    title = f"{path.stem} ({of})" if of else path.stem
    return KnownGenerator(path.stem, title, str(encoder.get("fingerprint", "")))
