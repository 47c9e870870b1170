"""Videos that excite a class of a video network: all frames are painted at once."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, Target, positive
from precompute.synthesis.goals.base import Aimed, Goal, Result, Told, basics

if TYPE_CHECKING:
    from deepvis_app.messages import F32, U8
    from precompute.conditions.videos import Watcher
    from precompute.publish.sheet import Tile
    from precompute.synthesis.maker import Made

RATE = 8  # frames a second of the films
_ORDERS = 10  # in which the frames of a video are shuffled
_REAL = 24  # renderings of the motion
_KEYS = ("p in order", "p shuffled", "p backwards", "p last frame")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--frames", type=positive, metavar="T",
        help="with --goal video: of the clip (default: what the network's file says, or 12)")  # fmt: skip


def _open(options: argparse.Namespace) -> Target:
    from precompute.conditions.videos import open_video

    return open_video(options)


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    """Raises ModelError and OptionError."""
    from precompute.conditions.opening import Answers
    from precompute.conditions.videos import Watcher
    from precompute.synthesis.objectives import OBJECTIVES

    watcher = Watcher(job.model.net, options.frames)
    unit = _class(options.units, job)
    objective = replace(OBJECTIVES["log-softmax"], frames=watcher.frames)

    def tell(made: Sequence[Made]) -> Told:
        return _told(made, job, watcher, unit)

    facts = {"class": unit, "frames": watcher.frames}
    return Aimed(objective, facts, unit, Answers(job.model.preprocess.input_size, watcher.maps), tell)


def _class(text: str, job: Target) -> int:
    """By name or number. Raises OptionError."""
    from deepvis_app.words import nearest

    info, classes = job.model.info, job.layers[0].units
    word = text.strip()
    if word in info.labels:
        return info.labels.index(word)
    if not word.isdecimal():
        names = nearest(word, info.labels) if info.labels else f"0 to {classes - 1}"
        raise OptionError(f"--units: {info.title} has no class {word!r}; the nearest are {names}.")
    if int(word) >= classes:
        raise OptionError(f"{info.title} has classes 0 to {classes - 1}; there is no class {word}.")
    return int(word)


def _told(made: Sequence[Made], job: Target, watcher: Watcher, unit: int) -> Told:
    """Of each video its class's probability as it is shown, shuffled and backwards; and of renderings of the motion."""
    import numpy as np

    size = watcher.frames
    results: list[Result] = []
    tiles: list[Tile] = []
    label = job.model.info.label(unit)
    for at in range(0, len(made), size):
        frames = made[at : at + size]
        figures: dict[str, Any] = basics(frames[0])
        files: dict[str, bytes] = {}
        if all(one.rgb is not None and not one.reason for one in frames):
            clip = np.stack([one.rgb for one in frames if one.rgb is not None])
            figures |= _orders(clip[None], job, watcher, unit)
            files = _files(clip)
            tiles += _row(clip, "frame", figures)
        results.append(Result(frames[0].task.seed, figures, files))
    real = _real(label, size, job)
    common: dict[str, Any] = {"class": label}
    if real is not None:
        common["renderings"] = _orders(real, job, watcher, unit)
        tiles += _row(real[0], "rendered", common["renderings"])
    explained = (
        f"Videos for {label}, a row each: p is the probability of the class with the frames in order, shuffled "
        f"({_ORDERS} orders), backwards, and with the last frame standing still. "
        f"The last row is a rendering of the motion, with the means over {_REAL}."
    )
    return Told(results, common, tiles, size, explained=explained, said=_sentence(results, common, label))


def _orders(clips: U8, job: Target, watcher: Watcher, unit: int) -> dict[str, float]:
    """The mean probability of the class over clips (N, T, H, W, 3), with their frames in other orders, and with all
    frames the last one, in which nothing moves.
    """
    import numpy as np

    from precompute.conditions.videos import frozen_last, shuffled

    def sure(frames: U8) -> F32:
        return watcher.probabilities(frames, job.model.preprocess, job.model.device)[:, unit]

    mixed = np.concatenate([sure(shuffled(clips, seed)) for seed in range(_ORDERS)])
    return {
        "p in order": round(float(sure(clips).mean()), 4),
        "p shuffled": round(float(mixed.mean()), 4),
        "p backwards": round(float(sure(clips[:, ::-1]).mean()), 4),
        "p last frame": round(float(sure(frozen_last(clips)).mean()), 4),
    }


def _real(label: str, frames: int, job: Target) -> U8 | None:
    """Renderings of the motion (N, T, H, W, 3), where it is one that can be rendered."""
    import numpy as np

    from precompute.rendered.clips import MOTIONS, random_clips

    if label not in MOTIONS:
        return None
    found = random_clips(_REAL * len(MOTIONS), 1_000_003, frames)
    pixels = job.model.preprocess.pixels
    return np.stack([[pixels(rgb) for rgb in clip.frames] for clip in found if clip.motion == label])


def _files(clip: U8) -> dict[str, bytes]:
    """The film for players and for web pages, and all frames side by side."""
    import numpy as np

    from precompute.publish.pictures import encode_exact
    from precompute.studies.film import animated, film

    strip = np.concatenate(list(clip), axis=1)
    return {
        ".avi": film(list(clip), RATE),
        ".webp": animated(list(clip), RATE),
        ".png": encode_exact(strip, "png"),
    }


def _row(clip: U8, name: str, figures: Mapping[str, Any]) -> list[Tile]:
    """The frames, with a figure below each of the first ones."""
    from precompute.publish.sheet import Tile

    told = [f"{key} {figures[key]:.2f}" for key in _KEYS] + [""] * len(clip)
    return [Tile(rgb, f"{name} {k}", told[k]) for k, rgb in enumerate(clip)]


def _sentence(results: Sequence[Result], common: dict[str, Any], label: str) -> str:
    import numpy as np

    shown = [result.figures for result in results if "p in order" in result.figures]
    if not shown:
        return ""
    painted = ", ".join(f"{np.mean([one[key] for one in shown]):.2f} {key[2:]}" for key in _KEYS)
    words = f"Probability of {label}: {painted}"
    if "renderings" in common:
        words += "; of renderings " + ", ".join(f"{common['renderings'][key]:.2f} {key[2:]}" for key in _KEYS)
    return f"{words}."


GOAL = Goal(
    "video", "a film for a class of a video network (--model file:PATH.py), --units left or 0", "robust", _aim,
    add_arguments=add_arguments, own=("units", "frames"), needs=("units",), open=_open,
)  # fmt: skip
