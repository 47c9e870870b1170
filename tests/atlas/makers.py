"""Small atlases for tests, and a look into them that does not go through the reader."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.atlas import AtlasWriter
from deepvis_app.atlas.facet_rows import THUMB
from deepvis_app.atlas.schema import APPLICATION_ID, FORMATS
from deepvis_app.messages import (
    U8,
    CodeSpace,
    Facet,
    FacetMap,
    FacetPoint,
    PictureFacts,
    RunInfo,
    UnitPicture,
    UnitRecord,
    UnitRef,
    UnitStats,
)

NETWORK, TITLE = "ab" * 32, "a small network"
OTHER_NETWORK = "cd" * 32
RUN = RunInfo("am", {"steps": 200, "blur": [4, 0.5]}, seed=7, data="five photographs", data_hash="1234")
STATS = UnitStats(5, 1.5, 0.5, ((0.0, 0.25), (0.5, 1.5), (1.0, 2.5)), 0.2)


def photo(number: int = 0, height: int = 40, width: int = 40) -> U8:
    """A smooth picture, another one for each number: lossy coding keeps it to a few levels."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [np.sin(2 * x + y * (1 + channel) + number) for channel in range(3)]
    return (127 + 100 * np.stack(waves, 2)).astype(np.uint8)


def pictures(kind: str, count: int = 2, number: int = 0, side: int = 40) -> tuple[UnitPicture, ...]:
    return tuple(
        UnitPicture(
            kind,
            rank,
            photo(number + rank, side, side),
            float(count - rank),
            PictureFacts(activation=number + rank),
        )
        for rank in range(count)
    )


def record(
    unit: int, *kinds: str, layer: str = "conv1", number: int = 0, stats: bool = False, side: int = 40
) -> UnitRecord:
    shown = tuple(picture for kind in kinds for picture in pictures(kind, number=number, side=side))
    return UnitRecord(UnitRef(layer, unit), kinds, shown, STATS if stats else None)


def atlas(path: Path, *records: UnitRecord, run: RunInfo = RUN, network: str = NETWORK) -> Path:
    """A closed atlas that holds these records."""
    with AtlasWriter(path, network, TITLE) as writer:
        begun = writer.begin(run)
        for one in records:
            writer.put(one, begun)
        writer.finish(begun)
    return path


def facet_map(count: int = 12, dims: int = 3, width: int = 7, seed: int = 0) -> FacetMap:
    """Two facets of different sizes, the points' thumbnails of one grey each."""
    dice = np.random.default_rng(seed)
    first = tuple(range(0, count, 3))
    rest = tuple(one for one in range(count) if one not in first)
    greys = np.linspace(40, 210, count).astype(np.uint8)
    return FacetMap(
        dice.normal(size=(count, 2)).astype(np.float32),
        dice.uniform(-1, 1, count).astype(np.float32),
        tuple(
            FacetPoint(f"class/{one}.png", (0, 1, 30, 31) if one else None, "fish", one / 7)
            for one in range(count)
        ),
        np.broadcast_to(greys[:, None, None, None], (count, THUMB, THUMB, 3)).copy(),
        (
            Facet(rest, (0.5, -2.0), 3, 0.5, 0.75, "fish", 1.0),
            Facet(first, (1.0, 2.0), 1, -0.25, 0.5),
        ),
        CodeSpace(
            "fc7",
            False,
            dice.normal(size=width).astype(np.float32),
            dice.normal(size=(dims, width)).astype(np.float32),
            dice.normal(size=(count, dims)).astype(np.float32),
        ),
    )


def facet_record(unit: int, layer: str = "conv1", count: int = 12, note: str = "") -> UnitRecord:
    shown = (*pictures("facets"), *pictures("facet-am", number=5))
    return UnitRecord(
        UnitRef(layer, unit), ("facets", "facet-am", "facet-dgn"), shown, None, note, facet_map(count)
    )


def old_atlas(path: Path, like: Path) -> Path:
    """The same as the file `like`, in format 1: images and whole facts with the pictures."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        for statement in FORMATS[1]:
            connection.execute(statement)
        connection.execute("ATTACH ? AS new", (str(like),))
        for table in ("network", "runs", "made", "thumbnails", "unit_stats"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
        connection.execute(
            "INSERT INTO pictures SELECT NULL, layer, unit, kind, rank, run, score, "
            "'{\"activation\":' || rank || '}', data FROM new.pictures p JOIN new.images i ON i.id = p.image"
        )
    return path


def second_atlas(path: Path, like: Path) -> Path:
    """The same as the file `like` but for its facet maps, in format 2."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 2")
        for statement in FORMATS[2]:
            connection.execute(statement)
        connection.execute("ATTACH ? AS new", (str(like),))
        for table in ("network", "runs", "made", "thumbnails", "unit_stats", "pictures", "images"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
    return path


def sql(path: Path, statement: str, *values: object) -> list[Any]:
    """What a stranger with SQLite could do to the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()
