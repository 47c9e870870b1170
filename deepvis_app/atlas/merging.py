"""Whole files: several atlases of one network into one, and a compact copy. Pictures are copied, not coded anew."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from deepvis_app.atlas.connections import open_writing, reading_uri, set_journal
from deepvis_app.atlas.errors import AtlasError, AtlasTroubleError, sentences
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.atlas.schema import FACET_TABLES, FOLLOWS, STATS, create, has_facets, pictures_of
from deepvis_app.atlas.sharing import keep_image
from deepvis_app.messages import MEAN_FACET

# A row of `made` has something to show: pictures or statistics; {0} is the database, {1} the row.
_SHOWS = (
    "(EXISTS (SELECT 1 FROM {0}.pictures p WHERE p.layer = {1}.layer AND p.unit = {1}.unit AND p.kind = {1}.kind) "
    f"OR {{1}}.kind = '{STATS}')"
)
_SAME = "{0}.layer = {1}.layer AND {0}.unit = {1}.unit AND {0}.kind = {1}.kind"
_RUN = "JOIN source.runs s ON s.id = x.run JOIN main.runs r ON r.key = s.key"
_USED = " UNION ".join(f"SELECT run FROM {table}" for table in ("made", "pictures", "unit_stats"))
_FACETS = (
    "SELECT x.* FROM source.{0} x JOIN wanted w ON w.layer = x.layer AND w.unit = x.unit "
    f"AND w.kind = '{MEAN_FACET}'"
)
_WANTED = f"JOIN wanted w ON {_SAME.format('w', 'x')}"


def merge(paths: Sequence[Path], out: Path) -> None:
    """One atlas of everything that `paths` hold; where several have the same kind of a unit, the first one's is
    taken, as on a Shelf; of the runs those of which something was taken. Raises AtlasError: not the same network,
    `out` exists, unreadable, disk full.
    """
    if not paths:
        raise AtlasError("There is no atlas to merge: name at least one.")
    with AtlasReader(paths[0], None) as first:
        fingerprint, title = first.fingerprint, first.title
    with _appearing(out) as part:
        create(part, fingerprint, title)
        with closing(open_writing(part)) as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            for path in paths:
                with AtlasReader(path, fingerprint), sentences(path):  # believed only after its checks
                    connection.execute("ATTACH ? AS source", (reading_uri(path),))
                    _add(connection, pictures_of(connection, "source"))
                    connection.execute("DETACH source")
            connection.execute(f"DELETE FROM runs WHERE id NOT IN ({_USED})")


def compact(path: Path, out: Path) -> None:
    """A copy without the room of what was replaced. Raises AtlasError: `out` exists, unreadable, disk full."""
    with AtlasReader(path, None), _appearing(out) as part:
        with sentences(path), closing(sqlite3.connect(reading_uri(path), uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with part.open("rb+") as file:  # VACUUM INTO does not wait for the disk
            os.fsync(file.fileno())


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A file beside `out` that becomes it in the end, or vanishes on an error."""
    if out.exists():
        raise AtlasError(f"The file {out.name} exists already: name another one, or remove it first.")
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    with sentences(out, writing=True):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)


def _add(connection: sqlite3.Connection, theirs: str) -> None:
    """What the attached atlas has beyond the main one; `theirs` stands for the table of its pictures."""
    followed = " OR ".join(
        f"(x.kind = '{kind}' AND EXISTS (SELECT 1 FROM main.pictures p WHERE p.layer = x.layer "
        f"AND p.unit = x.unit AND p.kind = '{leader}'))"
        for kind, leader in FOLLOWS.items()
    )
    have, gives = _SHOWS.format("main", "m"), _SHOWS.format("source", "x")
    for statement in (
        "BEGIN",
        "INSERT INTO main.runs SELECT NULL, key, job, parameters, seed, data, data_hash, versions, started, finished "
        "FROM source.runs WHERE id IN (SELECT run FROM source.made) ORDER BY id ON CONFLICT (key) DO NOTHING",
        "CREATE TEMP TABLE wanted AS SELECT x.layer, x.unit, x.kind FROM source.made x "
        f"LEFT JOIN main.made m ON {_SAME.format('m', 'x')} "
        f"WHERE (m.kind IS NULL OR ({gives} AND NOT {have})) AND NOT ({followed})",
        f"DELETE FROM main.made AS x WHERE EXISTS (SELECT 1 FROM wanted w WHERE {_SAME.format('w', 'x')})",
        f"INSERT INTO main.made SELECT x.layer, x.unit, x.kind, r.id, x.note FROM source.made x {_WANTED} {_RUN}",
        f"INSERT INTO main.thumbnails SELECT x.layer, x.kind, x.unit, x.image FROM source.thumbnails x {_WANTED}",
        "INSERT INTO main.unit_stats SELECT x.layer, x.unit, r.id, x.count, x.mean, x.std, x.zeros, x.quantiles "
        f"FROM source.unit_stats x {_RUN} JOIN wanted w ON w.layer = x.layer AND w.unit = x.unit "
        f"AND w.kind = '{STATS}'",
    ):
        connection.execute(statement)
    _add_pictures(connection, theirs)
    if has_facets(connection, "source"):
        for table in FACET_TABLES:
            connection.execute(f"INSERT INTO main.{table} {_FACETS.format(table)}")
    connection.execute("DROP TABLE wanted")
    connection.execute("COMMIT")


def _add_pictures(connection: sqlite3.Connection, theirs: str) -> None:
    """In the order of units, so that what is shown together lies together; a picture without an image is left out."""
    rows = connection.execute(
        "SELECT x.layer, x.unit, x.kind, x.rank, r.id, x.score, x.facts, x.image "
        f"FROM {theirs} x {_WANTED} {_RUN} WHERE typeof(x.image) = 'blob' ORDER BY x.layer, x.unit, x.kind, x.rank"
    )
    for *row, image in rows:
        connection.execute(
            "INSERT INTO main.pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, keep_image(connection, image)),
        )


def upgrade(path: Path, patience: float) -> None:
    """Write a file of an older format anew in the present one; for the holder of its lock.

    It becomes the new file at once or stays as it was. Raises AtlasError, also when others read it for longer
    than `patience` seconds: what they hold back lies in a second file, which would be lost.
    """
    with sentences(path), closing(open_writing(path)) as connection:
        if not set_journal(connection, "delete", patience):
            raise AtlasTroubleError(
                f"The atlas {path.name} is locked by another program: close it and try again."
            )
    part = path.with_name(f".{path.name}.new")
    part.unlink(missing_ok=True)
    merge([path], part)
    with sentences(path, writing=True):
        part.replace(path)
