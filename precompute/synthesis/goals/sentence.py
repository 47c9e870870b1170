"""Pictures for which a captioner says a given sentence."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from precompute.options import Target
from precompute.synthesis.goals.base import Aimed, Goal, Result, Told, basics, picture_files

if TYPE_CHECKING:
    from torch import Tensor

    from deepvis_app.messages import U8
    from precompute.conditions.captions import Speaker
    from precompute.synthesis.maker import Made
    from precompute.synthesis.objectives import Objective

_SIDE = 240  # of a tile: a sentence must find room below it
_REAL = 24  # renderings of the sentence that the painted pictures are compared with


def spoken() -> Objective:
    """The sum over the layer's units: the log-probability of a sentence whose words' log-probabilities they are.

    log p(words | picture) = sum over k of log p(word k | picture, words before k). Nguyen et al. 2019, section 5 and
    Fig. 12 (through LRCN there).
    """
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        return maps.float().sum((1, 2, 3))

    return Objective(value, "log-probability of the sentence", of_unit=False)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--words", metavar="SENTENCE",
        help='with --goal sentence: what the captioner is to say, such as "two red circles on grey"')  # fmt: skip


def _open(options: argparse.Namespace) -> Target:
    from precompute.conditions.captions import open_captioner

    return open_captioner(options)


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    """Raises ModelError and OptionError."""
    from precompute.conditions.captions import Speaker
    from precompute.conditions.opening import Answers

    speaker = Speaker(job.model.net, job.model.info.labels)
    numbers = speaker.numbers(options.words)
    sentence = " ".join(options.words.split())

    def run(x: Tensor) -> Tensor:
        return speaker.log_probabilities(x, numbers)[:, :, None, None]

    def tell(made: Sequence[Made]) -> Told:
        return _told(made, job, speaker, sentence)

    return Aimed(
        spoken(), {"words": sentence}, parts=Answers(job.model.preprocess.input_size, run), tell=tell
    )


def _told(made: Sequence[Made], job: Target, speaker: Speaker, sentence: str) -> Told:
    """What the captioner says of each picture as it is shown, and how sure it is, beside renderings of the sentence."""
    import numpy as np

    from precompute.publish.sheet import Tile
    from precompute.rendered.scenes import scene_of

    scene = scene_of(sentence)
    tiles, results = [], []
    for one in made:
        figures: dict[str, Any] = basics(one)
        said, more = "no picture", one.reason
        if one.rgb is not None:
            (said,), (sure,) = _judged(job, speaker, sentence, [one.rgb])
            figures |= {"says": said, "log-probability": round(sure, 4)}
            more = f"log p {sure:.2f}"
        tiles.append(Tile(one.rgb, f"seed {one.task.seed}: {more}", said))
        results.append(Result(one.task.seed, figures, picture_files(one)))
    told = [result.figures for result in results if "says" in result.figures]
    right = sum(figures["says"] == sentence for figures in told)
    words = f"The captioner says just that of {right} of {len(told)} pictures"
    figures = {"words": sentence, "said": right}
    if scene is not None:
        from precompute.rendered.scenes import render

        real = [job.model.preprocess.pixels(render(scene, 1_000_000 + seed)) for seed in range(_REAL)]
        said_of_real, sure_of_real = _judged(job, speaker, sentence, real)
        share = sum(one == sentence for one in said_of_real) / _REAL
        figures["renderings"] = {
            "count": _REAL,
            "said": round(share, 4),
            "log-probability": [round(float(np.median(sure_of_real)), 4), round(min(sure_of_real), 4)],
        }
        words += f", and of {share:.0%} of renderings of it"
        tiles += [
            Tile(rgb, f"rendered: log p {sure:.2f}", text)
            for rgb, sure, text in zip(real[:4], sure_of_real, said_of_real, strict=False)
        ]
    explained = (
        f'Pictures for which the captioner is to say "{sentence}": below each the log-probability of that, and what it '
        "says by itself of the picture as it is shown."
    )
    return Told(results, figures, tiles, min(3, len(tiles)), _SIDE, explained, f"{words}.")


def _judged(
    job: Target, speaker: Speaker, sentence: str, pictures: Sequence[U8]
) -> tuple[list[str], list[float]]:
    """What is said of each picture, and the log-probability of the sentence."""
    import torch

    model = job.model
    images = torch.cat([model.preprocess.tensor(rgb, model.device) for rgb in pictures])
    with torch.no_grad():
        sure = speaker.log_probabilities(images, speaker.numbers(sentence)).sum(1)
    return speaker.said(images), sure.tolist()


GOAL = Goal(
    "sentence", "a picture of which a captioner (--model file:PATH.py) says the sentence of --words", "robust", _aim,
    add_arguments=add_arguments, own=("words",), needs=("words",), open=_open,
)  # fmt: skip
