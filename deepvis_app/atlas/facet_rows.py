"""Facet maps to rows and back. Numbers are kept as small as the window needs them; thumbnails lie on sheets.

The places of codes have 16 bits and the axes 8, each row with a scale of its own: what that loses moves a code that
is placed by about a hundredth. A stranger's row is checked as in `values`.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepvis_app.atlas.images import MAX_SIDE, decode, encode
from deepvis_app.atlas.values import as_mapping, box_of, mapping_of, real, to_json, whole_number
from deepvis_app.messages import F32, MEAN_FACET, U8, CodeSpace, Facet, FacetMap, FacetPoint, frozen

MAX_POINTS = 5000  # of one map; a stranger's file may list any number
THUMB = 32  # pixels of a thumbnail's side: a multiple of 16, so that no block of a sheet holds two of them
_ACROSS = MAX_SIDE // THUMB
_A_SHEET = _ACROSS**2
_DIGITS = 6

Row = tuple[str, bytes, bytes, bytes]  # facts, points, places, axes


def facet_row(found: FacetMap) -> Row:
    """Raises ValueError for what is not finite, too large, or does not fit together."""
    _check(found)
    space = found.space
    facts = {
        "layer": space.layer,
        "column": bool(space.column),
        "size": [len(found.points), *space.axes.shape],
        "points": [[p.source, p.box, p.label, _short(p.value)] for p in found.points],
        "facets": [
            {
                **vars(facet),
                **{name: _short(getattr(facet, name)) for name in ("silhouette", "purity", "share")},
            }
            for facet in found.facets
        ],
    }
    drawn = np.column_stack([found.xy, found.silhouettes]).astype("<f4")
    return (
        to_json(facts),
        drawn.tobytes(),
        _scaled(space.places, np.int16),
        space.mean.astype("<f4").tobytes() + _scaled(space.axes, np.int8),
    )


def facet_map_of(row: tuple[Any, ...], sheets: list[object]) -> FacetMap:
    """The map in (facts, points, places, axes) with its sheets, in order. Raises ValueError."""
    text, points, places, axes = row
    facts = mapping_of(text)
    size = [whole_number(number) for number in _listed(facts.get("size"), 3)]
    count, dims, width = size
    if not (0 < count <= MAX_POINTS and 0 < dims <= count and 0 < width <= 1 << 16):
        raise ValueError(f"a facet map of {count} points, {dims} axes, {width} units")
    drawn = _floats(points, count * 3).reshape(count, 3)
    if not isinstance(axes, bytes):
        raise ValueError("no axes")
    space = CodeSpace(
        str(facts.get("layer", "")),
        bool(facts.get("column")),
        frozen(_floats(axes[: 4 * width], width)),
        _unscaled(axes[4 * width :], dims, width, np.int8),
        _unscaled(places, count, dims, np.int16),
    )
    facets = tuple(_facet(one, count) for one in _listed(facts.get("facets")))
    if sorted(member for facet in facets for member in facet.members) != list(range(count)):
        raise ValueError("a point of a facet map is not in exactly one facet")
    return FacetMap(
        frozen(np.ascontiguousarray(drawn[:, :2])),
        frozen(np.ascontiguousarray(drawn[:, 2])),
        tuple(_point(one) for one in _listed(facts.get("points"), count)),
        _thumbnails(sheets, count),
        facets,
        space,
    )


def sheets_of(thumbnails: U8) -> list[bytes]:
    """WebP pictures of at most 16 x 16 thumbnails (n, THUMB, THUMB, 3), row by row."""
    sheets = []
    for start in range(0, len(thumbnails), _A_SHEET):
        part = thumbnails[start : start + _A_SHEET]
        rows = -(-len(part) // _ACROSS)
        tiles = np.zeros((rows * _ACROSS, THUMB, THUMB, 3), np.uint8)
        tiles[: len(part)] = part
        grid = tiles.reshape(rows, _ACROSS, THUMB, THUMB, 3).swapaxes(1, 2)
        sheets.append(encode(grid.reshape(rows * THUMB, MAX_SIDE, 3), MEAN_FACET))
    return sheets


def put_facets(connection: sqlite3.Connection, layer: str, unit: int, found: FacetMap) -> None:
    """Write a map that is not there; to be called in a transaction."""
    connection.execute("INSERT INTO facet_maps VALUES (?, ?, ?, ?, ?, ?)", (layer, unit, *facet_row(found)))
    connection.executemany(
        "INSERT INTO facet_sheets VALUES (?, ?, ?, ?)",
        [(layer, unit, number, data) for number, data in enumerate(sheets_of(found.thumbnails))],
    )


def read_facets(connection: sqlite3.Connection, layer: str, unit: int) -> FacetMap | None:
    """The unit's map, None where there is none. Raises ValueError for a damaged one."""
    row = connection.execute(
        "SELECT facts, points, places, axes FROM facet_maps WHERE layer = ? AND unit = ?", (layer, unit)
    ).fetchone()
    if row is None:
        return None
    sheets = connection.execute(
        "SELECT image FROM facet_sheets WHERE layer = ? AND unit = ? ORDER BY sheet LIMIT ?",
        (layer, unit, -(-MAX_POINTS // _A_SHEET)),
    )
    return facet_map_of(row, [image for (image,) in sheets])


def _thumbnails(sheets: list[object], count: int) -> U8:
    found = []
    for sheet in sheets:
        grid = decode(sheet)
        rows = grid.shape[0] // THUMB
        if grid.shape != (rows * THUMB, MAX_SIDE, 3):
            raise ValueError("a sheet of thumbnails has another size")
        tiles = grid.reshape(rows, THUMB, _ACROSS, THUMB, 3).swapaxes(1, 2)
        found.append(tiles.reshape(-1, THUMB, THUMB, 3))
    if sum(map(len, found)) < count:
        raise ValueError("thumbnails are missing")
    return frozen(np.concatenate(found)[:count])


def _facet(value: object, count: int) -> Facet:
    facts = as_mapping(value)
    members = tuple(whole_number(member) for member in _listed(facts.get("members")))
    averaged = whole_number(facts.get("averaged"))
    x, y = _listed(facts.get("centre"), 2)
    if not members or not 0 < averaged <= len(members) or not all(0 <= one < count for one in members):
        raise ValueError("a facet without members")
    silhouette, purity, share = (real(facts.get(name)) for name in ("silhouette", "purity", "share"))
    return Facet(
        members, (real(x), real(y)), averaged, silhouette, purity, str(facts.get("label", "")), share
    )


def _point(value: object) -> FacetPoint:
    source, box, label, number = _listed(value, 4)
    return FacetPoint(str(source), box_of(box), str(label), real(number))


def _listed(value: object, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or length not in (None, len(value)):
        raise ValueError(f"no list of {length or 'any'} things")
    return value


def _scaled(rows: F32, kind: type[np.signedinteger[Any]]) -> bytes:
    """Each row's largest size as float32, then the rows as shares of it."""
    most = np.iinfo(kind).max
    sizes = np.maximum(np.abs(rows).max(1), 1e-30).astype("<f4")
    shares = np.rint(rows / sizes[:, None] * most).astype(np.dtype(kind).newbyteorder("<"))
    return bytes(sizes.tobytes() + shares.tobytes())


def _unscaled(data: object, rows: int, columns: int, kind: type[np.signedinteger[Any]]) -> F32:
    stored = np.dtype(kind).newbyteorder("<")
    if not isinstance(data, bytes) or len(data) != 4 * rows + rows * columns * stored.itemsize:
        raise ValueError("a table of another size")
    sizes = _floats(data[: 4 * rows], rows)
    shares: NDArray[Any] = np.frombuffer(data, stored, offset=4 * rows).reshape(rows, columns)
    return frozen((shares / np.iinfo(kind).max * sizes[:, None]).astype(np.float32))


def _floats(data: object, count: int) -> F32:
    if not isinstance(data, bytes) or len(data) != 4 * count:
        raise ValueError("a table of another size")
    found: F32 = np.frombuffer(data, "<f4").astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a table with what is no number")
    return found


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _check(found: FacetMap) -> None:
    count, space = len(found.points), found.space
    sizes = {len(found.xy), len(found.silhouettes), len(found.thumbnails), len(space.places)}
    if sizes != {count} or not 0 < count <= MAX_POINTS:
        raise ValueError(f"a facet map whose parts have {sorted(sizes)} points")
    if found.thumbnails.shape[1:] != (THUMB, THUMB, 3) or (found.cluster < 0).any():
        raise ValueError("a facet map with other thumbnails, or a point in no facet")
    tables = (found.xy, found.silhouettes, space.mean, space.axes, space.places)
    if not all(np.isfinite(table).all() for table in tables):
        raise ValueError("a facet map with what is no number")
