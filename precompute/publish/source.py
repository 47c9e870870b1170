"""What is published: the units of an atlas, layer by layer, in the network's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from deepvis_app.messages import PICTURE_KINDS, LayerInfo, ModelInfo, UnitPictures, UnitRef
from precompute.options import OptionError


class Reader(Protocol):
    """What is needed of an atlas; `deepvis_app.atlas`'s AtlasReader and Shelf are such."""

    def unit(self, ref: UnitRef) -> UnitPictures: ...

    def counts(self) -> Mapping[tuple[str, str], int]: ...


@dataclass(frozen=True)
class Source:
    """The wanted part of what a reader has; `kinds` empty means all kinds."""

    info: ModelInfo
    reader: Reader
    layers: tuple[LayerInfo, ...]
    wanted: Mapping[str, tuple[int, ...]]  # layer name -> units
    kinds: tuple[str, ...] = ()

    def units(self, layer: LayerInfo) -> Iterator[UnitPictures]:
        """Every unit of which anything is known. Raises OptionError where the atlas cannot be read."""
        if not self._known(layer):
            return
        for number in self.wanted[layer.name]:
            unit = self.reader.unit(UnitRef(layer.name, number))
            if unit.error:
                raise OptionError(unit.error)
            if unit.pictures or unit.stats or unit.notes:
                yield unit

    def kinds_of(self, unit: UnitPictures) -> tuple[str, ...]:
        """The kinds of pictures that a unit has, in the order in which they are shown."""
        return tuple(kind for kind in ordered(unit.pictures) if not self.kinds or kind in self.kinds)

    def label(self, layer: LayerInfo, unit: int) -> str:
        """The class name, or "" for a unit that is none."""
        return self.info.label(unit) if layer.is_class_layer else ""

    def total(self) -> int:
        """About how many units `units` gives for all layers: exact where every unit has what its neighbours have."""
        return sum(min(len(self.wanted[layer.name]), self._known(layer)) for layer in self.layers)

    def _known(self, layer: LayerInfo) -> int:
        return max((n for (name, _), n in self.reader.counts().items() if name == layer.name), default=0)


def ordered(kinds: Mapping[str, object]) -> list[str]:
    """Kinds as PICTURE_KINDS lists them, others behind by name."""
    known = list(PICTURE_KINDS)
    return sorted(kinds, key=lambda kind: (known.index(kind) if kind in known else len(known), kind))


def kind_title(kind: str) -> str:
    return PICTURE_KINDS.get(kind, kind)
