"""The format of an atlas file: its tables, and the checks before a file is believed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deepvis_app.atlas.errors import AtlasError, sentences

APPLICATION_ID = 0x44565541  # "DVUA"
PAGE_SIZE = 16384  # bytes; of smaller pages a tenth of the file is lost behind pictures of one or two kB
VERSION = 1
STATS = "stats"  # the kind under which `made` lists statistics
# kind -> the kind whose ranks it follows: rank k of the one is of no use without rank k of the other
FOLLOWS: dict[str, str] = {"deconv": "top", "guided": "top"}

# A file whose schema is not this to the letter is refused: so a stranger's file has no views and no triggers.
STATEMENTS = (
    "CREATE TABLE network (fingerprint TEXT NOT NULL, title TEXT NOT NULL)",
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, job TEXT NOT NULL, "
    "parameters TEXT NOT NULL, seed INTEGER NOT NULL, data TEXT NOT NULL, data_hash TEXT NOT NULL, "
    "versions TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL)",
    "CREATE TABLE made (layer TEXT NOT NULL, unit INTEGER NOT NULL, kind TEXT NOT NULL, "
    "run INTEGER NOT NULL REFERENCES runs (id), note TEXT NOT NULL, PRIMARY KEY (layer, unit, kind))",
    "CREATE TABLE pictures (id INTEGER PRIMARY KEY, layer TEXT NOT NULL, unit INTEGER NOT NULL, "
    "kind TEXT NOT NULL, rank INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES runs (id), "
    "score REAL NOT NULL, facts TEXT NOT NULL, image BLOB NOT NULL, UNIQUE (layer, unit, kind, rank))",
    "CREATE TABLE thumbnails (layer TEXT NOT NULL, kind TEXT NOT NULL, unit INTEGER NOT NULL, "
    "image BLOB NOT NULL, PRIMARY KEY (layer, kind, unit))",
    "CREATE TABLE unit_stats (layer TEXT NOT NULL, unit INTEGER NOT NULL, "
    "run INTEGER NOT NULL REFERENCES runs (id), count INTEGER NOT NULL, mean REAL NOT NULL, "
    "std REAL NOT NULL, zeros REAL NOT NULL, quantiles TEXT NOT NULL, PRIMARY KEY (layer, unit))",
)


def create(path: Path, fingerprint: str, title: str) -> None:
    """An empty atlas at `path`, which must not exist; it appears whole or not at all. Raises AtlasError.

    To be called by the holder of the file's lock only.
    """
    part = path.with_name(f".{path.name}.part")
    with sentences(path):
        for left_over in (part, part.with_name(f"{part.name}-journal")):
            left_over.unlink(missing_ok=True)
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("BEGIN")
            for statement in STATEMENTS:
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
    _check_format(connection, path)
    listed = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL LIMIT 50").fetchall()
    networks = (
        connection.execute("SELECT fingerprint, title FROM network LIMIT 2").fetchall() if listed else []
    )
    if sorted(str(row[0]) for row in listed) != sorted(STATEMENTS) or len(networks) != 1:
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


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise AtlasError(
            f"The file {path.name} is not a unit atlas: name another file, or move it away "
            "so that a new one is made."
        )
    if version != VERSION:
        raise AtlasError(
            f"The atlas {path.name} has format {version} and this DeepVis reads format {VERSION}: "
            "update DeepVis, or name another file."
        )


def _plain(text: object) -> str:
    """A stranger's text, short and printable, so that it can stand in a sentence."""
    return "".join(c for c in str(text)[:80] if c.isprintable())
