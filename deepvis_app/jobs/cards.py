"""What is told of trained networks by the cards that lie beside their weights: nothing of them is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Card:
    """`fingerprint` is that of the network whose codes it reads; "" where the card does not say it."""

    name: str
    title: str
    fingerprint: str = ""


def cards(kind: str, folders: Iterable[Path]) -> dict[str, Card]:
    """Those of one kind, by name; in a later folder before one of the same name in an earlier one."""
    paths = [path for folder in folders for path in folder.glob("*.json")]
    return {card.name: card for path in paths if (card := _of(path, kind)) is not None}


def _of(path: Path, kind: str) -> Card | None:
    try:
        stat = path.stat()
        return _read(path, kind, stat.st_mtime_ns, stat.st_size)
    except OSError:  # gone meanwhile
        return None


@lru_cache(maxsize=64)
def _read(path: Path, kind: str, _changed: int, _size: int) -> Card | None:
    """What a card says; None for a card of something else, and for a damaged one. Raises OSError."""
    try:
        card: Any = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(card, dict) or card.get("kind") != kind:
        return None
    encoder = card.get("encoder")
    encoder = encoder if isinstance(encoder, dict) else {}
    of = f"{encoder.get('title', '')} {encoder.get('layer', '')}".strip()
    title = f"{path.stem} ({of})" if of else path.stem
    return Card(path.stem, title, str(encoder.get("fingerprint", "")))
