"""What stays from one unit to the next: the network, parts of it that were needed, generators."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepvis_app.atlas import Shelf
from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.generators.opening import open_generator
from precompute.generators.topology import AnyGenerator
from precompute.options import OptionError, chosen_layers, chosen_units
from precompute.painting.choices import check
from precompute.painting.easel import Easel
from precompute.painting.starts import Starts
from precompute.synthesis.natural import Card
from precompute.synthesis.pairs import largest
from precompute.synthesis.part import Parts


@dataclass(frozen=True)
class Setting:
    """All that is needed to paint; `what` is it in words."""

    easel: Easel
    starts: Starts
    what: str


class Studio:
    """Makes settings of one network."""

    def __init__(self, model: LoadedModel) -> None:
        self._model, self._parts = model, Parts(model)
        self._generators: dict[str, tuple[AnyGenerator, Card]] = {}

    def setting(self, options: argparse.Namespace) -> Setting:
        """What the options of `paint` mean. Raises OptionError, GeneratorError, PictureError."""
        check(options)
        layer, units = self._units(options)
        stats = Shelf(self._model.info.fingerprint).stats(layer.name)
        known = largest(stats)
        scales = {unit: known[unit] for unit in units} if all(unit in known for unit in units) else {}
        starts = self._starts(options, scales)
        other = (units[1], 1) if len(units) > 1 else None
        wish = starts.wish(options.start)
        try:
            easel = Easel(self._model, layer, wish, units[0], other, stats.get(units[0]), self._parts)
        except ValueError as error:
            raise OptionError(str(error)) from error
        return Setting(easel, starts, self._named(layer, units, options.method))

    def _starts(self, options: argparse.Namespace, scales: Mapping[int, float]) -> Starts:
        generator, card = self._opened(options.generator) if options.method == "dgn-am" else (None, {})
        seeds = tuple(range(options.seed, options.seed + options.pictures))
        return Starts(
            self._model, generator, card, options.preset, options.steps, seeds, options.gamma, scales
        )

    def _opened(self, name: str) -> tuple[AnyGenerator, Card]:
        if name not in self._generators:
            self._generators[name] = open_generator(name)
        return self._generators[name]

    def _units(self, options: argparse.Namespace) -> tuple[LayerInfo, tuple[int, ...]]:
        layer, unit = self._unit(options.unit)
        if not options.second:
            return layer, (unit,)
        second, number = self._unit(options.second)
        if second.name != layer.name or number == unit:
            raise OptionError("The second unit must be another one of the same layer.")
        return layer, (unit, number)

    def _unit(self, text: str) -> tuple[LayerInfo, int]:
        """The layer whose pictures the words LAYER:UNIT mean, and the number."""
        name, colon, number = text.rpartition(":")
        if not colon or not number.isdecimal():
            raise OptionError(f"{text!r} is not LAYER:UNIT, such as fc8:12.")
        layers = chosen_layers(self._model.info, name) if name != "all" else ()
        if len(layers) != 1:
            raise OptionError(f"{name} names {len(layers)} layers: name one.")
        return layers[0], chosen_units(layers[0], number)[0]

    def _named(self, layer: LayerInfo, units: Sequence[int], method: str) -> str:
        info = self._model.info
        names = [
            f"{layer.alias}:{one}" + (f" ({info.label(one)})" if layer.is_class_layer else "")
            for one in units
        ]
        return f"{' with '.join(names)}, {method} on {info.title}"
