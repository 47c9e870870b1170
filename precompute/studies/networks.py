"""Networks that are named on the command line as NAME or NAME=WEIGHTS: judges, and others to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo
from deepvis_app.models import LoadedModel, load_model
from precompute.options import OptionError
from precompute.studies.base import Desk


def open_networks(texts: Sequence[str], device: str) -> list[LoadedModel]:
    """The named networks. Raises ModelError."""
    found = []
    for text in texts:
        name, _, weights = text.partition("=")
        found.append(load_model(ModelChoice(name, weights or "default", device)))
    return found


def told(model: LoadedModel) -> dict[str, str]:
    """What a report says of a network."""
    return {
        "name": model.info.choice.name,
        "weights": model.info.weights,
        "fingerprint": model.info.fingerprint,
    }


def in_words(model: LoadedModel) -> str:
    """Short: the title, and which weights when they are not its own, by their file or else by their hash."""
    title, weights = model.info.title, Path(model.info.weights).stem
    if model.info.weights == "bundled":
        return title
    if weights == title:
        return f"{title} ({model.info.fingerprint[:6]})"
    return weights if weights.startswith(title) else f"{title} ({weights})"


def class_layer(info: ModelInfo) -> LayerInfo:
    """Where a network's classes are read before the softmax. Raises OptionError where there are no classes."""
    layers = [layer for layer in info.layers if layer.is_class_layer and "Softmax" not in layer.kind]
    if not layers or not info.labels:
        raise OptionError(f"{info.title} has no classes with names; this study needs some.")
    return layers[-1]


def code_layer(info: ModelInfo, layer: LayerInfo) -> LayerInfo:
    """The ReLU that directly follows a layer, where one does: what is meant by the layer's code in the papers."""
    for other in info.layers:
        if other.pictures_of == layer.name and other.kind.startswith("ReLU"):
            return other
    return layer


def first_name(label: str) -> str:
    """Of "goldfish, Carassius auratus" the goldfish, in small letters."""
    return label.split(",", maxsplit=1)[0].strip().lower()


def independent(texts: Sequence[str], desk: Desk) -> list[LoadedModel]:
    """The named networks, none of which may be the one that is looked at. Raises ModelError and OptionError."""
    found = open_networks(texts, desk.options.device)
    prints, words = {desk.model.info.fingerprint}, {in_words(desk.model)}
    for text, model in zip(texts, found, strict=True):
        if model.info.fingerprint in prints:
            raise OptionError(
                f"{text} has the weights of another network here; give one that is independent."
            )
        if in_words(model) in words:
            raise OptionError(
                f"{text} is called {in_words(model)} like another network here; rename its file."
            )
        prints.add(model.info.fingerprint)
        words.add(in_words(model))
    return found
