"""Whether an atlas file is sound, to the last picture."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from deepvis_app.atlas.connections import MAX_BLOB, open_reading
from deepvis_app.atlas.errors import AtlasError, sentences
from deepvis_app.atlas.facet_rows import read_facets
from deepvis_app.atlas.images import THUMBNAIL, decode
from deepvis_app.atlas.rows import RUN_COLUMNS, picture_of, run_of, stats_of
from deepvis_app.atlas.schema import FACET_TABLES, STATS, check, format_of, has_facets, pictures_of
from deepvis_app.messages import MEAN_FACET

_ENOUGH = 50  # complaints
_IMAGE = f"CASE WHEN length(image) <= {MAX_BLOB} THEN image END"
_MISSING = (
    "SELECT COUNT(*) FROM {0} x WHERE NOT EXISTS "
    "(SELECT 1 FROM made m WHERE m.layer = x.layer AND m.unit = x.unit AND m.kind = {1})"
)


def _go_on(_done: int, _total: int) -> bool:
    return False


def integrity(path: Path, each: Callable[[int, int], bool] = _go_on) -> list[str]:
    """What is wrong with the file, a sentence each, at most 50; [] for a sound atlas. Reads every picture.

    `each` gets after every picture how many were read and how many there are, and says whether to stop.
    """
    try:
        with sentences(path), closing(open_reading(path)) as connection:
            check(connection, path, None)
            return list(islice(_complaints(connection, each), _ENOUGH))
    except AtlasError as error:
        return [str(error)]


def _complaints(connection: sqlite3.Connection, each: Callable[[int, int], bool]) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({_ENOUGH})"):
        if line != "ok":
            yield f"The file's structure is damaged: {line}."
    lost = connection.execute("PRAGMA foreign_key_check").fetchall()
    if lost:
        yield f"{len(lost)} rows name a run that is not there."
    owned = [("pictures", "x.kind"), ("thumbnails", "x.kind"), ("unit_stats", f"'{STATS}'")]
    if has_facets(connection):
        owned += [(table, f"'{MEAN_FACET}'") for table in FACET_TABLES]
    for table, kind in owned:
        (count,) = connection.execute(_MISSING.format(table, kind)).fetchone()
        if count:
            yield f"{count} rows of {table} belong to units that are not listed as made."
    if format_of(connection) > 1:
        yield from _wrong_uses(connection)
    yield from _unreadable_pictures(connection, each)
    yield from _unreadable_rows(connection)
    if has_facets(connection):
        yield from _unreadable_maps(connection)


def _wrong_uses(connection: sqlite3.Connection) -> Iterator[str]:
    """An image that counts too few pictures would vanish with the first of them, one that counts too many never."""
    (count,) = connection.execute(
        "SELECT COUNT(*) FROM images i LEFT JOIN (SELECT image, COUNT(*) AS uses FROM pictures GROUP BY image) p "
        "ON p.image = i.id WHERE i.uses IS NOT COALESCE(p.uses, 0)"
    ).fetchone()
    if count:
        yield f"{count} images are not shown by as many pictures as they say."


def _unreadable_pictures(connection: sqlite3.Connection, each: Callable[[int, int], bool]) -> Iterator[str]:
    (total,) = connection.execute("SELECT COUNT(*) FROM pictures").fetchone()
    shown = pictures_of(connection)
    rows = connection.execute(f"SELECT layer, unit, kind, rank, score, facts, {_IMAGE} FROM {shown}")
    for done, (layer, unit, *rest) in enumerate(rows, 1):
        try:
            picture_of(tuple(rest), None)
        except ValueError as error:
            yield f"Picture {rest[1]} ({rest[0]}) of {layer}:{unit} is damaged ({error})."
        if each(done, total):
            return


def _unreadable_rows(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute(f"SELECT {RUN_COLUMNS} FROM runs"):
        try:
            run_of(row)
        except ValueError as error:
            yield f"Run {row[0]} cannot be read ({error})."
    for layer, unit, kind, image in connection.execute(f"SELECT layer, unit, kind, {_IMAGE} FROM thumbnails"):
        try:
            decode(image, THUMBNAIL)
        except ValueError as error:
            yield f"The small picture ({kind}) of {layer}:{unit} is damaged ({error})."
    for layer, unit, *rest in connection.execute(
        "SELECT layer, unit, count, mean, std, zeros, quantiles FROM unit_stats"
    ):
        try:
            stats_of(tuple(rest), None)
        except ValueError as error:
            yield f"The statistics of {layer}:{unit} are damaged ({error})."


def _unreadable_maps(connection: sqlite3.Connection) -> Iterator[str]:
    for layer, unit in connection.execute("SELECT layer, unit FROM facet_maps").fetchall():
        try:
            read_facets(connection, layer, unit)
        except ValueError as error:
            yield f"The facet map of {layer}:{unit} is damaged ({error})."
