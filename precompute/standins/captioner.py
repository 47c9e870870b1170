"""A network that tells in words what a picture shows: convolutions, then a recurrent net that says word after word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.standins.base import Course, StandIn, Step, Trained

if TYPE_CHECKING:
    import torch

    from deepvis_app.messages import U8
    from precompute.standins.nets import Captioner

_FILE = '''"""A small network that tells in words what a rendered picture shows (docs/conditions.md)."""

from pathlib import Path

from precompute.standins.nets import WORDS, Captioner, read

vocabulary = WORDS
preprocess = {"input_size": (64, 64), "mean": (0.5,) * 3, "std": (0.25,) * 3}


def model():
    return read(Captioner, Path(__file__).with_suffix(".safetensors"))
'''
_SILENT = -100  # a place behind the end, which does not count


def make(course: Course, path: Path, step: Step) -> Trained:
    import torch
    from torch import Tensor
    from torch.nn import functional as F

    from precompute.rendered.fitting import as_inputs, fit, save_as_file
    from precompute.rendered.scenes import captioned
    from precompute.standins.nets import Captioner

    rgb, captions = captioned(course.pictures, 2 * course.seed)
    told, wanted = as_tokens(captions)
    torch.manual_seed(course.seed)
    net = Captioner()
    dice = torch.Generator().manual_seed(course.seed)

    def loss(rows: Tensor) -> Tensor:
        pictures = rgb[rows.numpy()]
        if torch.rand((), generator=dice) < 0.5:  # seen in a mirror, the words are the same
            pictures = pictures[:, :, ::-1].copy()
        logits = net(as_inputs(pictures), told[rows])
        return F.cross_entropy(logits.flatten(0, 1), wanted[rows].flatten(), ignore_index=_SILENT)

    fit(net, len(rgb), course, loss, step)
    save_as_file(net, path, _FILE)
    return measure(net, *captioned(course.held_out, 2 * course.seed + 1))


def as_tokens(captions: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """What is given (N, L), the start and the words, and what is to be said (N, L), the words and the end."""
    import torch

    from precompute.standins.nets import END, START, WORDS

    said = [[WORDS.index(word) for word in (START, *caption.split(), END)] for caption in captions]
    length = max(map(len, said)) - 1
    given = torch.full((len(said), length), WORDS.index(END))
    wanted = torch.full((len(said), length), _SILENT)
    for row, numbers in enumerate(said):
        given[row, : len(numbers) - 1] = torch.tensor(numbers[:-1])
        wanted[row, : len(numbers) - 1] = torch.tensor(numbers[1:])
    return given, wanted


def measure(net: Captioner, rgb: U8, captions: Sequence[str]) -> Trained:
    """The share of words that are right behind the right ones, and of captions that are right word for word."""
    from precompute.conditions.captions import Speaker
    from precompute.rendered.fitting import answers, as_inputs
    from precompute.standins.nets import WORDS

    given, wanted = as_tokens(captions)
    counts = wanted != _SILENT
    speaker = Speaker(net, WORDS)
    best = answers(lambda rows: net(as_inputs(rgb[rows]), given[rows]).argmax(2), len(rgb))
    said = [words for at in range(0, len(rgb), 64) for words in speaker.said(as_inputs(rgb[at : at + 64]))]
    words = float((best == wanted)[counts].float().mean())
    whole = sum(one == caption for one, caption in zip(said, captions, strict=True)) / len(captions)
    return Trained(
        {"words right": round(words, 4), "captions right": round(whole, 4)},
        f"Of held-out captions {words:.1%} of the words are right, and {whole:.1%} of the captions as a whole.",
    )


STANDIN = StandIn(
    "captioner",
    "what a picture shows, in words",
    Course(pictures=6000, held_out=500, epochs=6, rate=4e-3),
    make,
)
