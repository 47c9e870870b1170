"""Every image is stored once, however many pictures show it: patches of one photograph excite many units."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable


def keep_image(connection: sqlite3.Connection, data: bytes) -> int:
    """The number of the image with these bytes, which one more picture shows now; to be called in a transaction."""
    crc = zlib.crc32(data)  # finds it quickly; equal are only equal bytes
    row = connection.execute("SELECT id FROM images WHERE crc = ? AND data = ?", (crc, data)).fetchone()
    if row is None:
        added = connection.execute("INSERT INTO images (crc, uses, data) VALUES (?, 1, ?)", (crc, data))
        assert added.lastrowid is not None
        return added.lastrowid
    connection.execute("UPDATE images SET uses = uses + 1 WHERE id = ?", row)
    return int(row[0])


def let_go(connection: sqlite3.Connection, images: Iterable[tuple[int]]) -> None:
    """One picture less shows each of these images; those that none shows any more vanish."""
    rows = list(images)
    connection.executemany("UPDATE images SET uses = uses - 1 WHERE id = ?", rows)
    connection.executemany("DELETE FROM images WHERE id = ? AND uses < 1", rows)
