"""Clips: one shape that moves, grows or turns, as frames with the motion's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from deepvis_app.messages import U8
from precompute.rendered.scenes import Scene, caption, pieces, random_scene, shaded
from precompute.rendered.shapes import COLOURS, SHAPES, SIDE, Piece, paint

FRAMES = 12
_WAY = 0.44  # sides that a shape moves
_GROWTH = 2.4  # times its radius at the beginning


@dataclass(frozen=True)
class Clip:
    """`frames` are RGB (T, H, W, 3), `motion` is one of MOTIONS.

    `caption` is such as "one red square on grey moving left".
    """

    frames: U8
    motion: str
    caption: str


def film(scene: Scene, motion: str, seed: int, frames: int = FRAMES, side: int = SIDE) -> Clip:
    """A clip of a scene with a single shape that is not big. Raises ValueError for what cannot be seen to move so."""
    if scene.count != 1 or scene.size == "big":
        raise ValueError(f"{scene} has no room to move; take one shape that is not big.")
    if motion == "turning" and not SHAPES[scene.shape].fold:
        raise ValueError(f"A {scene.shape} looks the same however it is turned.")
    dice = np.random.default_rng(seed)
    piece = replace(pieces(scene, dice)[0], centre=_middle(dice))
    ground = shaded(COLOURS[scene.background], dice)
    at = np.linspace(-0.5, 0.5, frames)
    painted = np.stack([paint([MOTIONS[motion](piece, float(now))], ground, side) for now in at])
    doing = motion if motion.endswith("ing") else f"moving {motion}"
    return Clip(painted, motion, f"{caption(scene)} {doing}")


def random_clips(count: int, seed: int, frames: int = FRAMES, side: int = SIDE) -> list[Clip]:
    """So many clips, all motions equally often, of shapes that can be seen to turn."""
    dice = np.random.default_rng(seed)
    motions = list(MOTIONS)
    found = []
    for number in range(count):
        scene = replace(random_scene(dice), count=1, size="middle")
        while not SHAPES[scene.shape].fold:
            scene = replace(random_scene(dice), count=1, size="middle")
        found.append(film(scene, motions[number % len(motions)], int(dice.integers(1 << 32)), frames, side))
    return found


def _middle(dice: np.random.Generator) -> tuple[float, float]:
    """Where a shape is in the middle of the clip: from there every motion stays in the picture."""
    y, x = dice.uniform(0.42, 0.58, 2)
    return float(y), float(x)


def _moved(down: float, right: float) -> Callable[[Piece, float], Piece]:
    def at(piece: Piece, now: float) -> Piece:
        y, x = piece.centre
        return replace(piece, centre=(y + down * now * _WAY, x + right * now * _WAY))

    return at


def _grown(piece: Piece, now: float) -> Piece:
    return replace(piece, radius=piece.radius * _GROWTH**now)


def _turned(piece: Piece, now: float) -> Piece:
    """By one and a half times the angle after which it looks the same, so that the last frame is not the first."""
    return replace(piece, turn=piece.turn + 540 / SHAPES[piece.shape].fold * now)


# name -> a piece as it is in the middle of the clip, and the time from -0.5 to 0.5 -> the piece then.
MOTIONS: dict[str, Callable[[Piece, float], Piece]] = {
    "left": _moved(0, -1),
    "right": _moved(0, 1),
    "up": _moved(-1, 0),
    "down": _moved(1, 0),
    "growing": _grown,
    "turning": _turned,
}
