"""Which units are compared: a number or a class's name behind its layer, a list, or classes evenly spread."""

from __future__ import annotations

import argparse

from deepvis_app.messages import LayerInfo, ModelInfo
from deepvis_app.words import nearest
from precompute.options import OptionError, chosen_layers, chosen_units
from precompute.studies.command import spread
from precompute.studies.networks import class_layer, first_name

Chosen = tuple[LayerInfo, tuple[int, ...]]


def units_of(info: ModelInfo, options: argparse.Namespace) -> Chosen:
    """The layer and its units. Raises OptionError."""
    if options.unit:
        layer, unit = unit_named(info, options.unit)
        return layer, (unit,)
    layer = _layer(info, options.layer) if options.layer else class_layer(info)
    if options.units:
        return layer, chosen_units(layer, options.units)
    return layer, spread(layer.units, options.classes)


def unit_named(info: ModelInfo, text: str) -> tuple[LayerInfo, int]:
    """Of "fc8:12" or "fc8:goldfish" the layer and the unit's number. Raises OptionError."""
    name, colon, word = text.rpartition(":")
    word = word.strip()
    if not colon or not word:
        raise OptionError(f"--unit {text!r} is not LAYER:UNIT such as fc8:12 or fc8:goldfish.")
    layer = _layer(info, name)
    if word.isdecimal():
        return layer, chosen_units(layer, word)[0]
    if not layer.is_class_layer or not info.labels:
        raise OptionError(f"The units of {layer.alias} have no names: give a number, 0 to {layer.units - 1}.")
    hits = [unit for unit in range(layer.units) if word.lower() in _names(info.label(unit))]
    if len(hits) == 1:
        return layer, hits[0]
    if hits:
        numbers = " and ".join(map(str, hits))
        raise OptionError(f"Several classes are called {word}: give a number, {numbers}.")
    near = nearest(word, (first_name(info.label(unit)) for unit in range(layer.units)))
    raise OptionError(f"{info.title} has no class {word}; the nearest are {near}.")


def _names(label: str) -> list[str]:
    return [name.strip().lower() for name in label.split(",")]


def _layer(info: ModelInfo, name: str) -> LayerInfo:
    layers = chosen_layers(info, name)
    if len(layers) != 1:
        raise OptionError(f"{name} means {len(layers)} layers; name one.")
    return layers[0]
