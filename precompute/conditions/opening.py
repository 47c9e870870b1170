"""Opening a user's captioner or video network, and running it as if its answers were a layer's units."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType

import torch
from torch import Tensor

from deepvis_app.atlas import user_path
from deepvis_app.messages import LayerInfo, ModelChoice
from deepvis_app.models import LoadedModel, ModelError, load_file
from deepvis_app.models.user_file import PREFIX
from precompute.options import OptionError, Target
from precompute.synthesis.part import Part


def open_file(options: argparse.Namespace, what: str, stand_in: str) -> tuple[LoadedModel, ModuleType]:
    """The network that --model names, which must be a file. Raises ModelError and OptionError.

    `what` is what it must be ("a captioner"), `stand_in` the line of STANDINS that is one.
    """
    if not options.model.startswith(PREFIX):
        raise OptionError(
            f"--goal {options.goal} is for {what}: name its file with --model file:PATH.py, or make one with "
            f"deepvis-precompute train-stand-in {stand_in}."
        )
    if options.layers:
        raise OptionError(
            f"--goal {options.goal} is of what the network says in the end: leave --layers out."
        )
    if options.weights == "random":
        raise OptionError(f"--goal {options.goal} is for trained networks: leave --weights out.")
    return load_file(ModelChoice(options.model, options.weights, options.device, labels=options.labels))


def as_target(options: argparse.Namespace, model: LoadedModel, layer: LayerInfo) -> Target:
    """What a job works on, with the one layer that there is."""
    info = replace(model.info, layers=(layer,), start_layer=layer.name)
    atlas = options.atlas or user_path(info.fingerprint)
    reporter, stop = options.reporter, options.stop
    return Target(replace(model, info=info), (layer,), {}, atlas, options.seed, reporter, stop)


@dataclass(frozen=True)
class Answers:
    """`AnyParts` of a network as a whole: `run` takes preprocessed pictures and gives maps (N, units, 1, 1)."""

    size: tuple[int, int]
    run: Callable[[Tensor], Tensor]

    def of(self, layer: LayerInfo, *, whole_map: bool = False) -> Part:  # noqa: ARG002 (AnyParts)
        box = (0, 0, *self.size)
        return Part(layer, box, box, self.run, cut=False)


@contextmanager
def asked(title: str, protocol: str) -> Iterator[None]:
    """Whatever a user's network raises becomes a ModelError that says what it must take."""
    try:
        yield
    except (ModelError, KeyboardInterrupt):
        raise
    except Exception as error:  # a user's network may raise anything
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ModelError(f"{title} does not work as {protocol}: {first}.") from error


@contextmanager
def with_gradients(x: Tensor) -> Iterator[None]:
    """For a forward pass through recurrent layers: cuDNN's have no backward pass in a network that is not trained."""
    with torch.backends.cudnn.flags(enabled=not x.is_cuda):
        yield
