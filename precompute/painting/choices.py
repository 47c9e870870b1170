"""What can be chosen of a painting, by options at its start or by a word while it runs."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence

from precompute.options import OptionError
from precompute.synthesis.recipe import CODE_PRESET_NAMES, PRESET_NAMES

# method -> its presets, the first of which is taken where none is named
METHODS = {"dgn-am": CODE_PRESET_NAMES, "am": PRESET_NAMES}
MOST = 9  # pictures


def check(options: argparse.Namespace) -> None:
    """Raises OptionError for a preset of another method."""
    names = METHODS[options.method]
    if options.preset and options.preset not in names:
        raise OptionError(
            f"The preset {options.preset} is not for {options.method}: choose {', '.join(names)}."
        )


def changed(options: argparse.Namespace, line: str) -> argparse.Namespace:
    """The options after one of the CHANGES, such as `unit fc8:12`. Raises OptionError."""
    try:
        word, *rest = shlex.split(line)
    except ValueError as error:
        raise OptionError(f"{line[:40]!r} cannot be read: a quotation mark is missing.") from error
    after = argparse.Namespace(**{**vars(options), **CHANGES[word](rest)})
    check(after)
    return after


def _unit(rest: Sequence[str]) -> dict[str, object]:
    if len(rest) not in (1, 2):
        raise OptionError("The word unit needs LAYER:UNIT, such as fc8:12, or two of them.")
    return {"unit": rest[0], "second": rest[1] if len(rest) > 1 else None}


def _method(rest: Sequence[str]) -> dict[str, object]:
    if len(rest) not in (1, 2) or rest[0] not in METHODS:
        raise OptionError(f"The word method needs {' or '.join(METHODS)}, and may name a preset.")
    return {"method": rest[0], "preset": rest[1] if len(rest) > 1 else None}


def _pictures(rest: Sequence[str]) -> dict[str, object]:
    if len(rest) != 1 or rest[0] not in map(str, range(1, MOST + 1)):
        raise OptionError(f"The word pictures needs a number from 1 to {MOST}.")
    return {"pictures": int(rest[0])}


# word -> the options that it changes
CHANGES: dict[str, Callable[[Sequence[str]], dict[str, object]]] = {
    "unit": _unit,
    "method": _method,
    "pictures": _pictures,
}
