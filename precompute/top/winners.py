"""From a finished scan to what an atlas holds of each unit: its best patches, why they are, and statistics."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from deepvis_app.attribution.batched import Traced, trace_maxima
from deepvis_app.messages import LayerInfo, PictureFacts, UnitPicture, UnitRecord, UnitRef, UnitStats
from deepvis_app.models import LoadedModel
from precompute.datasets import ImageSet
from precompute.runner import Item
from precompute.top.maxima import columns
from precompute.top.patches import LONGEST, drawn_signal, sight, true_patch
from precompute.top.pictures import Pictures, Seen
from precompute.top.scan import scanned_layers
from precompute.top.state import ScanState
from precompute.top.tally import rounded

_MEMORY = 2 << 30  # for the pairs that are traced at once, on the CPU
_BYTES = 12  # for each value of a layer: itself, the copy that goes on, its gradient


@dataclass(frozen=True)
class Winner:
    """One of the best images of a unit."""

    unit: int
    rank: int
    image: int
    value: float


@dataclass(frozen=True)
class Known:
    """Statistics of before, by layer and unit. They stay where they are of more images, or `always`."""

    stats: Mapping[str, Mapping[int, UnitStats]]
    always: bool = False

    def instead_of(self, layer: str, unit: int, own: UnitStats | None) -> UnitStats | None:
        """What stays in place of the scan's own; None: the scan's own are to be stored."""
        found = self.stats.get(layer, {}).get(unit)
        if found is None or self.always or own is None:
            return found
        return found if found.count > own.count else None


def pairs_at_once(model: LoadedModel, layer: LayerInfo) -> int:
    """How many images fit into the memory with all that a backward pass from the layer needs, at least one."""
    names = [known.name for known in model.info.layers]
    below = model.info.layers[: names.index(layer.name) + 1]
    values = sum(math.prod(known.shape) for known in below) + 3 * math.prod(model.info.input_size)
    room = torch.cuda.mem_get_info(model.device)[0] // 3 if model.device.type == "cuda" else _MEMORY
    return max(1, room // (values * _BYTES))


def stats_records(model: LoadedModel, state: ScanState, item: Item) -> Iterator[UnitRecord]:
    """Records that hold nothing but statistics, in order of the item's units."""
    stats = unit_stats(model, state, item.layer, item.units)
    for unit in item.units:
        note = "" if unit in stats else "no finite value in any image"
        yield UnitRecord(UnitRef(item.layer, unit), ("stats",), (), stats.get(unit), note)


def unit_stats(
    model: LoadedModel, state: ScanState, layer: str, units: Sequence[int]
) -> dict[int, UnitStats]:
    """What the scan found about some units (rising); one that never had a finite value is left out."""
    start = columns(scanned_layers(model))[layer].start
    found = state.tally.stats(slice(start + units[0], start + units[-1] + 1))
    spread = dict(zip(range(units[0], units[-1] + 1), found, strict=True))
    return {unit: made for unit in units if (made := spread[unit]) is not None}


