"""What loading gives: a network ready to look at; and what a family of models gives to `load_model`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from deepvis_app.messages import ModelChoice, ModelInfo
from deepvis_app.models.preprocess import Preprocess


class ModelError(Exception):
    """One sentence that says what is wrong with the chosen model and what to do."""


@dataclass(frozen=True)
class LoadedModel:
    """A network in eval mode, no parameter requiring gradients, on its device."""

    net: nn.Module
    info: ModelInfo
    preprocess: Preprocess
    device: torch.device


@dataclass(frozen=True)
class NetSpec:
    """What a family knows about one network; `load_model` does the rest. The net is on the CPU."""

    net: nn.Module
    title: str
    preprocess: Preprocess
    labels: tuple[str, ...]
    weights: str  # what is really loaded, in words
    start_layer: str = ""  # "": the first convolution
    note: str = ""  # what to add to the words about its preprocessing


@dataclass(frozen=True)
class Family:
    """A row of the MODELS table.

    A choice belongs to the family whose `prefix` its name starts with, or else to the one that lists it in
    `names()`. `load` raises ModelError.
    """

    names: Callable[[], Sequence[str]]
    load: Callable[[ModelChoice], NetSpec]
    prefix: str = ""
    takes_mean: bool = False  # whether a choice may say the mean of its pictures
