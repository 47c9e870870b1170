"""Clips: one shape that moves, grows or turns, as frames with the motion's name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepvis_app.messages import U8
from precompute.rendered.scenes import SIZES, Scene, caption, random_scene, shaded
from precompute.rendered.shapes import COLOURS, SHAPES, SIDE, Colour, Piece, paint

FRAMES = 12
# Place down, place to the right, size and angle each go round: behind its largest value is its smallest one. Each
# begins anywhere, all equally likely, so in every frame of every motion it is anywhere: no frame alone tells a motion.
# (Without the leap this cannot be: what always goes left is further left in its last frames than in its first ones.)
EDGE = 0.26  # sides from a centre to the border at least: what is largest stays in the picture
GROWTH = 2.4  # the largest radius in smallest ones
WAY = (0.3, 0.45)  # of a round, in a clip: less than half, so that where it went is told from its ends

# name -> rounds of the place down, of that to the right, of the size and the angle, for each unit of WAY. Turning by
# four is by more than one of the angles after which a shape looks the same.
MOTIONS: dict[str, tuple[int, int, int, int]] = {
    "left": (0, -1, 0, 0),
    "right": (0, 1, 0, 0),
    "up": (-1, 0, 0, 0),
    "down": (1, 0, 0, 0),
    "growing": (0, 0, 1, 0),
    "turning": (0, 0, 0, 4),
}


@dataclass(frozen=True)
class Clip:
    """`frames` are RGB (T, H, W, 3), `motion` is one of MOTIONS.

    `caption` is such as "one red square on grey moving left".
    """

    frames: U8
    motion: str
    caption: str


def film(scene: Scene, motion: str, seed: int, frames: int = FRAMES, side: int = SIDE) -> Clip:
    """A clip of a scene with a single shape; its place, size and angle are left to chance.

    Raises ValueError for a scene that says them, and for what cannot be seen to move so.
    """
    if (scene.count, scene.size, scene.pose) != (1, "middle", "upright"):
        raise ValueError(
            f"{scene} says what a clip leaves to chance; take one shape of no given size or pose."
        )
    if motion == "turning" and not SHAPES[scene.shape].fold:
        raise ValueError(f"A {scene.shape} looks the same however it is turned.")
    dice = np.random.default_rng(seed)
    colour, ground = (shaded(COLOURS[name], dice) for name in (scene.colour, scene.background))
    begin, way = dice.random(4), dice.uniform(*WAY)
    gone = np.linspace(0, way, frames)[:, None] * np.array(MOTIONS[motion])
    rounds = ((begin + gone) % 1).tolist()
    painted = np.stack([paint([_piece(scene.shape, colour, *at)], ground, side) for at in rounds])
    doing = motion if motion.endswith("ing") else f"moving {motion}"
    return Clip(painted, motion, f"{caption(scene)} {doing}")


def random_clips(count: int, seed: int, frames: int = FRAMES, side: int = SIDE) -> list[Clip]:
    """So many clips, all motions equally often, of shapes that can be seen to turn."""
    dice = np.random.default_rng(seed)
    motions = list(MOTIONS)
    found = []
    for number in range(count):
        scene = replace(random_scene(dice), count=1, size="middle", pose="upright")
        while not SHAPES[scene.shape].fold:
            scene = replace(random_scene(dice), count=1, size="middle", pose="upright")
        found.append(film(scene, motions[number % len(motions)], int(dice.integers(1 << 32)), frames, side))
    return found


def _piece(shape: str, colour: Colour, down: float, right: float, size: float, angle: float) -> Piece:
    """The shape where each of the four stands in its round, 0..1."""
    y, x = (EDGE + (1 - 2 * EDGE) * place for place in (down, right))
    fold = SHAPES[shape].fold
    turn = 360 / fold * angle if fold else 0.0
    return Piece(shape, colour, (y, x), SIZES["middle"] * GROWTH ** (size - 0.5), turn)
