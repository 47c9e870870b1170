"""Class names from a file that the user names."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from deepvis_app.models.loaded import ModelError

_LARGEST = 1 << 24  # bytes
_SYNSET = re.compile(r"n\d{8}[\s:]\s*(\S.*)")  # n01440764 tench, Tinca tinca


def read_labels(path: Path) -> tuple[str, ...]:
    """One name a line, in the order of the classes; empty lines at the end do not count.

    In a file of ImageNet's synsets (`n01440764 tench, Tinca tinca`) the number is left out and the first name is
    taken, unless two classes would be called alike. Raises ModelError.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ModelError(f"{path.name} is too large for a list of class names.")
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise ModelError(f"Cannot read the class names {path} ({error.strerror}); check the path.") from error
    lines = [line.strip() for line in text.rstrip().splitlines()]
    if not lines or "\0" in text:
        raise ModelError(f"{path.name} holds no class names: write one name on each line.")
    synsets = [_SYNSET.fullmatch(line) for line in lines]
    names = [match[1] for match in synsets if match]
    return _shortest(names) if len(names) == len(lines) else tuple(lines)


def _shortest(names: list[str]) -> tuple[str, ...]:
    firsts = [name.split(",")[0].strip() for name in names]
    counts = Counter(firsts)
    return tuple(first if counts[first] == 1 else name for first, name in zip(firsts, names, strict=True))
