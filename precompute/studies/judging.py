"""What a network that had no part in making pictures says about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from deepvis_app.messages import U8, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe, class_vector
from precompute.studies.networks import first_name, in_words, told

TOP = 5
_AT_ONCE = 64
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Seen:
    """Of N pictures: scores (N, classes), and features (N, channels), each map's mean before the classes."""

    scores: Array
    features: Array


@dataclass(frozen=True)
class Verdict:
    """Of `asked` pictures of known classes: how many have theirs first, and among the first TOP."""

    asked: int
    top1: int
    top5: int

    def as_json(self) -> dict[str, float | int | None]:
        shares = (self.top1 / self.asked, self.top5 / self.asked) if self.asked else (None, None)
        return {
            "pictures": self.asked,
            "top1": None if shares[0] is None else round(shares[0], 4),
            "top5": None if shares[1] is None else round(shares[1], 4),
        }


class Judge:
    """A network asked about pictures of another's classes.

    `labels` are the other's. Classes are matched by their number where both have the same names, else by the first
    name of each ("goldfish, Carassius auratus" is the goldfish) where it stands for one class only.
    """

    def __init__(self, model: LoadedModel, labels: Sequence[str]) -> None:
        self.model = model
        self._place = _places(labels, model.info.labels)
        self._before_classes = _feature_layer(model)

    @property
    def title(self) -> str:
        return in_words(self.model)

    def told(self) -> dict[str, str]:
        """What a report says of it."""
        return told(self.model)

    def place(self, unit: int) -> int | None:
        """The judge's own number of the other network's class; None where it does not know it."""
        return self._place.get(unit)

    @torch.no_grad()
    def look(self, pictures: Sequence[U8]) -> Seen:
        """`pictures` are RGB (H, W, 3), one or more. Those of the judge's input size are its input, as they are; others
        go through its own preprocessing.
        """
        scores, features = [], []
        layer = self._before_classes
        with Probe(self.model.net, [layer.name]) as probe:
            for start in range(0, len(pictures), _AT_ONCE):
                batch = [self._input(rgb) for rgb in pictures[start : start + _AT_ONCE]]
                scores.append(class_vector(self.model.net(torch.cat(batch))).cpu())
                features.append(as_maps_batch(layer, probe.outputs[layer.name]).mean((2, 3)).cpu())
        return Seen(_array(scores), _array(features))

    def _input(self, rgb: U8) -> torch.Tensor:
        preprocess = self.model.preprocess
        whole = rgb.shape[:2] == preprocess.input_size
        return preprocess(rgb, self.model.device, "squash" if whole else None)

    def verdict(self, seen: Seen, units: Sequence[int]) -> Verdict:
        """On pictures of the other network's classes `units`; of unknown classes nothing is said."""
        places = [self.place(unit) for unit in units]
        ranks = [
            _rank(row, place) for row, place in zip(seen.scores, places, strict=True) if place is not None
        ]
        return Verdict(len(ranks), sum(rank < 1 for rank in ranks), sum(rank < TOP for rank in ranks))

    def best(self, seen: Seen) -> list[str]:
        """The first name of the class that each picture gets."""
        return [first_name(self.model.info.label(int(k))) for k in seen.scores.argmax(1)]


def _places(labels: Sequence[str], own: Sequence[str]) -> dict[int, int]:
    if tuple(labels) == tuple(own):
        return {unit: unit for unit in range(len(own))}
    counts = Counter(map(first_name, own))
    index = {first_name(label): k for k, label in enumerate(own) if counts[first_name(label)] == 1}
    return {unit: index[name] for unit, label in enumerate(labels) if (name := first_name(label)) in index}


def _rank(row: Array, place: int) -> int:
    """How many classes come before the one at `place`; TOP where a score is no number, which is never right."""
    return TOP if np.isnan(row).any() else int((row > row[place]).sum())


def _feature_layer(model: LoadedModel) -> LayerInfo:
    """The last layer before the classes; of a network that is nothing but classes these themselves."""
    layers = [layer for layer in model.info.layers if layer.units]
    before = []
    for layer in layers:
        if layer.is_class_layer:
            break
        before.append(layer)
    return (before or layers)[-1]


def _array(parts: list[torch.Tensor]) -> Array:
    found: Array = torch.cat(parts).double().numpy()
    return found