class Winners:
    """Makes the records of a chunk of units: `make` is what the runner calls.

    A unit gets its `n` best, none that repeats a better one. `methods` are backward pictures beside the patches
    ("deconv", "guided", "lrp"). Percentiles are taken from the `known` statistics that stay, else from the scan's own,
    which are stored then; `kept` counts the units whose larger ones stay by themselves. `longest` is the most
    pixels of a patch's longer side.
    """

    def __init__(
        self,
        model: LoadedModel,
        images: ImageSet,
        state: ScanState,
        n: int,
        methods: Sequence[str],
        known: Known | None = None,
        longest: int = LONGEST,
    ) -> None:
        self._model, self._images, self._state, self._methods = model, images, state, tuple(methods)
        self._n, self._longest = n, longest
        self._known = known or Known({})
        self.kept = 0
        self._columns = columns(scanned_layers(model))
        self._pictures = Pictures(images, model.preprocess, state)
        self.kinds = ("top", *self._methods)

    def make(self, item: Item) -> Iterator[UnitRecord]:
        """The records of the item's units, in order."""
        layer = self._model.info.layer(item.layer)
        winners = [winner for unit in item.units for winner in self._best(layer, unit)]
        pictures = self._drawn(layer, winners) if winners else {}
        stats = unit_stats(self._model, self._state, layer.name, item.units)
        for unit in item.units:
            own = stats.get(unit)
            stays = self._known.instead_of(layer.name, unit, own)
            self.kept += stays is not None and not self._known.always
            stored = None if stays or self._known.always else own
            ordered = sorted(pictures.get(unit, ()), key=lambda p: (self.kinds.index(p.kind), p.rank))
            made = tuple(_with_percentile(p, stays or stored) for p in ordered)
            note = "" if made else self._why_none(own)
            yield UnitRecord(UnitRef(layer.name, unit), self.kinds, made, stored, note)

    def _best(self, layer: LayerInfo, unit: int) -> list[Winner]:
        """Without images in which a rectified unit is silent: they would be the first ones, not the best."""
        best: list[Winner] = []
        for value, image in self._state.tally.ranking.of(self._columns[layer.name].start + unit):
            if value != 0 and not any(self._images.repeats(image, winner.image) for winner in best):
                best.append(Winner(unit, len(best), image, value))
            if len(best) == self._n:
                break
        return best

    def _drawn(self, layer: LayerInfo, winners: Sequence[Winner]) -> dict[int, list[UnitPicture]]:
        """By unit. Grouped by image, so that each is read and sent once."""
        winners = sorted(winners, key=lambda winner: winner.image)
        seen = self._pictures.read(winner.image for winner in winners)
        size = pairs_at_once(self._model, layer)
        found: dict[int, list[UnitPicture]] = {}
        for start in range(0, len(winners), size):
            part = winners[start : start + size]
            traced = self._traced(layer, part, seen)
            for row, winner in enumerate(part):
                shown = self._shown(layer, winner, traced, row, seen[winner.image])
                found.setdefault(winner.unit, []).extend(shown)
        return found

    def _traced(self, layer: LayerInfo, winners: Sequence[Winner], seen: Mapping[int, Seen]) -> Traced:
        images = list(dict.fromkeys(winner.image for winner in winners))
        pixels = torch.stack([torch.from_numpy(seen[image].pixels) for image in images])
        numbers = {image: row for row, image in enumerate(images)}
        rows = torch.tensor([numbers[winner.image] for winner in winners], device=self._model.device)
        x = self._model.preprocess.normalise(pixels.to(self._model.device).permute(0, 3, 1, 2).float())
        units = [winner.unit for winner in winners]
        return trace_maxima(self._model, x[rows], layer, units, self._methods)

    def _shown(
        self, layer: LayerInfo, winner: Winner, traced: Traced, row: int, seen: Seen
    ) -> Iterator[UnitPicture]:
        place = (int(traced.places[row, 0]), int(traced.places[row, 1]))
        preprocess = self._model.preprocess
        looked = sight(layer, place, preprocess, (seen.rgb.shape[0], seen.rgb.shape[1]))
        source, box = self._images.origin(winner.image, looked.source)
        facts = PictureFacts(
            activation=rounded(winner.value),
            source=source,
            box=box,
            label=self._images.labels[winner.image],
            more={"place": place, "input_box": looked.box},
        )
        patch = true_patch(seen.rgb, looked, preprocess, self._longest)
        yield UnitPicture("top", winner.rank, patch, rounded(winner.value), facts)
        for method in self._methods:
            heat = traced.heats[method][row].float().cpu().numpy()
            more = {**facts.more, "method": traced.labels[method]}
            if not heat.any():
                more["note"] = "all zero: nothing of the signal comes through"
            drawn = drawn_signal(heat, looked, preprocess)
            explained = PictureFacts(facts.activation, None, None, facts.source, facts.box, facts.label, more)
            yield UnitPicture(method, winner.rank, drawn, rounded(winner.value), explained)

    def _why_none(self, stats: UnitStats | None) -> str:
        if stats is None:
            return "no finite value in any image"
        return f"silent: nowhere above zero in any of {self._state.counted} images"


def _with_percentile(picture: UnitPicture, stats: UnitStats | None) -> UnitPicture:
    if stats is None or picture.facts.activation is None:
        return picture
    percentile = round(stats.percentile(picture.facts.activation), 3)
    return replace(picture, facts=replace(picture.facts, percentile=percentile))
