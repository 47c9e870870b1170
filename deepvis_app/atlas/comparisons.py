"""Reading what `deepvis-precompute compare` wrote of a unit: figures as JSON, and each picture as a file beside.

Nothing is believed: sizes are bounded, and what is of another network or unit, or damaged, becomes one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deepvis_app.atlas.images import DamagedPictureError, decode
from deepvis_app.atlas.places import comparison_path
from deepvis_app.jobs.lines import real, shortened
from deepvis_app.messages import (
    COMPARED,
    U8,
    MethodResult,
    PictureFacts,
    RunInfo,
    UnitComparison,
    UnitPicture,
    UnitRef,
)

MOST_BYTES = 8 << 20  # of the file of the figures, and of one picture's
MOST_TOGETHER = 1 << 28  # bytes of memory, of all pictures of a unit
MOST_METHODS, MOST_PICTURES, MOST_FACTS, MOST_LETTERS = 64, 64, 64, 500
AGAIN = "compare the unit again"
# facts of a picture that have a place of their own
_PLACED = {"unit", "seed", "activation", "shown", "percentile", "source", "file", "failed"}
_DAMAGED = (ValueError, RecursionError, KeyError, TypeError, AttributeError)
_State = tuple[int, int, int]


class Comparisons:
    """Reads the newest comparison of the unit that is asked for; while its file is the same, the same object."""

    def __init__(self) -> None:
        self._asked: tuple[Path, UnitRef, _State | None] | None = None
        self._known: UnitComparison | None = None
        # their names tell their content, so one that was read is not read again
        self._pictures: dict[Path, U8] = {}

    def of(self, fingerprint: str, ref: UnitRef) -> UnitComparison:
        path = comparison_path(fingerprint, ref)
        asked = path, ref, _state(path)
        if self._known is None or asked != self._asked:
            self._asked, self._known = asked, self._read(path, fingerprint, ref)
        return self._known

    def _read(self, path: Path, fingerprint: str, ref: UnitRef) -> UnitComparison:
        pictures: dict[Path, U8] = {}
        try:
            told = json.loads(_bytes(path))
            if told["network"]["fingerprint"] != fingerprint:
                return _useless(path, ref, "is of another network")
            if told["layer"] != ref.layer or list(told["units"]) != [str(ref.unit)]:
                return _useless(path, ref, "is of another unit")
            return _comparison(told, ref, _Pictures(path.with_suffix(""), self._pictures, pictures))
        except (FileNotFoundError, NotADirectoryError):
            return UnitComparison(ref)
        except OSError as error:
            return _useless(path, ref, f"cannot be read: {error.strerror or error}")
        except _DAMAGED:
            return _useless(path, ref, "is damaged")
        finally:
            self._pictures = pictures


class _Pictures:
    """The pictures in a unit's folder; `before` were read earlier, `now` takes those that are used."""

    def __init__(self, folder: Path, before: Mapping[Path, U8], now: dict[Path, U8]) -> None:
        self._folder, self._before, self._now = folder, before, now
        self._room = MOST_TOGETHER

    def read(self, name: object) -> U8 | None:
        """None where there is no whole picture of that name, or no room for it any more."""
        if not isinstance(name, str) or name != Path(name).name:
            return None
        path = self._folder / name
        found = self._before.get(path)
        try:
            found = decode(_bytes(path)) if found is None else found
        except (OSError, ValueError, DamagedPictureError):
            return None
        self._room -= found.nbytes
        if self._room < 0:
            return None
        self._now[path] = found
        return found


def _comparison(told: Mapping[str, Any], ref: UnitRef, pictures: _Pictures) -> UnitComparison:
    run = _run(told)
    methods = [_result(row, run, pictures) for row in told["methods"][:MOST_METHODS]]
    known = {method.name for method in methods}
    winners = told.get("winners") or {}
    return UnitComparison(
        ref,
        tuple(methods),
        tuple(_named(row) for row in (told.get("to_come") or [])[:MOST_METHODS]),
        None if told.get("real") is None else _result(told["real"], run, pictures),
        {
            _text(score): tuple(_text(name) for name in names if name in known)
            for score, names in _first(winners.items())
        },
        _texts(told.get("best")),
        _texts(told.get("left_out")),
        _texts(list(told.get("judges") or {})),
        _text(told.get("compared_in", "")),
        run.finished,
    )


def _result(row: Mapping[str, Any], run: RunInfo, pictures: _Pictures) -> MethodResult:
    wanted = row["pictures"][:MOST_PICTURES]
    found = [_picture(rank, facts, run, pictures) for rank, facts in enumerate(wanted)]
    there = tuple(picture for picture in found if picture is not None)
    scores = {
        _text(name): number
        for name, value in _first(row["scores"].items())
        if (number := real(value)) is not None
    }
    named = _named(row)
    lost = sum(picture is None for picture, facts in zip(found, wanted, strict=True) if "file" in facts)
    failed = sum(bool(facts.get("failed")) for facts in wanted)
    return MethodResult(named.name, named.title, named.source, scores, there, lost + failed)


def _picture(rank: int, facts: Mapping[str, Any], run: RunInfo, pictures: _Pictures) -> UnitPicture | None:
    rgb = pictures.read(facts.get("file"))
    if rgb is None:
        return None
    shown, seed = real(facts.get("shown")), real(facts.get("seed"))
    more = {_text(name): _plain(value) for name, value in _first(facts.items()) if name not in _PLACED}
    return UnitPicture(
        COMPARED,
        rank,
        rgb,
        shown or 0.0,
        PictureFacts(
            shown,
            real(facts.get("percentile"), 0, 100),
            None if seed is None else int(seed),
            _text(facts.get("source", "")),
            more={name: value for name, value in more.items() if value is not None},
        ),
        run,
    )


def _run(told: Mapping[str, Any]) -> RunInfo:
    """What made it, as an atlas tells it."""
    given = {_text(name): _plain(value) for name, value in _first((told.get("parameters") or {}).items())}
    return RunInfo(
        "compare",
        {name: value for name, value in given.items() if value is not None},
        finished=_text(told.get("made", "")),
    )


def _named(row: Mapping[str, Any]) -> MethodResult:
    return MethodResult(_text(row["name"]), _text(row.get("title", "")), _text(row.get("source", "")))


def _bytes(path: Path) -> bytes:
    """A whole file that is not too large. Raises OSError and ValueError."""
    if not path.is_file() and path.exists():  # opening a pipe would wait for ever
        raise ValueError("no file")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    return data


def _useless(path: Path, ref: UnitRef, why: str) -> UnitComparison:
    return UnitComparison(ref, error=f"{path.name} {why}: {AGAIN}, which replaces it.")


def _state(path: Path) -> _State | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _first(items: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return list(items)[:MOST_FACTS]


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in (values or [])[:MOST_FACTS])


def _text(value: Any) -> str:
    return shortened(str(value), MOST_LETTERS)


def _plain(value: Any) -> str | float | int | None:
    """A number or a word; None for what is neither."""
    if isinstance(value, str):
        return _text(value) or None
    number = real(value)
    return None if number is None else int(number) if number == int(number) else number
