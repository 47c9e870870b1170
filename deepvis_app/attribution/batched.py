"""Backward pictures of many (picture, unit) pairs of one layer at once, each from the unit's largest value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.attribution import lrp
from deepvis_app.attribution.lrp_mode import RelevanceMode
from deepvis_app.attribution.notes import rule_label
from deepvis_app.attribution.rules import Rule, RuleMode, deconvnet, guided
from deepvis_app.messages import LayerInfo
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.probe import Probe

# The methods that can be batched, as in METHODS: what a picture of theirs is called, and the rule for ReLUs.
RULES: dict[str, tuple[str, Rule]] = {
    "deconv": ("deconvnet", deconvnet),
    "guided": ("guided backprop", guided),
}
RELEVANCE = "lrp"  # the one whose rules are for every call, and which has a forward pass of its own
BATCHED = (*RULES, RELEVANCE)


@dataclass(frozen=True)
class Traced:
    """For N pairs: where each unit is largest, `places` (N, 2) int64 as (y, x), its `values` (N,) there, and for
    each method the signal at the input, `heats[method]` (N, C, H, W), and how it may be called.
    """

    places: Tensor
    values: Tensor
    heats: dict[str, Tensor]
    labels: dict[str, str]


@dataclass(frozen=True)
class _Peaks:
    """The graph from the pictures, `leaf` (N, C, H, W), to the largest value of each row's unit, `values` (N,)."""

    leaf: Tensor
    places: Tensor
    values: Tensor
    single: bool  # the layer's units have but one place


def trace_maxima(
    model: LoadedModel, x: Tensor, layer: LayerInfo, units: Sequence[int], methods: Sequence[str]
) -> Traced:
    """For row k of x (N, C, H, W) the signal that starts at the largest value of unit units[k]: from 1, LRP's from it.

    One forward pass for all of RULES and one for LRP, no further than the layer, and one backward pass for each
    method (of BATCHED). The network must treat the rows of a batch separately, as every network in eval mode does.
    """
    ruled = [method for method in methods if method in RULES]
    heats, labels, peaks = {}, {}, None
    if RELEVANCE in methods:
        relevance = RelevanceMode()
        peaks = _peaks(model, x, layer, units, relevance)
        worth = lrp.worth(peaks.values, single=peaks.single)
        heats[RELEVANCE] = _backward(peaks, worth, keep=False)
        unruled = ", ".join(relevance.without_rule)
        labels[RELEVANCE] = f"{lrp.TITLE}, plain gradient through {unruled}" if unruled else lrp.TITLE
    if ruled or peaks is None:
        mode = RuleMode(RULES[ruled[0]][1]) if ruled else None
        peaks = _peaks(model, x, layer, units, mode)
        for index, method in enumerate(ruled):
            assert mode is not None
            title, mode.rule = RULES[method]
            mode.applied = 0
            heats[method] = _backward(peaks, torch.ones_like(peaks.values), keep=index + 1 < len(ruled))
            labels[method] = rule_label(title, mode)
    return Traced(peaks.places, peaks.values.detach(), heats, labels)


def _peaks(
    model: LoadedModel, x: Tensor, layer: LayerInfo, units: Sequence[int], mode: RuleMode | None
) -> _Peaks:
    """Without a mode no gradients are kept."""
    entered: AbstractContextManager[object] = mode or nullcontext()
    leaf = x.detach().requires_grad_(mode is not None)
    with (
        torch.set_grad_enabled(mode is not None),
        Probe(model.net, (), stop_after=layer.name) as probe,
        entered,
    ):
        found = probe.run(leaf.clone())
    if layer.name not in found:
        raise ValueError(f"layer {layer.name} did not run for these pictures; choose another layer")
    with torch.set_grad_enabled(mode is not None):
        maps = as_maps_batch(layer, found[layer.name])
        rows = torch.arange(len(x), device=maps.device)
        wanted = maps[rows, torch.as_tensor(units, device=maps.device)]
        at = wanted.detach().flatten(1).argmax(1)
        values = wanted.flatten(1).gather(1, at[:, None])[:, 0]
    width = wanted.shape[2]
    return _Peaks(leaf, torch.stack([at // width, at % width], 1), values, wanted[0].numel() == 1)


def _backward(peaks: _Peaks, start: Tensor, *, keep: bool) -> Tensor:
    """The gradient of the sum is every row's own, because rows do not mix; zeros where no path leads down."""
    if not peaks.values.requires_grad:
        return torch.zeros_like(peaks.leaf)
    with torch.enable_grad():
        objective = (peaks.values * start).sum()
    (found,) = torch.autograd.grad(objective, peaks.leaf, retain_graph=keep, allow_unused=True)
    return torch.zeros_like(peaks.leaf) if found is None else found.detach()
