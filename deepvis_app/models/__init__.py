"""Models: the MODELS table, and `load_model` from a choice to a network that is ready to look at."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo
from deepvis_app.models import bundled, torchvision_zoo, user_file
from deepvis_app.models.caffe import family as caffe
from deepvis_app.models.caffe import named as published_caffe
from deepvis_app.models.devices import pick_device
from deepvis_app.models.fingerprint import fingerprint
from deepvis_app.models.labels import read_labels
from deepvis_app.models.layers import enumerate_layers, first_convolution
from deepvis_app.models.loaded import Family, LoadedModel, ModelError, NetSpec
from deepvis_app.words import nearest

__all__ = ["MODELS", "LoadedModel", "ModelError", "load_file", "load_model", "model_names"]

# In the order in which names are looked for: torchvision last, because its list needs the slow import.
MODELS: dict[str, Family] = {
    "bundled": bundled.FAMILY,
    "file": user_file.FAMILY,
    "caffe": caffe.FAMILY,
    "published": published_caffe.FAMILY,
    "torchvision": torchvision_zoo.FAMILY,
}


def model_names() -> list[str]:
    """All names that can be chosen as they are (a file: name is made by the user)."""
    return [name for family in MODELS.values() for name in family.names()]


def load_model(choice: ModelChoice) -> LoadedModel:
    """Build, load, freeze and inspect the chosen network. Raises ModelError, one sentence, for whatever fails."""
    device = pick_device(choice.device)
    family = _family(choice.name)
    if choice.mean and not family.takes_mean:
        raise ModelError(f"{choice.name} knows the mean of its pictures; --mean is for Caffe networks.")
    spec = family.load(choice)
    net, digest = _ready(spec, device)
    return _loaded(choice, spec, net, digest, device, _layers(net, spec, device))


def load_file(choice: ModelChoice) -> tuple[LoadedModel, ModuleType]:
    """A user's network that takes other things than one picture, so without layers; and the file that it is of.

    Raises ModelError.
    """
    device = pick_device(choice.device)
    spec, module = user_file.load_with_module(choice)
    net, digest = _ready(spec, device)
    return _loaded(choice, spec, net, digest, device, ()), module


def _ready(spec: NetSpec, device: torch.device) -> tuple[nn.Module, str]:
    """The network on its device, and its fingerprint. Raises ModelError."""
    _refuse_unfilled(spec)
    digest = fingerprint(spec.net)
    return _on_device(spec, device), digest


def _loaded(
    choice: ModelChoice,
    spec: NetSpec,
    net: nn.Module,
    digest: str,
    device: torch.device,
    layers: tuple[LayerInfo, ...],
) -> LoadedModel:
    shape = spec.preprocess
    info = ModelInfo(
        choice=choice,
        title=spec.title,
        layers=layers,
        input_size=shape.input_size,
        input_channels=shape.channels,
        crop=shape.crop,
        labels=read_labels(Path(choice.labels).expanduser()) if choice.labels else spec.labels,
        fingerprint=digest,
        device=str(device),
        weights=spec.weights,
        preprocessing=shape.in_words() + spec.note,
        start_layer=spec.start_layer or first_convolution(layers),
    )
    return LoadedModel(net, info, spec.preprocess, device)


def _family(name: str) -> Family:
    for family in MODELS.values():
        if family.prefix and name.startswith(family.prefix):
            return family
    for family in MODELS.values():
        if name in family.names():
            return family
    raise ModelError(f"There is no model {name}; the nearest names are {nearest(name, model_names())}.")


def _refuse_unfilled(spec: NetSpec) -> None:
    """Weights without values: lazy layers that never ran, or a network built on the meta device."""
    for name, tensor in [*spec.net.named_parameters(), *spec.net.named_buffers()]:
        if is_lazy(tensor) or tensor.is_meta:
            raise ModelError(
                f"{name} of {spec.title} has no values yet: load weights, or run lazy layers once, before it is given."
            )


def _on_device(spec: NetSpec, device: torch.device) -> nn.Module:
    """On the CPU convolutions run with channels last: 3.2 instead of 4.1 ms for caffenet64, one core, batch 1."""
    net = spec.net.eval()
    for weight in net.parameters():  # net.requires_grad_ is refused by TorchScript
        weight.requires_grad_(False)
    net = net.float()
    try:
        if device.type == "cpu" and all(weight.dim() < 5 for weight in net.parameters()):
            return net.to(memory_format=torch.channels_last)
        return net.to(device)
    except RuntimeError as error:
        raise ModelError(f"{spec.title} does not fit on {device}: {_first_line(error)}.") from error


def _layers(net: nn.Module, spec: NetSpec, device: torch.device) -> tuple[LayerInfo, ...]:
    shape = (1, spec.preprocess.channels, *spec.preprocess.input_size)
    try:
        layers = enumerate_layers(net, torch.zeros(shape, device=device))
    except (Exception, SystemExit) as error:  # a user's network may raise anything
        raise ModelError(
            f"{spec.title} cannot run an input of shape {shape}: {_first_line(error)}; "
            "check the channels and the input size of its preprocessing."
        ) from error
    if not any(layer.units for layer in layers):
        raise ModelError(f"{spec.title} has no layer that can be shown.")
    return layers


def _first_line(error: BaseException) -> str:
    text = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return text or type(error).__name__
