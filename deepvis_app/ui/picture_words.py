"""What is said about a unit's pictures: where they come from, how strong they are, what made them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from deepvis_app.messages import PictureFacts, RunInfo, UnitPicture, UnitPictures, UnitStats
from deepvis_app.ui.widgets.colour_bar import short

_LONGEST = 90  # characters of one value
_MOST = 14  # parameters that a tooltip lists
# facts and parameters that are for programs, or are told otherwise
_UNTOLD = {"code", "field", "trace", "generator", "steps"}


def facts_of(picture: UnitPicture) -> list[tuple[str, str]]:
    """Name and value of all that is known of a picture, what matters most first."""
    facts = picture.facts
    rows = [
        ("activation", _activation(facts)),
        ("score", short(picture.score) if picture.score != facts.activation else ""),
        ("class", facts.label),
        ("image", facts.source),
        ("patch", _patch(facts)),
        ("seed", "" if facts.seed is None else str(facts.seed)),
        ("generator", _generator(picture)),
        ("steps", _steps(picture)),
        *((_plain(name), _value(value)) for name, value in facts.more.items() if _is_told(name, value)),
    ]
    if picture.run is not None:
        rows += [("made by", made_by(picture.run)), ("images", picture.run.data)]
        rows += [("with", _parameters(picture.run.parameters))]
    return [(name, text) for name, text in rows if text]


def tooltip(picture: UnitPicture, hint: str = "") -> str:
    """The same as HTML."""
    rows = "".join(
        f"<tr><td><b>{escape(name)}</b>&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>"
        for name, text in facts_of(picture)
    )
    return f"<table>{rows}</table>" + (f"<p>{escape(hint)}</p>" if hint else "")


def score_text(picture: UnitPicture) -> str:
    """The number that stands in the picture's corner."""
    return short(picture.score)


def made_by(run: RunInfo) -> str:
    """Which run, and when."""
    number = f", run {run.number}" if run.number else ""
    return f"{run.job}{number}, {when(run)}"


def when(run: RunInfo) -> str:
    """The day on which a run ended, as far as that is known."""
    text = run.finished or run.started
    try:
        day = f"{datetime.fromisoformat(text):%Y-%m-%d}"
    except ValueError:
        day = text or "at an unknown time"
    return day if run.finished else f"begun {day}, not finished"


def provenance(pictures: UnitPictures, kinds: Iterable[str], passed_on: str = "") -> str:
    """One line: which run made the pictures of these kinds, from which data, when."""
    shown = [picture for kind in kinds for picture in pictures.pictures.get(kind, ())]
    runs = {_identity(p.run): p.run for p in shown if p.run is not None}
    if pictures.stats is not None and pictures.stats.run is not None:
        runs.setdefault(_identity(pictures.stats.run), pictures.stats.run)
    told = [f"{made_by(run)}{f', {run.data}' if run.data else ''}" for run in runs.values()]
    trouble = pictures.error.rstrip(".") if shown else ""  # else it stands where pictures would
    return ".  ".join(part for part in (trouble, passed_on, *told) if part)


def standing(value: float, stats: UnitStats) -> str:
    """Where a value lies among the unit's largest values in the images of its statistics, in words."""
    images = f"{stats.count:,} images"
    if value == 0 and stats.zeros > 0:  # what a rectifier gives: where it was below zero is not known
        return f"not active, as in {_percent(100 * stats.zeros)} of {images}"
    percentile = stats.percentile(value)
    if percentile >= 100:
        return f"above all {images}"
    if percentile <= 0:
        return f"below all {images}"
    return f"above {_percent(percentile)} of {images}"


def _percent(percentile: float) -> str:
    """Rounded down, with the more digits the closer to all: "100 %" would claim what is not so."""
    digits = 0 if percentile < 99 else 1 if percentile < 99.9 else 2
    shown = math.floor(min(percentile, 99.99) * 10**digits) / 10**digits
    return f"{shown:g} %" if shown >= 1 else "less than 1 %"


def _activation(facts: PictureFacts) -> str:
    if facts.activation is None:
        return ""
    if facts.percentile is None:
        return short(facts.activation, 4)
    above = "all" if facts.percentile >= 100 else _percent(facts.percentile)
    return f"{short(facts.activation, 4)}, above {above} of the images' largest"


def _patch(facts: PictureFacts) -> str:
    if facts.box is None:
        return ""
    top, left, bottom, right = facts.box
    return f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"


def _is_told(name: str, value: object) -> bool:
    """What is not so need not be told."""
    return name not in _UNTOLD and value is not False and value not in ("", None)


def _generator(picture: UnitPicture) -> str:
    """The name of the generator that painted it."""
    told = _told(picture, "generator")
    return str(told.get("name", "")) if isinstance(told, Mapping) else str(told or "")


def _steps(picture: UnitPicture) -> str:
    told = _told(picture, "steps")
    return "" if told is None else _value(told)


def _told(picture: UnitPicture, name: str) -> object:
    """By the picture's own facts, or else by the parameters of the run that made it."""
    run = picture.run.parameters if picture.run is not None else {}
    return picture.facts.more.get(name, run.get(name))


def _parameters(parameters: Mapping[str, Any]) -> str:
    given = [f"{_plain(name)} {_value(value)}" for name, value in parameters.items() if _is_told(name, value)]
    more = f", and {len(given) - _MOST} more" if len(given) > _MOST else ""
    return ", ".join(given[:_MOST]) + more


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _value(value: object) -> str:
    if value is True:
        return "yes"
    text = short(value, 4) if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _identity(run: RunInfo) -> tuple[object, ...]:
    """Equal numbers of two atlases are two runs."""
    return run.number, run.job, run.started
