"""Where the images and pictures of a facet map stand in a widget: geometry only, in pixels, as (x, y)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepvis_app.messages import F32, FacetMap

Flags = NDArray[np.bool_]
# Okabe & Ito 2008: told apart by people of all kinds of colour vision; black and white are left to the ground.
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#f0e442")
SHAPES = ("circle", "square", "diamond")  # the next one when the colours have been used up
MARGIN = 10
_THUMB = (16, 32)  # a thumbnail's least and largest side
_CROWD = 0.5  # the share of the room that thumbnails would cover if all were shown
_PICTURE = (30, 110)
_ACROSS = 4.2  # how many facets' pictures stand along the shorter side
_RINGS, _ANGLES = (0.0, 0.8, 1.1, 1.5, 2.0, 2.6), 16  # where a picture is tried, in sides from the centre
_AWAY, _OVER = 3.0, 1000.0  # what a side's distance costs, and a hidden picture, in hidden images


@dataclass(frozen=True)
class Look:
    """How far one has gone in: a point of the whole map is at `point * zoom + origin`."""

    zoom: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def closer(self, factor: float, at: tuple[float, float], room: tuple[int, int]) -> Look:
        """What is at `at` stays there; the map always fills the room."""
        zoom = min(max(self.zoom * factor, 1.0), 16.0)
        moved = [a - (a - o) * zoom / self.zoom for a, o in zip(at, self.origin, strict=True)]
        return Look(zoom, self.origin).moved((moved[0] - self.origin[0], moved[1] - self.origin[1]), room)

    def moved(self, by: tuple[float, float], room: tuple[int, int]) -> Look:
        x, y = (
            min(max(o + d, (1 - self.zoom) * side), 0.0)
            for o, d, side in zip(self.origin, by, room, strict=True)
        )
        return Look(self.zoom, (x, y))


@dataclass(frozen=True)
class Places:
    """`dots` (n, 2) and `centres` (k, 2) of images and facets; `thumbs` are the images with room for a thumbnail of
    `thumb` pixels, `pictures` (k, 2) the middles of the facets' pictures of `side` pixels, where `shown`.
    """

    dots: F32
    centres: F32
    thumb: int
    thumbs: tuple[int, ...]
    side: int
    pictures: F32
    shown: tuple[bool, ...]


def in_room(facets: FacetMap, xy: F32, room: tuple[int, int], look: Look) -> F32:
    """Places (..., 2) of the map's plane in the widget; both axes fill the room, for neither has a unit."""
    low, high = facets.xy.min(0), facets.xy.max(0)
    share = (np.asarray(xy, np.float32) - low) / np.maximum(high - low, 1e-9)
    margin = MARGIN + _thumb(len(facets.xy), room) / 2
    inside = np.maximum(np.array(room, np.float32) - 2 * margin, 1)
    found: F32 = ((margin + share * inside) * look.zoom + np.array(look.origin)).astype(np.float32)
    return found


def arranged(facets: FacetMap, room: tuple[int, int], look: Look, shown: tuple[bool, ...]) -> Places:
    """Pictures of the `shown` facets in sight hide as few images as can be; thumbnails overlap nothing."""
    dots = in_room(facets, facets.xy, room, look)
    centres = in_room(facets, np.array([facet.centre for facet in facets.facets]), room, look)
    inside = _inside(centres, room)
    shown = tuple(bool(there) for there in inside & np.array(shown, bool))
    thumb = _thumb(len(dots), room)
    side = int(np.clip(min(room) / _ACROSS, *_PICTURE))
    pictures = _picture_places(dots, centres, side, room, shown)
    taken = pictures[np.array(shown, bool)]
    thumbs = _with_room(facets, dots, thumb, taken, side, room)
    return Places(dots, centres, thumb, thumbs, side, pictures, shown)


def _thumb(count: int, room: tuple[int, int]) -> int:
    return int(np.clip((_CROWD * room[0] * room[1] / max(count, 1)) ** 0.5, *_THUMB))


def _picture_places(
    dots: F32, centres: F32, side: int, room: tuple[int, int], shown: tuple[bool, ...]
) -> F32:
    """Of the places around each centre that which hides the fewest images and other pictures, and is near."""
    angles = 2 * np.pi * np.arange(_ANGLES) / _ANGLES
    rings = np.array(_RINGS)[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], -1)
    around = rings.reshape(-1, 2) * side
    half = side / 2 + 2
    low, high = np.full(2, half), np.maximum(np.array(room) - half, half)
    placed: list[F32] = []
    for centre, there in zip(centres, shown, strict=True):
        if not there:
            placed.append(centre)
            continue
        tried = (np.clip(centre, low, high) + around).clip(low, high)
        hidden = _near(tried, dots, half).sum(1)
        others = np.array([at for at, use in zip(placed, shown, strict=False) if use]).reshape(-1, 2)
        over = _near(tried, others, side + 4).sum(1) + 0.5 * _near(tried, centres, half).sum(1)
        away = np.hypot(*(tried - centre).T) / side
        placed.append(tried[(hidden + _OVER * over.astype(int) + over + _AWAY * away).argmin()])
    return np.array(placed, np.float32).reshape(-1, 2)


def _with_room(
    facets: FacetMap, dots: F32, thumb: int, taken: F32, side: int, room: tuple[int, int]
) -> tuple[int, ...]:
    """Of each facet in turn the next nearest to its centre, if its thumbnail overlaps nothing."""
    rounds = max(len(facet.members) for facet in facets.facets)
    order = [
        facet.members[turn] for turn in range(rounds) for facet in facets.facets if turn < len(facet.members)
    ]
    free = _inside(dots, room) & ~_near(dots, taken, (side + thumb) / 2 + 1).any(1)
    chosen: list[int] = []
    for one in order:
        if free[one]:
            chosen.append(one)
            free &= ~_near(dots, dots[one : one + 1], thumb + 2)[:, 0]
    return tuple(chosen)


def _inside(points: F32, room: tuple[int, int]) -> Flags:
    found: Flags = np.all((points >= 0) & (points <= np.array(room)), axis=1)
    return found


def _near(these: F32, those: F32, reach: float) -> Flags:
    """(these, those): whether they are less than `reach` apart along both axes."""
    (x, y), (across, down) = these.T, those.T
    near: Flags = (np.abs(x[:, None] - across) < reach) & (np.abs(y[:, None] - down) < reach)
    return near
