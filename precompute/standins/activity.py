"""A network that tells how a shape moves: convolutions for each frame, a recurrent net through all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from precompute.standins.base import Course, StandIn, Step, Trained

if TYPE_CHECKING:
    import numpy as np

    from deepvis_app.messages import U8
    from precompute.standins.nets import Activity

_FILE = '''"""A small network that tells how a shape moves (docs/conditions.md)."""

from pathlib import Path

from precompute.standins.nets import Activity, read

labels = {labels}
frames = {frames}
preprocess = {{"input_size": (64, 64), "mean": (0.5,) * 3, "std": (0.25,) * 3}}


def model():
    return read(Activity, Path(__file__).with_suffix(".safetensors"))
'''


def make(course: Course, path: Path, step: Step) -> Trained:
    import torch
    from torch import Tensor
    from torch.nn import functional as F

    from precompute.rendered.clips import FRAMES, MOTIONS
    from precompute.rendered.fitting import as_inputs, fit, save_as_file
    from precompute.standins.nets import Activity

    frames, motions = clips(course.pictures, 2 * course.seed)
    wanted = torch.from_numpy(motions)
    torch.manual_seed(course.seed)
    net = Activity()

    def loss(rows: Tensor) -> Tensor:
        return F.cross_entropy(net(as_inputs(frames[rows.numpy()])), wanted[rows])

    fit(net, len(frames), course, loss, step)
    save_as_file(net, path, _FILE.format(labels=list(MOTIONS), frames=FRAMES))
    return measure(net, *clips(course.held_out, 2 * course.seed + 1), course.seed)


def clips(count: int, seed: int) -> tuple[U8, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """So many clips (count, T, H, W, 3), and each one's place in MOTIONS."""
    import numpy as np

    from precompute.rendered.clips import MOTIONS, random_clips

    found = random_clips(count, seed)
    names = list(MOTIONS)
    return np.stack([clip.frames for clip in found]), np.array([names.index(clip.motion) for clip in found])


def measure(
    net: Activity, frames: U8, motions: np.ndarray[tuple[int], np.dtype[np.int64]], seed: int = 0
) -> Trained:
    """The share of clips whose motion is right, with the frames as they are, in other orders, and all the last one."""
    from precompute.conditions.videos import frozen_last, shuffled
    from precompute.rendered.fitting import answers, as_inputs

    def right(clips: U8) -> float:
        best = answers(lambda rows: net(as_inputs(clips[rows])).argmax(1), len(clips), 32)
        return float((best.numpy() == motions).mean())

    orders = {
        "in order": frames,
        "shuffled": shuffled(frames, seed),
        "backwards": frames[:, ::-1].copy(),
        "of the last frame": frozen_last(frames),
    }
    figures = {f"right {name}": round(right(clips), 4) for name, clips in orders.items()}
    return Trained(
        figures,
        f"Of held-out clips {figures['right in order']:.1%} are right, with shuffled frames "
        f"{figures['right shuffled']:.1%}, backwards {figures['right backwards']:.1%}, with "
        f"the last frame standing still {figures['right of the last frame']:.1%}.",
    )


STANDIN = StandIn(
    "activity", "how a shape moves, in clips", Course(pictures=900, held_out=300, epochs=10, rate=4e-3), make
)
