"""Old folders -> records of an atlas: which folder is which layer, and which unit gets what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deepvis_app.messages import LayerInfo, ModelInfo, RunInfo, UnitPictures, UnitRecord, UnitRef
from precompute.options import OptionError
from precompute.publish.old_folders import Files, OldLayers
from precompute.publish.old_pictures import LayerFiles, Skipped
from precompute.publish.source import Reader
from precompute.runner import Item

JOB_NAME = "import-2015"
# Rank k of these belong together: all of them come from one run, or none.
_TOGETHER = ("top", "deconv", "guided")
_Units = Mapping[int, Mapping[str, Files]]


def matched(found: OldLayers, info: ModelInfo, renamed: Sequence[str], root: Path) -> dict[LayerInfo, _Units]:
    """The network's layers with the folders that hold them, by --map, name or alias, in execution order.

    Raises OptionError: nothing found, a --map that fits nothing, no folder that is a layer, two folders for one.
    """
    names = _renamed(renamed, found, root)
    by_name = {layer.alias: layer for layer in info.layers} | {layer.name: layer for layer in info.layers}
    layers: dict[LayerInfo, _Units] = {}
    for folder, units in found.items():
        layer = by_name.get(names.get(folder, folder))
        if layer is None or not layer.units:
            if folder in names:
                raise OptionError(
                    f"--map {folder}={names[folder]}: {info.title} has no such layer with units."
                )
            continue
        if layer in layers:
            raise OptionError(f"Two folders would be layer {layer.alias}; choose with --map.")
        layers[layer] = units
    if not layers:
        shown = ", ".join(layer.alias for layer in info.layers if layer.units)
        raise OptionError(
            f"No folder in {root} ({', '.join(sorted(found))}) is called after a layer of {info.title} ({shown}); "
            "say which is which with --map OLD=NEW, or choose the network with --model."
        )
    return {layer: layers[layer] for layer in info.layers if layer in layers}


def chosen(
    layers: Mapping[LayerInfo, _Units], wanted: Sequence[LayerInfo], units: Mapping[str, Sequence[int]]
) -> dict[LayerInfo, _Units]:
    """What --layers and --units leave of it. Units that the network does not have stay: they are told as skipped."""
    narrowed: dict[LayerInfo, _Units] = {}
    for layer in wanted:
        old = layers.get(layer, {})
        numbers = set(units[layer.name])
        everything = len(numbers) == layer.units
        kept = {unit: files for unit, files in old.items() if everything or unit in numbers}
        if kept:
            narrowed[layer] = kept
    if not narrowed:
        raise OptionError("The folder has nothing of the layers and units that were asked for.")
    return narrowed


class Import:
    """Makes the records, and counts what was left out and why."""

    def __init__(
        self,
        layers: Mapping[LayerInfo, _Units],
        wanted: Mapping[str, Sequence[int]],
        reader: Reader,
        run: RunInfo,
        *,
        replace: bool,
    ) -> None:
        """`wanted` are the units (by layer name) whose missing files are counted."""
        self._layers = {layer.name: (layer, units) for layer, units in layers.items()}
        self._wanted = wanted
        self._reader = reader
        self._run = run
        self._replace = replace
        self.skipped = Skipped()

    def make(self, item: Item) -> Iterator[UnitRecord]:
        """The records of the item's units that have at least one readable picture."""
        layer, units = self._layers[item.layer]
        self._count_missing(layer, units)
        files = LayerFiles([units[unit] for unit in item.units], self.skipped)
        for unit in item.units:
            ref = UnitRef(layer.name, unit)
            if unit >= layer.units:
                last = f"{layer.alias} of this network has only units 0 to {layer.units - 1}."
                self.skipped.add(f"{layer.alias} unit {unit}", last)
                continue
            kinds = self._free(ref, units[unit])
            pictures = [picture for kind in kinds for picture in files.pictures(units[unit][kind])]
            if pictures:
                yield UnitRecord(ref, tuple(dict.fromkeys(p.kind for p in pictures)), tuple(pictures))

    def sentences(self) -> list[str]:
        """What was left out, a sentence a reason."""
        return self.skipped.sentences()

    def _free(self, ref: UnitRef, files: Mapping[str, Files]) -> list[str]:
        """The kinds that may be written: not those that another run made, unless they are to be replaced."""
        if self._replace:
            return list(files)
        known = self._reader.unit(ref)
        kept = {kind for kind in known.pictures if not self._ours(known, kind)}
        if kept & set(_TOGETHER):
            kept |= set(_TOGETHER)
        for kind in sorted(kept & set(files)):
            self.skipped.add(
                f"{ref} {kind}", "the atlas has such pictures made otherwise; --replace takes these."
            )
        return [kind for kind in files if kind not in kept]

    def _ours(self, known: UnitPictures, kind: str) -> bool:
        return all(p.run is not None and p.run.number == self._run.number for p in known.pictures[kind])

    def _count_missing(self, layer: LayerInfo, units: _Units) -> None:
        for kind in sorted({kind for files in units.values() for kind in files}):
            missing = [unit for unit in self._wanted[layer.name] if kind not in units.get(unit, {})]
            for unit in missing:
                self.skipped.add(
                    f"{layer.alias} unit {unit}", f"there is no {kind} file of it in the folder."
                )


def _renamed(words: Sequence[str], found: OldLayers, root: Path) -> dict[str, str]:
    if not found:
        raise OptionError(
            f"{root} has no pictures in the layout of the 2015 toolbox (regularized_opt, max_im, max_deconv) or of "
            "its fork (LAYER/unit_0000)."
        )
    names = {}
    for word in words:
        old, equals, new = word.partition("=")
        if not equals or not new:
            raise OptionError(f"--map {word}: write OLD=NEW, e.g. fc8=fc3.")
        if old not in found:
            raise OptionError(
                f"--map {word}: there is no folder {old}; there are {', '.join(sorted(found))}."
            )
        names[old] = new
    return names
