"""file:PATH.py[:function]: a user's own network. The file is code and runs, so only when the user names it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from deepvis_app.messages import ModelChoice
from deepvis_app.models.loaded import Family, ModelError, NetSpec
from deepvis_app.models.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from deepvis_app.models.random_weights import randomise
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict

PREFIX = "file:"
_NAME = re.compile(r"file:(?P<path>.+\.py)(?::(?P<function>\w+))?")
_DEFAULT_SIDE = 224


def _load(choice: ModelChoice) -> NetSpec:
    return load_with_module(choice)[0]


def load_with_module(choice: ModelChoice) -> tuple[NetSpec, ModuleType]:
    """The network, and the file it comes from with whatever else that defines. Raises ModelError."""
    match = _NAME.fullmatch(choice.name)
    if match is None:
        raise ModelError(f"{choice.name} is not of the form file:PATH.py or file:PATH.py:function.")
    path = Path(match["path"]).expanduser()
    wanted = match["function"] or "model"
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    module = _run(path)
    net = _network(module, wanted, path)
    preprocess = _preprocess(getattr(module, "preprocess", None), net, path)
    labels = _labels(getattr(module, "labels", ()), path)
    title = f"{path.stem}:{wanted}" if match["function"] else path.stem
    return NetSpec(net, title, preprocess, labels, _weights(choice, net, preprocess, title)), module


def _run(path: Path) -> ModuleType:
    """Execute the file as a module of its own; files beside it can be imported."""
    name = f"deepvis_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path} cannot be read as a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up there
    try:
        with _importable(path.parent):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ModelError(f"{path.name} stopped with {_in_words(error)}.") from error
    return module


def _network(module: ModuleType, wanted: str, path: Path) -> nn.Module:
    if not hasattr(module, wanted):
        raise ModelError(
            f"{path.name} has no {wanted}: define a function {wanted}() that returns the network."
        )
    net = getattr(module, wanted)
    if not isinstance(net, nn.Module):
        if not callable(net):
            raise ModelError(f"{wanted} in {path.name} is neither a network nor a function that returns one.")
        try:
            with _importable(path.parent):
                net = net()
        except (Exception, SystemExit) as error:
            raise ModelError(f"{wanted}() in {path.name} stopped with {_in_words(error)}.") from error
    if not isinstance(net, nn.Module):
        raise ModelError(f"{wanted}() in {path.name} returned {type(net).__name__}, not a torch.nn.Module.")
    return net


def _preprocess(given: object, net: nn.Module, path: Path) -> Preprocess:
    """As the file says; what it leaves open is 224x224, ImageNet's normalisation, or (x - .5)/.5 for grey."""
    if isinstance(given, Preprocess):
        return given
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ModelError(f"preprocess in {path.name} must be a dict such as {{'input_size': (64, 64)}}.")
    known = {field.name for field in fields(Preprocess)}
    if unknown := sorted(str(key) for key in given.keys() - known):
        raise ModelError(
            f"preprocess in {path.name} has no setting {unknown[0]}; it has {', '.join(sorted(known))}."
        )
    settings: dict[str, Any] = dict(given)
    channels = settings.setdefault("channels", _input_channels(net))
    grey = channels == 1
    settings.setdefault("mean", (0.5,) if grey else IMAGENET_MEAN)
    settings.setdefault("std", (0.5,) if grey else IMAGENET_STD)
    try:
        size = settings.get("input_size", _DEFAULT_SIDE)
        size = (size, size) if isinstance(size, int) else size
        settings["input_size"] = (int(size[0]), int(size[1]))
        for key in ("mean", "std"):
            settings[key] = tuple(float(value) for value in settings[key])
        return Preprocess(**settings)
    except (ValueError, TypeError, IndexError) as error:
        raise ModelError(f"preprocess in {path.name} cannot be used: {error}.") from error


def _labels(given: Any, path: Path) -> tuple[str, ...]:
    # The order is what counts; a dict would give its keys.
    if isinstance(given, (str, Mapping, Set)) or not hasattr(given, "__iter__"):
        raise ModelError(f"labels in {path.name} must be a list of names, one for each class.")
    return tuple(str(label) for label in given)


def _weights(choice: ModelChoice, net: nn.Module, preprocess: Preprocess, title: str) -> str:
    if choice.weights == "default":
        return "as the file made them"
    if choice.weights == "random":
        try:
            randomise(net, (preprocess.channels, *preprocess.input_size))
        except Exception as error:  # a user's network may raise anything
            raise ModelError(f"{title} cannot take its input size: {_in_words(error)}.") from error
        return "random"
    try:
        load_into(net, read_state_dict(Path(choice.weights)), name=title)
    except WeightsError as error:
        raise ModelError(str(error)) from error
    return Path(choice.weights).name


def _input_channels(net: nn.Module) -> int:
    """Of the first convolution; grey networks need not say that they are grey."""
    return next((m.in_channels for m in net.modules() if isinstance(m, nn.Conv2d)), 3) or 3  # 0: lazy


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    entry = str(folder.resolve())
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        if entry in sys.path:
            sys.path.remove(entry)


def _in_words(error: BaseException) -> str:
    line = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


FAMILY = Family(names=list, load=_load, prefix=PREFIX)
