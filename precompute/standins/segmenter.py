"""A network that tells of each pixel which shape it is of: fully convolutional, 64 x 64 -> 8 maps of 64 x 64."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from precompute.standins.base import Course, StandIn, Step, Trained

if TYPE_CHECKING:
    from deepvis_app.messages import U8
    from precompute.standins.nets import Segmenter

_FILE = '''"""A small network that tells of each pixel which shape it is of (docs/conditions.md)."""

from pathlib import Path

from precompute.standins.nets import Segmenter, read

labels = {labels}
preprocess = {{"input_size": (64, 64), "mean": (0.5,) * 3, "std": (0.25,) * 3}}


def model():
    return read(Segmenter, Path(__file__).with_suffix(".safetensors"))
'''
_GROUND = 0.2  # how much a pixel of the background counts: nine in ten are


def make(course: Course, path: Path, step: Step) -> Trained:
    import torch
    from torch import Tensor
    from torch.nn import functional as F

    from precompute.rendered.fitting import as_inputs, fit, save_as_file
    from precompute.rendered.segments import LABELS, segmented
    from precompute.standins.nets import Segmenter

    rgb, labels = segmented(course.pictures, 2 * course.seed)
    wanted = torch.from_numpy(labels).long()
    torch.manual_seed(course.seed)
    net = Segmenter()

    weights = torch.tensor([_GROUND, *(1.0 for _ in LABELS[1:])])

    def loss(rows: Tensor) -> Tensor:
        return F.cross_entropy(net(as_inputs(rgb[rows.numpy()])), wanted[rows], weights)

    fit(net, len(rgb), course, loss, step)
    save_as_file(net, path, _FILE.format(labels=list(LABELS)))
    return measure(net, *segmented(course.held_out, 2 * course.seed + 1))


def measure(net: Segmenter, rgb: U8, labels: U8) -> Trained:
    """The share of pixels that are right, and the mean over labels of intersection over union."""
    from precompute.rendered.fitting import answers, as_inputs
    from precompute.synthesis.labelling import agreement

    best = answers(lambda rows: net(as_inputs(rgb[rows])).argmax(1).byte(), len(rgb))
    right, overlap = agreement(best.numpy(), labels)
    return Trained(
        {"pixels right": round(right, 4), "mean IoU": round(overlap, 4)},
        f"Of held-out pictures {right:.1%} of the pixels are right; mean intersection over union {overlap:.3f}.",
    )


STANDIN = StandIn(
    "segmenter",
    "which shape each pixel is of",
    Course(pictures=4000, held_out=400, epochs=5, rate=4e-3),
    make,
)
