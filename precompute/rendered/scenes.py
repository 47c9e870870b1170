"""Scenes: what a picture shows, in words and as pixels. What a scene leaves open is drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from deepvis_app.messages import U8
from precompute.rendered.shapes import COLOURS, HUES, SHAPES, SIDE, Colour, Piece, paint

NUMBERS = ("one", "two", "three", "four")
SIZES = {"small": 0.09, "middle": 0.13, "big": 0.27}  # radius in sides of the picture
POSES = ("upright", "tilted")
_PLAIN = ("middle", "upright")  # what goes without saying
_PLURALS = {shape: f"{shape}es" if shape == "cross" else f"{shape}s" for shape in SHAPES}

# Within these a scene's pictures differ from each other.
_TURN = 6.0  # degrees to each side
_RADIUS = 0.1  # share of it
_SHADE = 8  # in 0..255
_GAP = 0.03  # between pieces, and to the border, in sides
_TRIES, _THROWS = 200, 40  # for places: from nothing, and before that


@dataclass(frozen=True)
class Scene:
    """The facets of a picture; places, and a little of turn, size and shade, are left to chance.

    "tilted" is turned by half of what makes the shape look the same again (a square by 45 degrees, a triangle upside
    down), which a circle and a ring cannot be; "big" ones stand alone. Raises ValueError for what cannot be painted.
    """

    shape: str
    colour: str
    background: str = "grey"
    count: int = 1
    size: str = "middle"
    pose: str = "upright"

    def __post_init__(self) -> None:
        known = self.shape in SHAPES and {self.colour, self.background} <= COLOURS.keys()
        if not known or self.size not in SIZES or self.pose not in POSES:
            raise ValueError(f"{self} has a word that no picture can show.")
        if self.colour == self.background:
            raise ValueError(f"{self} would not be seen.")
        if not 1 <= self.count <= (1 if self.size == "big" else len(NUMBERS)):
            raise ValueError(f"{self} has no room for so many.")
        if self.pose == "tilted" and not SHAPES[self.shape].fold:
            raise ValueError(f"A {self.shape} looks the same however it is turned.")


def caption(scene: Scene) -> str:
    """Such as "two red circles on grey" or "one big tilted yellow square on black": words of VOCABULARY."""
    shape = scene.shape if scene.count == 1 else _PLURALS[scene.shape]
    words = (NUMBERS[scene.count - 1], scene.size, scene.pose, scene.colour, shape, "on", scene.background)
    return " ".join(word for word in words if word not in _PLAIN)


def scene_of(sentence: str) -> Scene | None:
    """The scene of which that is the caption, or None."""
    words = sentence.split()
    singular = {many: one for one, many in _PLURALS.items()}
    size = next((word for word in words if word in SIZES), "middle")
    pose = next((word for word in words if word in POSES), "upright")
    rest = [word for word in words if word not in (size, pose)]
    if len(rest) != 5 or rest[0] not in NUMBERS:
        return None
    number, colour, shape, _, background = rest
    try:
        found = Scene(singular.get(shape, shape), colour, background, NUMBERS.index(number) + 1, size, pose)
    except ValueError:
        return None
    return found if caption(found) == " ".join(words) else None


def _vocabulary() -> tuple[str, ...]:
    told = (*SIZES, *POSES)
    words = (
        *NUMBERS,
        *(word for word in told if word not in _PLAIN),
        *COLOURS,
        *SHAPES,
        *_PLURALS.values(),
        "on",
    )
    return tuple(dict.fromkeys(words))


VOCABULARY = _vocabulary()  # every word of a caption, each once, in a fixed order


def render(scene: Scene, seed: int, side: int = SIDE) -> U8:
    """A picture of it, RGB (side, side, 3): the same for the same seed."""
    dice = np.random.default_rng(seed)
    found = pieces(scene, dice)
    return paint(found, shaded(COLOURS[scene.background], dice), side)


def pieces(scene: Scene, dice: np.random.Generator) -> list[Piece]:
    """The scene's shapes, none over another one or over the border."""
    outline = SHAPES[scene.shape]
    tilt = 180 / outline.fold if scene.pose == "tilted" else 0.0
    found = []
    for centre in _places(scene.count, SIZES[scene.size] * (1 + _RADIUS), dice):
        radius = SIZES[scene.size] * (1 + _RADIUS * dice.uniform(-1, 1))
        turn = tilt + _TURN * dice.uniform(-1, 1)
        found.append(Piece(scene.shape, shaded(COLOURS[scene.colour], dice), centre, radius, turn))
    return found


def random_scene(dice: np.random.Generator) -> Scene:
    """Any scene whose shapes have a hue, all facets equally likely as far as they go together."""
    shape, colour = one_of(dice, SHAPES), one_of(dice, HUES)
    background = one_of(dice, [name for name in COLOURS if name != colour])
    size = one_of(dice, SIZES)
    count = 1 if size == "big" else int(dice.integers(1, len(NUMBERS) + 1))
    scene = Scene(shape, colour, background, count, size)
    return replace(scene, pose=one_of(dice, POSES)) if SHAPES[shape].fold else scene


def captioned(count: int, seed: int, side: int = SIDE) -> tuple[U8, list[str]]:
    """So many random pictures, RGB (count, side, side, 3), with the caption of each."""
    dice = np.random.default_rng(seed)
    scenes = [random_scene(dice) for _ in range(count)]
    pictures = np.stack([render(scene, int(dice.integers(1 << 32)), side) for scene in scenes])
    return pictures, [caption(scene) for scene in scenes]


def shaded(colour: Colour, dice: np.random.Generator) -> Colour:
    """A little lighter or darker; the hue stays."""
    shade = int(dice.integers(-_SHADE, _SHADE + 1))
    red, green, blue = (value + shade for value in colour)
    return red, green, blue


def one_of(dice: np.random.Generator, words: Iterable[str]) -> str:
    """Any of them, all equally likely."""
    listed = list(words)
    return listed[int(dice.integers(len(listed)))]


def _places(count: int, radius: float, dice: np.random.Generator) -> list[tuple[float, float]]:
    """Centres (y, x) of circles of that radius, or of what lies in them, that do not touch."""
    edge, apart = radius + _GAP, 2 * radius + _GAP
    for _ in range(_TRIES):
        found: list[tuple[float, float]] = []
        for y, x in dice.uniform(edge, 1 - edge, (_THROWS, 2)).tolist():
            if all((y - down) ** 2 + (x - right) ** 2 >= apart**2 for down, right in found):
                found.append((y, x))
            if len(found) == count:
                return found
    raise ValueError(f"{count} shapes of radius {radius:.2f} find no room.")
