"""What is published says nothing about the folders of the machine that it was made on."""

from __future__ import annotations

import re
from typing import Any

# An absolute path's folders: from "/", "~/" or "C:\\" at the start of a word to the last separator of that word.
_FOLDERS = re.compile(
    r"(?:(?<=[\s,;='\"(\[])|^)(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:[^\s,;:'\"]*[\\/])?(?=[^\s/\\])"
)
_WHOLE = re.compile(r"(?:~?/|[A-Za-z]:[\\/]|\\\\).*[\\/](?=[^/\\]+[/\\]*$)")


def without_folders(value: Any) -> Any:
    """The JSON value with every absolute path in it cut down to its last part."""
    if isinstance(value, str):
        return _FOLDERS.sub("", _WHOLE.sub("", value) if _WHOLE.match(value) else value)
    if isinstance(value, dict):
        return {key: without_folders(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_folders(item) for item in value]
    return value
