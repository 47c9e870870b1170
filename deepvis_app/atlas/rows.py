"""Records to rows and back. What comes back is a stranger's: every field is checked, as in `values`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from deepvis_app.atlas.images import decode, encode
from deepvis_app.atlas.values import (
    as_mapping,
    box_of,
    mapping_of,
    parsed,
    plain_number,
    real,
    to_json,
    whole_number,
)
from deepvis_app.messages import U8, Box, PictureFacts, RunInfo, UnitPicture, UnitStats, frozen

RUN_COLUMNS = "id, job, parameters, seed, data, data_hash, versions, started, finished"


def run_key(run: RunInfo) -> str:
    """What makes two runs the same run: job, parameters, seed and the images' content."""
    return sha256(to_json([run.job, dict(run.parameters), int(run.seed), run.data_hash]).encode()).hexdigest()


def run_row(run: RunInfo) -> tuple[Any, ...]:
    """The columns after `id` and `key`."""
    return (
        run.job, to_json(dict(run.parameters)), int(run.seed), run.data, run.data_hash,
        to_json(dict(run.versions)), run.started, run.finished,
    )  # fmt: skip


def run_of(row: tuple[Any, ...]) -> RunInfo:
    """The run in `RUN_COLUMNS`. Raises ValueError."""
    number, job, parameters, seed, data, data_hash, versions, started, finished = row
    return RunInfo(
        str(job), mapping_of(parameters), whole_number(seed), str(data), str(data_hash),
        {name: str(value) for name, value in mapping_of(versions).items()}, str(started), str(finished),
        whole_number(number),
    )  # fmt: skip


# field of PictureFacts -> its name in the file
_NAMES = {
    "activation": "a", "percentile": "p", "seed": "s", "source": "f", "box": "b", "label": "l", "more": "m",
}  # fmt: skip
_LIKE = "="  # the name under which 1 says: the rest is as with the picture that this one follows
_EMPTY: tuple[object, ...] = (None, "", {})
_DIGITS = 6  # of the numbers in facts


def facts_json(facts: PictureFacts, leader: PictureFacts | None = None) -> str:
    """What is empty is left out, and beside a `leader` what is as there. Raises ValueError for NaN and infinity."""
    fields, others = _fields(facts), _fields(leader) if leader else {}
    more, others_more = fields.get("more", {}), others.get("more", {})
    if not others or others.keys() - fields.keys() or others_more.keys() - more.keys():
        return to_json(_renamed(fields))
    fields["more"] = {name: value for name, value in more.items() if others_more.get(name) != value}
    differing = {name: value for name, value in fields.items() if value != {} and others.get(name) != value}
    return to_json({_LIKE: 1, **_renamed(differing)})


def _fields(facts: PictureFacts) -> dict[str, Any]:
    """Those that are not empty, as JSON values."""
    fields = {**vars(facts), "more": dict(facts.more)}
    return {name: _short(value) for name, value in fields.items() if value not in _EMPTY}


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {_NAMES[name]: value for name, value in fields.items()}


def _short(value: Any) -> Any:
    """JSON values with numbers of `_DIGITS` digits."""
    if isinstance(value, Mapping):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_short(inner) for inner in value]
    plain = plain_number(value) if hasattr(value, "item") else value
    return float(f"{plain:.{_DIGITS}g}") if isinstance(plain, float) else plain


def picture_row(picture: UnitPicture, leader: PictureFacts | None = None) -> tuple[Any, ...]:
    """(kind, rank, score, facts, image); raises ValueError for what is not finite, or no RGB picture.

    Of a picture with its surroundings the whole is kept, from which the facts' field is cut again.
    """
    image = encode(picture.rgb if picture.whole is None else picture.whole, picture.kind)
    facts = facts_json(picture.facts, leader)
    return picture.kind, int(picture.rank), real(picture.score), facts, image


def picture_of(row: tuple[Any, ...], run: RunInfo | None, leader: PictureFacts | None = None) -> UnitPicture:
    """The picture in (kind, rank, score, facts, image). Raises ValueError."""
    kind, rank, score, facts, image = row
    known, rgb = facts_of(facts, leader), decode(image)
    part = part_shown(rgb, known)
    whole = None if part is rgb else rgb
    return UnitPicture(str(kind), whole_number(rank), part, real(score), known, run, whole)


def part_shown(rgb: U8, facts: PictureFacts) -> U8:
    """Of a picture with its surroundings the part that the facts' field cuts out, of any other the picture itself."""
    field = _field(facts.more.get("field"), rgb)
    if field is None:
        return rgb
    top, left, bottom, right = field
    return frozen(rgb[top:bottom, left:right].copy())


def stats_row(stats: UnitStats) -> tuple[Any, ...]:
    """(count, mean, std, zeros, quantiles); raises ValueError for what is not finite."""
    quantiles = to_json([[float(share), float(value)] for share, value in stats.quantiles])
    return int(stats.count), real(stats.mean), real(stats.std), real(stats.zeros), quantiles


def stats_of(row: tuple[Any, ...], run: RunInfo | None) -> UnitStats:
    """The statistics in (count, mean, std, zeros, quantiles). Raises ValueError."""
    count, mean, std, zeros, quantiles = row
    pairs = _pairs(parsed(quantiles))
    if list(pairs) != sorted(pairs):
        raise ValueError("quantiles that do not rise")
    return UnitStats(whole_number(count), real(mean), real(std), pairs, real(zeros), run)


def _pairs(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise ValueError("no list of pairs")
    return tuple((real(share), real(at)) for share, at in value)


def facts_of(text: object, leader: PictureFacts | None = None) -> PictureFacts:
    """Facts as `facts_json` writes them, or with their whole names as in format 1. Raises ValueError."""
    stored = mapping_of(text)
    fields = {name: stored[key] for name, short in _NAMES.items() for key in (name, short) if key in stored}
    found = PictureFacts(
        activation=real(fields["activation"]) if "activation" in fields else None,
        percentile=real(fields["percentile"]) if "percentile" in fields else None,
        seed=whole_number(fields["seed"]) if "seed" in fields else None,
        source=str(fields.get("source", "")),
        box=box_of(fields.get("box")),
        label=str(fields.get("label", "")),
        more=as_mapping(fields.get("more", {})),
    )
    if leader is None or _LIKE not in stored:
        return found
    own = {name: value for name, value in vars(found).items() if name in fields}
    return replace(leader, **{**own, "more": {**leader.more, **found.more}})


def _field(value: object, rgb: U8) -> Box | None:
    """A part of the picture; None for anything else."""
    try:
        box = box_of(value)
    except ValueError:
        return None
    inside = box is not None and 0 <= box[0] < box[2] <= rgb.shape[0] and 0 <= box[1] < box[3] <= rgb.shape[1]
    return box if inside else None
