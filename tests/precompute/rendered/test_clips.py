"""Clips: a shape that does what its motion says, and stays in the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from precompute.rendered.clips import EDGE, FRAMES, GROWTH, MOTIONS, WAY, film, random_clips
from precompute.rendered.scenes import Scene

Table = np.ndarray[Any, np.dtype[np.float64]]
WAYS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0), "growing": (0, 0), "turning": (0, 0)}
DIRECTIONS = ["left", "right", "up", "down"]
ROUND = 1 - 2 * EDGE  # sides, from the first place to the last one
MANY = 240  # clips of a motion


def masks(
    motion: str, seed: int, frames: int = FRAMES, side: int = 64
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    shown = film(Scene("square", "red", "white"), motion, seed, frames, side).frames.astype(int)
    red: np.ndarray[Any, np.dtype[np.bool_]] = shown[..., 0] - shown[..., 2] > 90
    return red


def seen(motion: str, seed: int, frames: int = FRAMES, side: int = 64) -> Table:
    """For each frame y and x of the shape's middle and the root of its area, in sides."""
    found = [
        (*np.argwhere(mask).mean(0) + 0.5, mask.sum() ** 0.5) for mask in masks(motion, seed, frames, side)
    ]
    return np.array(found) / side


def gone(begin: Table, end: Table) -> Table:
    """Between places: who is behind the last one stands at the first one, so by the shorter way."""
    return (end - begin + ROUND / 2) % ROUND - ROUND / 2


@pytest.fixture(scope="module")
def many() -> dict[str, Table]:
    """For each motion (MANY, 3, 3): y, x and size in the first, middle and last frame."""
    seeds = {motion: 1000 * number for number, motion in enumerate(MOTIONS)}
    return {
        motion: np.stack([seen(motion, at + k, 3, 32) for k in range(MANY)]) for motion, at in seeds.items()
    }


def told(features: dict[str, Table]) -> float:
    """How many of the second half of each motion's rows are nearest to its mean over the first half."""
    means = np.stack([rows[: MANY // 2].mean(0) for rows in features.values()])
    right = [
        ((rows[MANY // 2 :, None] - means) ** 2).sum(2).argmin(1) == number
        for number, rows in enumerate(features.values())
    ]
    return float(np.mean(right))


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_shape_moves_as_it_is_told(motion: str) -> None:
    for seed in range(4):
        found = seen(motion, seed)
        steps = gone(found[:-1, :2], found[1:, :2])
        wanted = np.array(WAYS[motion])
        np.testing.assert_allclose(steps[:, wanted == 0], 0, atol=0.012)
        way = steps.sum(0) @ wanted / ROUND
        assert way == 0 if not wanted.any() else WAY[0] - 0.03 < way < WAY[1] + 0.03
        larger = found[1:, 2] / found[:-1, 2]
        if motion == "growing":
            leaps = larger < 0.7
            assert leaps.sum() <= 1
            assert (larger[~leaps] > 0.97).all()
            over_all = np.log(found[-1, 2] / found[0, 2]) / np.log(GROWTH) + leaps.sum()
            assert WAY[0] - 0.05 < over_all < WAY[1] + 0.05
        else:
            np.testing.assert_allclose(larger, 1, atol=0.08)


def test_a_turning_shape_covers_other_pixels_at_the_same_place() -> None:
    frames = masks("turning", 0)
    both = [(frames[0] & mask).sum() / mask.sum() for mask in frames[1:]]
    assert min(both) < 0.9


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_shape_stays_in_the_picture(motion: str) -> None:
    for seed in range(12):
        frames = masks(motion, seed)
        assert frames.any((1, 2)).all()
        assert not frames[:, [0, -1]].any()
        assert not frames[:, :, [0, -1]].any()


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_no_frame_alone_tells_the_motion(many: dict[str, Table], frame: int) -> None:
    alone = {motion: rows[:, frame] for motion, rows in many.items()}
    assert told({motion: alone[motion] for motion in DIRECTIONS}) < 0.25 + 0.06
    assert told(alone) < 1 / 6 + 0.05
    for (
        motion,
        rows,
    ) in alone.items():  # not only the means: places and sizes lie as those of all other motions do
        others = np.concatenate([alone[other] for other in MOTIONS if other != motion])
        for own, rest in zip(rows.T, others.T, strict=True):
            at = np.sort(np.concatenate([own, rest]))
            ranks = [np.searchsorted(np.sort(one), at, side="right") / len(one) for one in (own, rest)]
            # Kolmogorov and Smirnov: of two samples of one distribution beyond it once in 1000 times
            assert np.abs(ranks[0] - ranks[1]).max() < 1.95 * (1 / len(own) + 1 / len(rest)) ** 0.5


def test_the_first_and_the_last_frame_together_tell_the_direction(many: dict[str, Table]) -> None:
    assert (
        told({motion: gone(many[motion][:, 0, :2], many[motion][:, -1, :2]) for motion in DIRECTIONS}) > 0.99
    )


def test_random_clips_are_the_seeds_own_and_have_every_motion_equally_often() -> None:
    clips = random_clips(12, 3, side=32)
    assert sorted(clip.motion for clip in clips) == sorted([*MOTIONS] * 2)
    assert all(clip.frames.shape == (FRAMES, 32, 32, 3) and clip.frames.dtype == np.uint8 for clip in clips)
    for one, other in zip(clips, random_clips(12, 3, side=32), strict=True):
        np.testing.assert_array_equal(one.frames, other.frames)
    assert clips[0].caption.endswith(" moving left")
    assert clips[4].caption.endswith(" growing")


def test_what_cannot_be_seen_to_move_so_is_refused() -> None:
    with pytest.raises(ValueError, match="looks the same however it is turned"):
        film(Scene("ring", "red"), "turning", 0)
    with pytest.raises(ValueError, match="leaves to chance"):
        film(Scene("square", "red", count=2), "left", 0)
    with pytest.raises(ValueError, match="leaves to chance"):
        film(Scene("square", "red", pose="tilted"), "left", 0)
