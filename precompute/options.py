"""What all jobs are told alike: which network, which layers and units, which atlas; and what that means."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from deepvis_app import __version__
from deepvis_app.words import nearest
from precompute.errors import GivenError
from precompute.memory import keep_freed_memory
from precompute.progress import PROGRESS, Progress
from precompute.stop import Stop

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo, ModelInfo, RunInfo, UnitStats
    from deepvis_app.models import LoadedModel

DEFAULT_MODEL = "caffenet64"
LARGEST_SEED = (1 << 32) - 1
LARGEST_BATCH = 1 << 14


class OptionError(GivenError):
    """One sentence: what was asked for does not exist, and what does."""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one sentence with the nearest names, and exits with status 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        _, _, words = message.partition("unrecognized arguments: ")
        if words:
            known = [name for action in self._actions for name in action.option_strings]
            word = words.split()[0]
            near = get_close_matches(word.split("=")[0], known, n=2, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else "--help lists what there is."
            message = f"there is no option or argument {word}; {hint}"
        self.exit(2, f"{self.prog}: {message}\n")


@dataclass(frozen=True)
class Target:
    """What a job works on, and where it reports."""

    model: LoadedModel
    layers: tuple[LayerInfo, ...]  # in execution order
    units: Mapping[str, tuple[int, ...]]  # layer name -> its wanted units
    atlas: Path
    seed: int
    progress: Progress
    stop: Stop

    def known_stats(self) -> dict[str, dict[int, UnitStats]]:
        """By layer and unit, of the atlas itself and of the bundled one below it."""
        from deepvis_app.atlas import Shelf, bundled_path

        fingerprint = self.model.info.fingerprint
        bundled = bundled_path(fingerprint)
        shelf = Shelf(fingerprint, [self.atlas, *([bundled] if bundled else [])])
        return {layer.name: shelf.stats(layer.name) for layer in self.layers}

    def run_info(
        self, job: str, parameters: Mapping[str, Any], data: str = "", data_hash: str = ""
    ) -> RunInfo:
        """The record of a run that starts now.

        `parameters` are what decides about the result of one unit. Layers, units and the device are none of
        them: a unit made alone and the same unit made with its layer are of the same run.
        """
        from deepvis_app.messages import RunInfo

        return RunInfo(
            job, parameters, self.seed, data, data_hash, versions(self.model), datetime.now(UTC).isoformat()
        )


def add_model(parser: argparse.ArgumentParser) -> None:
    """The options that name a network and its atlas."""
    add_network(parser)
    parser.add_argument("--atlas", type=Path, metavar="FILE", help="default: the network's own, in your data")


def add_network(parser: argparse.ArgumentParser) -> None:
    """The options that name a network."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="caffenet64 (default), a torchvision or installed name, file:PATH.py[:function], "
        "caffe:DEPLOY.prototxt:WEIGHTS.caffemodel",
    )
    parser.add_argument("--weights", default="default", help="default, random, or a weights file")
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:1, mps")
    parser.add_argument(
        "--mean",
        default="",
        metavar="FILE",
        help="of a Caffe network: .binaryproto, .npy or 104,117,123; with *X, times X",
    )
    parser.add_argument("--labels", default="", metavar="FILE", help="the classes' names, one on each line")


def add_common(parser: argparse.ArgumentParser) -> None:
    """The options that every job takes."""
    add_model(parser)
    parser.add_argument(
        "--layers", default="all", help='names or patterns, e.g. conv3 or "conv*,fc8" (default all)'
    )
    parser.add_argument("--units", default="all", help="e.g. 0,3,10-20 (default all)")
    parser.add_argument("--seed", type=seed, default=0, help="of all that is random (default 0)")
    add_progress(parser)


def add_progress(parser: argparse.ArgumentParser) -> None:
    """The option that says how a command reports."""
    parser.add_argument(
        "--progress", choices=PROGRESS, default="bar", help="a bar, or JSON lines for programs"
    )


def add_training(parser: argparse.ArgumentParser) -> None:
    """The options of what is trained for a network."""
    add_network(parser)
    add_progress(parser)


