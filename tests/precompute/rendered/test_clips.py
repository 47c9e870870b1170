"""Clips: a shape that does what its motion says, and stays in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.rendered.clips import FRAMES, MOTIONS, film, random_clips
from precompute.rendered.scenes import Scene

WAYS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0), "growing": (0, 0), "turning": (0, 0)}


def masks(motion: str, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    frames = film(Scene("square", "red", "white"), motion, seed).frames.astype(int)
    red: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = frames[..., 0] - frames[..., 2] > 90
    return red


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_shape_moves_as_it_is_told(motion: str) -> None:
    for seed in range(4):
        seen = masks(motion, seed)
        centres = np.array([np.argwhere(mask).mean(0) for mask in seen])
        gone = centres[-1] - centres[0]
        np.testing.assert_allclose(gone, np.array(WAYS[motion]) * 0.44 * 64, atol=0.7)
        larger = seen[-1].sum() / seen[0].sum()
        assert larger == pytest.approx(2.4**2, rel=0.15) if motion == "growing" else 0.9 < larger < 1.1


def test_a_turning_shape_covers_other_pixels_at_the_same_place() -> None:
    seen = masks("turning", 0)
    both = (seen[0] & seen[-1]).sum() / seen[0].sum()
    assert both < 0.95


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_shape_stays_in_the_picture(motion: str) -> None:
    for seed in range(12):
        seen = masks(motion, seed)
        assert not seen[:, [0, -1]].any()
        assert not seen[:, :, [0, -1]].any()


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
    with pytest.raises(ValueError, match="no room to move"):
        film(Scene("square", "red", count=2), "left", 0)
