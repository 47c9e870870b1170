"""Ascent over the units of a layer in batches, against one unit at a time through the whole net with all gradients."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import torch

from benchmarks.rows import Row, paired_ratio
from benchmarks.steps import MODELS, load
from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps
from deepvis_app.models.probe import Probe
from precompute.memory import keep_freed_memory
from precompute.precision import half_is_fast
from precompute.synthesis.ascent import Climb, Task, ascend
from precompute.synthesis.maker import Wish
from precompute.synthesis.making import Making
from precompute.synthesis.presets import DEFAULT, PRESETS

PAIRS = 5
STEPS = 5  # of one timed ascent; the last fifth of them in single precision, as always
MIDDLE, DEEPEST = 1 / 10, 1 / 3  # of the other way's time


def rows(device: str, share: float = 1.0) -> list[Row]:
    """Two rows for each model: the convolution in the middle, and the classes."""
    keep_freed_memory()  # as the command does
    pairs = max(round(PAIRS * share), 1)
    found = []
    for name in MODELS:
        model = load(name, device)
        convolutions = [layer for layer in model.info.layers if layer.kind == "Conv2d"]
        deepest = next(layer for layer in model.info.layers if layer.is_class_layer)
        found.append(_row(name, model, convolutions[len(convolutions) // 2], MIDDLE, pairs))
        found.append(_row(name, model, deepest, DEEPEST, pairs))
    return found


def _row(name: str, model: LoadedModel, layer: LayerInfo, target: float, pairs: int) -> Row:
    preset = replace(PRESETS[DEFAULT], steps=STEPS)
    wish = Wish(preset, (0,), half=half_is_fast(model.device))
    making = Making(model, wish, {}, lambda: False)
    count = min(making.units_at_once(layer), layer.units)
    ours, other = _batch(making.maker(layer.name).climb, model, count), _one_by_one(model, layer)
    ratio, ours_ms, other_ms = paired_ratio(ours, other, pairs)
    steps = STEPS * count
    what = f"{name}: ascent of {layer.alias} in batches / unit by unit"
    times = f"{ours_ms / steps:.2f} / {other_ms:.2f} ms a unit and step on {model.info.device}"
    return Row(what, ratio / steps, target, "x", f"{steps / ratio:.1f} times as fast: {times}")


def _batch(climb: Climb, model: LoadedModel, count: int) -> Callable[[], object]:
    """The steps as `am` takes them, priors included, for the layer's first units; and a last look at the value."""
    tasks = [Task(unit, 0) for unit in range(count)]
    return lambda: _finished(model, ascend(climb, tasks))


def _one_by_one(model: LoadedModel, layer: LayerInfo) -> Callable[[], object]:
    """One step of one unit: the whole network forward, back to picture and weights; no prior, no update."""
    net = deepcopy(model.net).requires_grad_(True)
    height, width = model.info.input_size
    x = torch.randn(1, model.preprocess.channels, height, width, device=model.device)

    def step() -> object:
        leaf = x.clone().requires_grad_()
        with Probe(net, {layer.name}) as probe:
            net(leaf)
        maps = as_maps(layer, probe.outputs[layer.name])
        maps[0, maps.shape[1] // 2, maps.shape[2] // 2].backward()
        net.zero_grad()
        return _finished(model, leaf.grad)

    return step


def _finished(model: LoadedModel, result: object) -> object:
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return result
