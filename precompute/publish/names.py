"""File names for layers, kinds and units that every file system takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # devices under Windows


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Name -> file name: only letters, digits, "_", "-" and ".", unique also where case does not count."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).strip(".") or "unnamed"
        plain = f"{plain}_" if _RESERVED.fullmatch(plain) else plain
        result, again = plain, 2
        while result.lower() in taken:
            result, again = f"{plain}_{again}", again + 1
        taken.add(result.lower())
        found[name] = result
    return found


def unit_name(unit: int) -> str:
    """As in the folders of 2015: unit_0007."""
    return f"unit_{unit:04d}"
