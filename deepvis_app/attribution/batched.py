"""Backward pictures of many (picture, unit) pairs of one layer at once, each from the unit's largest value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.attribution.notes import rule_label
from deepvis_app.attribution.rules import Rule, RuleMode, deconvnet, guided
from deepvis_app.messages import LayerInfo
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.probe import Probe

# The methods that can be batched, as in METHODS: what a picture of theirs is called, and the rule.
RULES: dict[str, tuple[str, Rule]] = {
    "deconv": ("deconvnet", deconvnet),
    "guided": ("guided backprop", guided),
}


@dataclass(frozen=True)
class Traced:
    """For N pairs: where each unit is largest, `places` (N, 2) int64 as (y, x), its `values` (N,) there, and for
    each method the signal at the input, `heats[method]` (N, C, H, W), and how it may be called.
    """

    places: Tensor
    values: Tensor
    heats: dict[str, Tensor]
    labels: dict[str, str]


def trace_maxima(
    model: LoadedModel, x: Tensor, layer: LayerInfo, units: Sequence[int], methods: Sequence[str]
) -> Traced:
    """For row k of x (N, C, H, W) the signal that starts from 1 at the largest value of unit units[k].

    One forward pass, no further than the layer, and one backward pass for each method (a key of RULES). The
    network must treat the rows of a batch separately, as every network in eval mode does.
    """
    mode = RuleMode(RULES[methods[0]][1]) if methods else None
    entered: AbstractContextManager[object] = mode or nullcontext()
    leaf = x.detach().requires_grad_(bool(methods))
    with torch.set_grad_enabled(bool(methods)), Probe(model.net, (), stop_after=layer.name) as probe, entered:
        found = probe.run(leaf.clone())
    if layer.name not in found:
        raise ValueError(f"layer {layer.name} did not run for these pictures; choose another layer")
    with torch.set_grad_enabled(bool(methods)):
        maps = as_maps_batch(layer, found[layer.name])
        rows = torch.arange(len(x), device=maps.device)
        wanted = maps[rows, torch.as_tensor(units, device=maps.device)]
        at = wanted.detach().flatten(1).argmax(1)
        peaks = wanted.flatten(1).gather(1, at[:, None])[:, 0]
    places = torch.stack([at // wanted.shape[2], at % wanted.shape[2]], 1)
    heats, labels = {}, {}
    for index, method in enumerate(methods):
        assert mode is not None
        title, mode.rule = RULES[method]
        mode.applied = 0
        heats[method] = _backward(peaks, leaf, keep=index + 1 < len(methods))
        labels[method] = rule_label(title, mode)
    return Traced(places, peaks.detach(), heats, labels)


def _backward(peaks: Tensor, leaf: Tensor, *, keep: bool) -> Tensor:
    """The gradient of the sum is every row's own, because rows do not mix; zeros where no path leads down."""
    if not peaks.requires_grad:
        return torch.zeros_like(leaf)
    (found,) = torch.autograd.grad(peaks.sum(), leaf, retain_graph=keep, allow_unused=True)
    return torch.zeros_like(leaf) if found is None else found.detach()
