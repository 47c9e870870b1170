"""Pictures that a segmentation network sees as a given map of classes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, Target, target
from precompute.synthesis.goals.base import Aimed, Goal, Result, Told, basics, picture_files
from precompute.synthesis.goals.looking import maps_seen

if TYPE_CHECKING:
    from torch import Tensor

    from deepvis_app.messages import U8, LayerInfo, ModelInfo
    from precompute.synthesis.labelling import Colour
    from precompute.synthesis.maker import Made
    from precompute.synthesis.objectives import Objective
    from precompute.synthesis.part import Parts

_ENTRY = re.compile(r"#([0-9a-fA-F]{6})=(.+)")


def wanted_classes(labels: Tensor, weights: Tensor) -> Objective:
    """The mean over positions of log softmax(maps)[wanted class], weighted; 0 at best.

    `labels` (h, w) are the wanted classes, `weights` (h, w) are how much each position counts; their sum is 1.
    Nguyen et al. 2019, section 5 and Fig. 14.
    """
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        spoken = maps.float().log_softmax(1)
        chosen = spoken.gather(1, labels.expand(len(maps), 1, *labels.shape))[:, 0]
        found: Tensor = (chosen * weights).sum((1, 2))
        return found

    return Objective(value, "mean log-probability of the wanted classes", whole_map=True, of_unit=False)


def weights_for(labels: Tensor, anything: int, *, even: bool) -> Tensor:
    """Equal for all positions that matter; with `even` every wanted class counts the same, however small it is."""
    counts = (labels != anything).float()
    if even:
        for label in labels.unique().tolist():
            here = labels == label
            counts[here] = counts[here] / here.sum()
    return counts / counts.sum()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--segments", type=Path, metavar="FILE.png",
        help="with --goal segmentation: a palette or grey picture of class numbers, 255 where any will do")  # fmt: skip
    add("--legend", metavar="#RRGGBB=CLASS,...",
        help="with --goal segmentation: what its colours mean instead, by the classes' names or numbers")  # fmt: skip
    add("--even", action="store_true",
        help="with --goal segmentation: every wanted class counts the same, however small its place is")  # fmt: skip


def _open(options: argparse.Namespace) -> Target:
    """With the last layer, where --layers names none. Raises ModelError and OptionError."""
    job = target(argparse.Namespace(**{**vars(options), "layers": options.layers or "all", "units": "all"}))
    layers = job.layers if options.layers else _of_classes(job.model.info)
    if len(layers) != 1 or layers[0].units < 2 or layers[0].map_shape[0] * layers[0].map_shape[1] < 2:
        raise OptionError(
            f"{job.model.info.title} gives no maps of classes there; --goal segmentation is for networks that do "
            "(such as deepvis-precompute train-stand-in segmenter makes), or for a layer that --layers names."
        )
    return Target(job.model, layers, {}, job.atlas, job.seed, job.progress, job.stop)


def _of_classes(info: ModelInfo) -> tuple[LayerInfo, ...]:
    shown = [layer for layer in info.layers if layer.units]
    return tuple(shown[-1:])


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    """Raises OptionError and PictureError."""
    import torch

    from precompute.synthesis.labelling import ANYTHING, classes_of, fitted_labels, read_labels
    from precompute.synthesis.part import Parts

    layer, parts, device = job.layers[0], Parts(job.model), job.model.device
    legend = None if not options.legend else legend_of(options.legend, job.model.info, layer)
    labels = fitted_labels(read_labels(options.segments, legend), layer.map_shape)
    classes = classes_of(labels)
    if not classes:
        raise OptionError(f"{options.segments.name} wants no class anywhere: all of it is {ANYTHING}.")
    if classes[-1] >= layer.units:
        raise OptionError(
            f"{options.segments.name} has class {classes[-1]}, but {layer.alias} has classes 0 to {layer.units - 1}."
        )
    wanted = torch.from_numpy(labels.copy()).long().to(device)
    weights = weights_for(wanted, ANYTHING, even=options.even)
    objective = wanted_classes(wanted.where(wanted != ANYTHING, 0), weights)
    facts = {"segments": sha256(labels.tobytes()).hexdigest()[:16], "even": options.even}

    def tell(made: Sequence[Made]) -> Told:
        return _told(made, job, parts, labels)

    return Aimed(objective, facts, classes[-1], parts, tell)


def legend_of(text: str, info: ModelInfo, layer: LayerInfo) -> dict[Colour, int]:
    """Colour -> class, of words like #ff0000=circle,#000000=0. Raises OptionError."""
    from deepvis_app.words import nearest

    found: dict[Colour, int] = {}
    for entry in filter(None, (word.strip() for word in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise OptionError(f"--legend {entry!r} is not of the form #RRGGBB=CLASS, such as #ff0000=1.")
        colour, name = bytes.fromhex(match[1]), match[2].strip()
        if not name.isdecimal() and name not in info.labels:
            names = nearest(name, info.labels) if info.labels else f"0 to {layer.units - 1}"
            raise OptionError(f"--legend: there is no class {name!r}; the nearest are {names}.")
        found[(colour[0], colour[1], colour[2])] = int(name) if name.isdecimal() else info.labels.index(name)
    return found


def _told(made: Sequence[Made], job: Target, parts: Parts, labels: U8) -> Told:
    """What the network itself makes of each picture as it is shown, and how far that is what was wanted."""
    import numpy as np

    from precompute.publish.sheet import Tile
    from precompute.synthesis.labelling import agreement, classes_of, drawn

    names = ", ".join(job.model.info.label(label) for label in classes_of(labels))
    tiles: list[Tile] = []
    results = []
    for one in made:
        figures: dict[str, Any] = basics(one)
        tiles.append(Tile(drawn(labels), "wanted", names))
        tiles.append(Tile(one.rgb, f"seed {one.task.seed}", f"value {one.value:.3f}"))
        if one.rgb is None:
            tiles.append(Tile(None, "no picture", one.reason))
        else:
            found = maps_seen(one.rgb, job, parts)[0].argmax(0).cpu().numpy().astype(np.uint8)
            right, overlap = agreement(found, labels)
            figures |= {"pixels right": round(right, 4), "mean IoU": round(overlap, 4)}
            tiles.append(Tile(drawn(found), f"{right:.0%} right", f"IoU {overlap:.2f}"))
        results.append(Result(one.task.seed, figures, picture_files(one)))
    shares = [result.figures["pixels right"] for result in results if "pixels right" in result.figures]
    said = f"The network sees {np.mean(shares):.0%} of the pixels as wanted." if shares else ""
    explained = (
        "A row is a seed: the map that was wanted, the picture, and what the network sees in it as shown."
    )
    return Told(results, {}, tiles, 3, explained=explained, said=said)


GOAL = Goal(
    "segmentation", "a picture that a segmentation network sees as the classes of --segments FILE.png", "tv", _aim,
    add_arguments=add_arguments, own=("segments", "legend", "even"), needs=("segments",), open=_open,
)  # fmt: skip
