"""The format of an atlas file: its tables, and the checks before a file is believed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deepvis_app.atlas.errors import AtlasError, sentences

APPLICATION_ID = 0x44565541  # "DVUA"
PAGE_SIZE = 16384  # bytes; of smaller pages a tenth of the file is lost behind pictures of one or two kB
VERSION = 3
STATS = "stats"  # the kind under which `made` lists statistics
# kind -> the kind whose ranks it follows: rank k of the one is of no use without rank k of the other
FOLLOWS: dict[str, str] = {
    "deconv": "top",
    "guided": "top",
    "lrp": "top",
    "facet-am": "facets",
    "facet-dgn": "facets",
    "facet-real": "facets",
    "facet-deconv": "facets",
    "facet-lrp": "facets",
}

_COMMON = (
    "CREATE TABLE network (fingerprint TEXT NOT NULL, title TEXT NOT NULL)",
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, job TEXT NOT NULL, "
    "parameters TEXT NOT NULL, seed INTEGER NOT NULL, data TEXT NOT NULL, data_hash TEXT NOT NULL, "
    "versions TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL)",
    "CREATE TABLE made (layer TEXT NOT NULL, unit INTEGER NOT NULL, kind TEXT NOT NULL, "
    "run INTEGER NOT NULL REFERENCES runs (id), note TEXT NOT NULL, PRIMARY KEY (layer, unit, kind))",
    "CREATE TABLE thumbnails (layer TEXT NOT NULL, kind TEXT NOT NULL, unit INTEGER NOT NULL, "
    "image BLOB NOT NULL, PRIMARY KEY (layer, kind, unit))",
    "CREATE TABLE unit_stats (layer TEXT NOT NULL, unit INTEGER NOT NULL, "
    "run INTEGER NOT NULL REFERENCES runs (id), count INTEGER NOT NULL, mean REAL NOT NULL, "
    "std REAL NOT NULL, zeros REAL NOT NULL, quantiles TEXT NOT NULL, PRIMARY KEY (layer, unit))",
)
# Format -> its tables. A file whose schema is not this to the letter is refused: so a stranger's file has no
# views and no triggers. Format 2 holds every image once (`sharing.py`), 3 facet maps as well (`facet_rows.py`); the
# older ones are read, not written.
_IMAGES_ONCE = (
    *_COMMON,
    "CREATE TABLE pictures (layer TEXT NOT NULL, unit INTEGER NOT NULL, kind TEXT NOT NULL, "
    "rank INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES runs (id), score REAL NOT NULL, "
    "facts TEXT NOT NULL, image INTEGER NOT NULL, PRIMARY KEY (layer, unit, kind, rank)) WITHOUT ROWID",
    "CREATE TABLE images (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, uses INTEGER NOT NULL, "
    "data BLOB NOT NULL)",
    "CREATE INDEX images_by_crc ON images (crc)",
)
FORMATS: dict[int, tuple[str, ...]] = {
    1: (
        *_COMMON,
        "CREATE TABLE pictures (id INTEGER PRIMARY KEY, layer TEXT NOT NULL, unit INTEGER NOT NULL, "
        "kind TEXT NOT NULL, rank INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES runs (id), "
        "score REAL NOT NULL, facts TEXT NOT NULL, image BLOB NOT NULL, UNIQUE (layer, unit, kind, rank))",
    ),
    2: _IMAGES_ONCE,
    3: (
        *_IMAGES_ONCE,
        "CREATE TABLE facet_maps (layer TEXT NOT NULL, unit INTEGER NOT NULL, facts TEXT NOT NULL, "
        "points BLOB NOT NULL, places BLOB NOT NULL, axes BLOB NOT NULL, PRIMARY KEY (layer, unit)) WITHOUT ROWID",
        "CREATE TABLE facet_sheets (layer TEXT NOT NULL, unit INTEGER NOT NULL, sheet INTEGER NOT NULL, "
        "image BLOB NOT NULL, PRIMARY KEY (layer, unit, sheet)) WITHOUT ROWID",
    ),
}
# Rows (layer, unit, kind, rank, run, score, facts, image) with the image itself; {0} is the database.
_PICTURES_1 = "SELECT layer, unit, kind, rank, run, score, facts, image FROM {0}.pictures"
_PICTURES = (
    "SELECT p.layer, p.unit, p.kind, p.rank, p.run, p.score, p.facts, i.data AS image "
    "FROM {0}.pictures p LEFT JOIN {0}.images i ON i.id = p.image"
)
FACET_TABLES = ("facet_maps", "facet_sheets")


def pictures_of(connection: sqlite3.Connection, database: str = "main") -> str:
    """What stands for the table of pictures with their images in a statement, whatever the file's format."""
    rows = _PICTURES_1 if format_of(connection, database) == 1 else _PICTURES
    return f"({rows.format(database)})"


def has_facets(connection: sqlite3.Connection, database: str = "main") -> bool:
    """Whether the file's format knows facet maps."""
    return format_of(connection, database) > 2


def format_of(connection: sqlite3.Connection, database: str = "main") -> int:
    return int(connection.execute(f"PRAGMA {database}.user_version").fetchone()[0])


def create(path: Path, fingerprint: str, title: str) -> None:
    """An empty atlas at `path`, which must not exist; it appears whole or not at all. Raises AtlasError.

    To be called by the holder of the file's lock only.
    """
    part = path.with_name(f".{path.name}.part")
    with sentences(path, writing=True):
        for left_over in (part, part.with_name(f"{part.name}-journal")):
            left_over.unlink(missing_ok=True)
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("BEGIN")
            for statement in FORMATS[VERSION]:
                connection.execute(statement)
            connection.execute("INSERT INTO network VALUES (?, ?)", (fingerprint, title))
            connection.execute("COMMIT")
        finally:
            connection.close()
        part.replace(path)


def check(connection: sqlite3.Connection, path: Path, fingerprint: str | None) -> tuple[str, str]:
    """The fingerprint and title of the network that this atlas belongs to.

    Raises AtlasError: no atlas, newer, altered, or (unless `fingerprint` is None) of another network; and
    sqlite3.Error where the file is damaged.
    """
    statements = FORMATS[_check_format(connection, path)]
    listed = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL LIMIT 50").fetchall()
    networks = (
        connection.execute("SELECT fingerprint, title FROM network LIMIT 2").fetchall() if listed else []
    )
    if sorted(str(row[0]) for row in listed) != sorted(statements) or len(networks) != 1:
        raise AtlasError(
            f"The atlas {path.name} is not as DeepVis made it: put back a copy, or move it away "
            "so that a new one is made."
        )
    of, title = str(networks[0][0]), _plain(networks[0][1])
    if fingerprint is not None and of != fingerprint:
        raise AtlasError(
            f"The atlas {path.name} belongs to another network ({title}): load that network, or make an "
            "atlas of this one with deepvis-precompute."
        )
    return of, title


def _check_format(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise AtlasError(
            f"The file {path.name} is not a unit atlas: name another file, or move it away "
            "so that a new one is made."
        )
    version = format_of(connection)
    if version not in FORMATS:
        raise AtlasError(
            f"The atlas {path.name} has format {version} and this DeepVis reads formats up to {VERSION}: "
            "update DeepVis, or name another file."
        )
    return version


def _plain(text: object) -> str:
    """A stranger's text, short and printable, so that it can stand in a sentence."""
    return "".join(c for c in str(text)[:80] if c.isprintable())
