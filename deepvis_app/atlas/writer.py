"""Writing an atlas: one writer a file, one transaction a unit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from deepvis_app.atlas.connections import open_writing, set_journal
from deepvis_app.atlas.errors import sentences
from deepvis_app.atlas.facet_rows import put_facets
from deepvis_app.atlas.images import thumbnail
from deepvis_app.atlas.lock import WriterLock
from deepvis_app.atlas.merging import upgrade
from deepvis_app.atlas.rows import RUN_COLUMNS, picture_row, run_key, run_of, run_row, stats_row
from deepvis_app.atlas.schema import FACET_TABLES, FOLLOWS, STATS, VERSION, check, create, format_of
from deepvis_app.atlas.sharing import keep_image, let_go
from deepvis_app.messages import MEAN_FACET, RunInfo, UnitPicture, UnitRecord

_PATIENCE = 3.0  # seconds that opening and closing wait for a reader in the middle of a read


class AtlasWriter:
    """The only writer of one atlas file, from the constructor to `close`; a context manager.

    Creates the file and its folder where they are missing; a file of an older format becomes one of the present.
    Raises AtlasError with the repair: being written by
    another process, of another network, newer, damaged, no atlas at all, read-only, disk full. A failure in `put`
    leaves what was there before. All calls from one thread; fork no processes while one is open.
    """

    def __init__(self, path: Path, fingerprint: str, title: str, patience: float = 0.0) -> None:
        """`patience`: seconds to wait for another writer to be done."""
        self.path = path
        with sentences(path, writing=True):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(path, patience)
        try:
            if not path.exists():
                create(path, fingerprint, title)
            self._connection = self._opened(fingerprint)
        except BaseException:
            self._lock.release()
            raise

    def begin(self, run: RunInfo) -> RunInfo:
        """`run` with its number in this atlas; one with equal job, parameters, seed and data is taken up again."""
        started = run.started or _now()
        key = run_key(run)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO runs (key, job, parameters, seed, data, data_hash, versions, started, finished) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET finished = ''",
                (key, *run_row(replace(run, started=started, finished=""))),
            )
            row = connection.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE key = ?", (key,)).fetchone()
        return run_of(row)

    def put(self, record: UnitRecord, run: RunInfo) -> None:
        """Replace `record.kinds` of the unit (and its statistics, where given) by what `run` made, all or nothing.

        Deconv and guided pictures go with the top pictures that they belong to, and those of facets with the facet
        map. Raises AtlasError, and ValueError
        for a record that makes no sense: a picture of a kind that is not named, two of one rank, a NaN.
        """
        _check(record, run)
        leaders = {(p.kind, p.rank): p.facts for p in record.pictures}
        rows = [picture_row(p, leaders.get((FOLLOWS.get(p.kind, ""), p.rank))) for p in record.pictures]
        small = [(p.kind, data) for p in record.pictures if p.rank == 0 and (data := _thumbnail(p))]
        stats = stats_row(record.stats) if record.stats else None
        layer, unit = record.ref.layer, int(record.ref.unit)
        kinds = sorted({*record.kinds, *((STATS,) if stats else ())})
        with self._transaction() as connection:
            _clear(connection, layer, unit, kinds)
            connection.executemany(
                "INSERT INTO made VALUES (?, ?, ?, ?, ?)",
                [(layer, unit, kind, run.number, record.note) for kind in kinds],
            )
            for kind, rank, score, facts, image in rows:
                connection.execute(
                    "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (layer, unit, kind, rank, run.number, score, facts, keep_image(connection, image)),
                )
            connection.executemany(
                "INSERT INTO thumbnails VALUES (?, ?, ?, ?)",
                [(layer, kind, unit, data) for kind, data in small],
            )
            if stats:
                connection.execute(
                    "INSERT INTO unit_stats VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (layer, unit, run.number, *stats),
                )
            if record.facets:
                put_facets(connection, layer, unit, record.facets)

    def finish(self, run: RunInfo) -> None:
        """Everything of `run` is there: from now on it has a time of finishing."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (_now(), run.number))

    def done(self, run: RunInfo, kind: str, layer: str) -> frozenset[int]:
        """The units of `layer` whose `kind` this very run has made or tried ("stats" is a kind here)."""
        with sentences(self.path):
            rows = self._connection.execute(
                "SELECT unit FROM made WHERE run = ? AND kind = ? AND layer = ?", (run.number, kind, layer)
            ).fetchall()
        return frozenset(row[0] for row in rows)

    def close(self) -> None:
        """Fold everything into the one file and let go of it; nothing is lost where a reader forbids the folding."""
        with suppress(sqlite3.Error):  # a full disk: the next writer folds it in
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            set_journal(self._connection, "delete", _PATIENCE)
        self._connection.close()
        self._lock.release()

    def __enter__(self) -> AtlasWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, fingerprint: str) -> sqlite3.Connection:
        with sentences(self.path):
            connection = open_writing(self.path)
            try:
                check(connection, self.path, fingerprint)
                if format_of(connection) < VERSION:
                    connection.close()
                    upgrade(self.path, _PATIENCE)
                    connection = open_writing(self.path)
                set_journal(connection, "wal", _PATIENCE)
                connection.execute("PRAGMA synchronous = FULL")  # finished units outlive a power cut
                connection.execute(
                    "BEGIN IMMEDIATE"
                )  # a file that cannot be written fails now, not after an hour
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with sentences(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _clear(connection: sqlite3.Connection, layer: str, unit: int, kinds: list[str]) -> None:
    """Forget these kinds of the unit, and the kinds that follow them."""
    for kind in {*kinds, *(kind for kind, leader in FOLLOWS.items() if leader in kinds)}:
        shown = connection.execute(
            "SELECT image FROM pictures WHERE layer = ? AND unit = ? AND kind = ?", (layer, unit, kind)
        )
        let_go(connection, shown)
        for table in ("made", "pictures", "thumbnails"):
            connection.execute(
                f"DELETE FROM {table} WHERE layer = ? AND unit = ? AND kind = ?", (layer, unit, kind)
            )
    if MEAN_FACET in kinds:
        for table in FACET_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE layer = ? AND unit = ?", (layer, unit))
    if STATS in kinds:
        connection.execute("DELETE FROM unit_stats WHERE layer = ? AND unit = ?", (layer, unit))


def _thumbnail(picture: UnitPicture) -> bytes | None:
    stored = picture.rgb if picture.whole is None else picture.whole
    return thumbnail(picture.rgb, picture.kind, max(stored.shape[:2]))


def _check(record: UnitRecord, run: RunInfo) -> None:
    if not run.number:
        raise ValueError("a run has no number before `begin` gave it one")
    stray = {picture.kind for picture in record.pictures} - set(record.kinds)
    if stray:
        raise ValueError(f"pictures of kinds that the record does not name: {sorted(stray)}")
    if len({(picture.kind, picture.rank) for picture in record.pictures}) < len(record.pictures):
        raise ValueError("two pictures of one kind and rank")
    if record.facets and MEAN_FACET not in record.kinds:
        raise ValueError("a facet map in a record that does not name its kind")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
