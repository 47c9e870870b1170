"""Diversity: the pictures of one unit are kept from looking alike (Olah, Mordvintsev & Schubert 2017)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.synthesis.part import AnyParts


@dataclass(frozen=True)
class Diversity:
    """`weight` is how large the gradient away from the others is, in those of the unit's value.

    `features` gives maps (N, C, h, w) of preprocessed pictures of the canvas. The pictures of a unit then depend on
    each other: on how many there are, and on their seeds.
    """

    features: Callable[[Tensor], Tensor]
    weight: float

    def likeness(self, inputs: Tensor, units: Tensor) -> Tensor:
        """(N,): each picture's mean cosine with the others of its unit, 0 where there are none.

        The cosine is that of the Gram matrices of the channels, which tell textures and parts from each other
        wherever they lie ("Feature visualization", section "Diversity").
        """
        grams = gram(self.features(inputs))
        same = (units[:, None] == units[None]).to(grams)
        same = same - torch.eye(len(units), device=grams.device)
        return (grams @ grams.T * same).sum(1) / same.sum(1).clamp(min=1)


def gram(maps: Tensor) -> Tensor:
    """(N, C, h, w) -> (N, C * C) of length 1: how much the channels go together over the map, above zero."""
    flat = maps.float().clamp(min=0).flatten(2)
    return F.normalize(torch.bmm(flat, flat.mT).flatten(1), dim=1)


def diversity_for(model: LoadedModel, layer: LayerInfo, parts: AnyParts, weight: float) -> Diversity | None:
    """By the channels of the last layer with maps up to this one; None without a weight.

    Raises ValueError, one sentence, where no layer has maps.
    """
    if not weight:
        return None
    names = [one.name for one in model.info.layers]
    before = model.info.layers[: names.index(layer.name) + 1]
    found = [one for one in before if one.units > 1 and one.map_shape[0] * one.map_shape[1] > 1]
    if not found:
        raise ValueError(f"Before {layer.alias} no layer has maps by which pictures could be told apart.")
    return Diversity(parts.of(found[-1], whole_map=True).run, weight)