def positive(text: str) -> int:
    """For argparse: a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def batch_size(text: str) -> int:
    """For argparse, of every --batch: from 1 to LARGEST_BATCH, more than which no device has memory for."""
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_BATCH:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from 1 to {LARGEST_BATCH}; left out, a fitting one is taken"
        )
    return int(text)


def seed(text: str) -> int:
    """For argparse: a whole number that leaves room for the further seeds that are counted from it."""
    if not text.isdecimal() or int(text) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {LARGEST_SEED}")
    return int(text)


def target(options: argparse.Namespace) -> Target:
    """Load the network and find what was asked for.

    `options` has what `add_common` adds, and the `reporter` and `stop` that `command.execute` sets. Raises
    ModelError, and OptionError for layers and units that are not there.
    """
    from deepvis_app.atlas import user_path

    model = load(options)
    layers = chosen_layers(model.info, options.layers)
    units = {layer.name: chosen_units(layer, options.units) for layer in layers}
    atlas = options.atlas or user_path(model.info.fingerprint)
    return Target(model, layers, units, atlas, options.seed, options.reporter, options.stop)


def load(options: argparse.Namespace) -> LoadedModel:
    """The network that --model, --weights and --device name. Raises ModelError."""
    from deepvis_app.messages import ModelChoice
    from deepvis_app.models import load_model

    keep_freed_memory()
    mean, labels = getattr(options, "mean", ""), getattr(options, "labels", "")
    return load_model(ModelChoice(options.model, options.weights, options.device, mean, labels))


def chosen_layers(info: ModelInfo, text: str) -> tuple[LayerInfo, ...]:
    """The layers that the words name (names, aliases, patterns), in execution order.

    Layers whose pictures another layer's serve (a ReLU behind a convolution) are left out of "all"; where one of
    them is named, that other layer is meant, as in the window.
    """
    shown = [layer for layer in info.layers if layer.units]
    if text.strip() == "all":
        return tuple(layer for layer in shown if not layer.pictures_of)
    found: set[str] = set()
    for word in filter(None, (word.strip() for word in text.split(","))):
        hits = [layer for layer in info.layers if _called(layer, word)]
        if not hits:
            raise OptionError(_no_layer(info, shown, word))
        if not any(layer.units for layer in hits):
            raise OptionError(f"Layer {word} of {info.title} has no units: {hits[0].hidden_because}.")
        found |= {layer.pictures_of or layer.name for layer in hits if layer.units}
    if not found:
        raise OptionError("--layers names no layer; leave it out for all of them.")
    return tuple(layer for layer in shown if layer.name in found)


def chosen_units(layer: LayerInfo, text: str) -> tuple[int, ...]:
    """The unit numbers that the words name, rising."""
    if text.strip() == "all":
        return tuple(range(layer.units))
    units: set[int] = set()
    for word in filter(None, (word.strip() for word in text.split(","))):
        first, dash, last = word.partition("-")
        if not first.isdecimal() or not (last if dash else first).isdecimal():
            raise OptionError(f"--units {word!r} is not a number or a range such as 10-20.")
        numbers = range(int(first), int(last if dash else first) + 1)
        if not numbers or numbers[-1] >= layer.units:
            raise OptionError(f"{layer.alias} has units 0 to {layer.units - 1}; there is no unit {word}.")
        units.update(numbers)
    if not units:
        raise OptionError("--units names no unit; leave it out for all of them.")
    return tuple(sorted(units))


def versions(model: LoadedModel) -> dict[str, str]:
    """The software and the device that a result was made with."""
    import torch

    return {
        "deepvis": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": str(model.device),
        "model": model.info.title,
    }


def _called(layer: LayerInfo, word: str) -> bool:
    return (
        word in (layer.name, layer.alias) or fnmatchcase(layer.name, word) or fnmatchcase(layer.alias, word)
    )


def _no_layer(info: ModelInfo, shown: Sequence[LayerInfo], word: str) -> str:
    near = nearest(word, (name for layer in shown for name in (layer.alias, layer.name)))
    return f"{info.title} has no layer {word}; the nearest are {near}."
