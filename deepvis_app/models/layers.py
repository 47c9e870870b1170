"""Layers: what a network computes, in execution order, and its outputs as maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from deepvis_app.messages import LayerInfo
from deepvis_app.models.aliases import short_names
from deepvis_app.models.probe import call_name, main_tensor, modules_by_name
from deepvis_app.models.receptive_field import in_pixels
from deepvis_app.models.tags import Tag
from deepvis_app.models.trace import Trace

_WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
# What excites a unit most in front of these excites it most behind them: they rise with each unit by itself. (Softmax
# weighs the units against each other, but its largest unit is still the one that came in largest.)
_PASSING = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.MaxPool2d, nn.AdaptiveMaxPool2d,
    nn.Softmax, nn.Softmax2d, nn.LogSoftmax,
)  # fmt: skip


def enumerate_layers(net: nn.Module, example: torch.Tensor) -> tuple[LayerInfo, ...]:
    """Every output that can be looked at, in execution order, found by one forward pass.

    `example` is (1, C, H, W) on the net's device; on the meta device nothing is computed. Listed are all
    modules whose output differs from what was listed just before: modules that return their input or only
    rearrange it (Identity, Dropout in eval mode, Flatten, Permute) are left out, containers are listed where
    they add something of their own (a functional ReLU, a residual sum). What the net raises passes through.
    """
    found = _Watch(net).follow(example)
    aliases = short_names([(layer.name, layer.kind, layer.leaf) for layer in found])
    size = (int(example.shape[-2]), int(example.shape[-1]))
    infos = [_describe(layer, alias, size) for layer, alias in zip(found, aliases, strict=True)]
    for index in _class_layers(infos, found):
        infos[index] = replace(infos[index], is_class_layer=True)
    return _with_sources(infos, found)


def as_maps(layer: LayerInfo, tensor: torch.Tensor) -> torch.Tensor:
    """Batch element 0 of a layer's output as (units, h, w); see `as_maps_batch`."""
    return as_maps_batch(layer, tensor)[0]


def as_maps_batch(layer: LayerInfo, tensor: torch.Tensor) -> torch.Tensor:
    """A layer's output as (N, units, h, w), a view where possible and always differentiable.

    Vectors become (N, units, 1, 1); tokens become maps over the patch grid, without the class token that
    stands in front. Raises ValueError for a layer that cannot be shown.
    """
    if not layer.units:
        raise ValueError(f"{layer.name} cannot be shown: {layer.hidden_because}")
    if tensor.dim() == 4 and not layer.channels_last:
        return tensor
    if layer.channels_last:
        tensor = tensor.movedim(-1, 1)
    if tensor.dim() == 3:
        height, width = layer.map_shape
        tensor = tensor[:, :, tensor.shape[2] - height * width :].unflatten(2, (height, width))
    return tensor.reshape(*tensor.shape, 1, 1) if tensor.dim() == 2 else tensor


@dataclass(frozen=True)
class _Output:
    """One module call as the hooks saw it."""

    name: str
    kind: str
    leaf: bool
    weighted: bool
    shape: tuple[int, ...]  # with the batch; () when it is no tensor
    tag: Tag | None
    problem: str = ""
    source: str = ""  # the layer listed just before, where this one only passes its units on


class _Seen:
    """The values of a tensor at one moment. The tensor is kept, so that its memory cannot be used again."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._tensor = tensor
        self.values = _values(tensor)

    def holds(self, other: torch.Tensor) -> bool:
        """`other` has the values that were seen, perhaps arranged otherwise."""
        return _values(other) == self.values

    def equals(self, other: _Seen | None) -> bool:
        """The same values, seen at another moment."""
        return other is not None and other.values == self.values


def _values(tensor: torch.Tensor) -> tuple[int, int, int]:
    """Equal for views of all the values of one storage, until they are written to; works for meta tensors.

    Tensors that a network makes in inference mode count no writes: what is then done in place is not seen.
    """
    version = -1 if tensor.is_inference() else tensor._version  # noqa: SLF001 (no public name)
    return tensor.untyped_storage()._cdata, version, tensor.numel()  # noqa: SLF001 (no public name)


class _Watch:
    """Hooks every module for one pass and notes which outputs are new."""

    def __init__(self, net: nn.Module) -> None:
        self._net = net
        self._found: list[_Output] = []
        self._calls: Counter[str] = Counter()
        self._inputs: list[_Seen | None] = []  # of the modules being run, outermost first
        self._last: _Seen | None = None
        self._last_name = ""  # of the layer that the last tensor is the output of; "" when it is of none

    def follow(self, example: torch.Tensor) -> list[_Output]:
        handles = []
        try:
            # Versions tell in-place changes, and inference mode (and its tensors) has none.
            with torch.inference_mode(False), torch.no_grad():
                example = example.clone()
                self._trace = Trace(example)
                for path, module in modules_by_name(self._net).items():
                    handles.append(module.register_forward_pre_hook(self._enter))
                    handles.append(module.register_forward_hook(self._hook(path)))
                with self._trace:
                    self._net(example)
        finally:
            for handle in handles:
                handle.remove()
        return self._found

    def _enter(self, _module: nn.Module, args: Any) -> None:
        first = args[0] if args and isinstance(args[0], torch.Tensor) else None
        self._inputs.append(None if first is None else _Seen(first))

    def _hook(self, path: str) -> Any:
        def note(module: nn.Module, args: Any, output: Any) -> None:
            self._calls[path] += 1
            name = call_name(path, self._calls[path])
            given = self._inputs.pop()
            tensor = main_tensor(output)
            if tensor is None:
                self._found.append(_describe_other(name, module, output))
                return
            self._trace.adopt(tensor, args)
            if not any(seen is not None and seen.holds(tensor) for seen in (given, self._last)):
                listed = not isinstance(module, nn.Flatten | nn.Unflatten)  # a copy where strides want one
                if listed:
                    passes = isinstance(module, _PASSING) and given is not None and given.equals(self._last)
                    source = self._last_name if passes else ""
                    self._found.append(self._describe(name, module, tensor, source))
                self._last, self._last_name = _Seen(tensor), name if listed else ""

        return note

    def _describe(self, name: str, module: nn.Module, tensor: torch.Tensor, source: str) -> _Output:
        return _Output(
            name,
            type(module).__name__,
            leaf=not any(True for _ in module.children()),
            weighted=isinstance(module, _WEIGHTED),
            shape=tuple(tensor.shape),
            tag=self._trace.tag(tensor),
            problem="" if tensor.is_floating_point() else f"its values are {tensor.dtype}, not real numbers",
            source=source,
        )


def _describe_other(name: str, module: nn.Module, output: object) -> _Output:
    problem = f"it returns {type(output).__name__}, not one tensor"
    return _Output(
        name, type(module).__name__, leaf=False, weighted=False, shape=(), tag=None, problem=problem
    )


def _describe(layer: _Output, alias: str, input_size: tuple[int, int]) -> LayerInfo:
    shape = layer.shape[1:]
    info = LayerInfo(layer.name, alias, layer.kind, shape)
    if problem := _problem(layer):
        return replace(info, hidden_because=problem)
    axes = layer.tag.axes if layer.tag else ""
    field = in_pixels(layer.tag.field, input_size) if layer.tag else None
    if len(shape) == 1:  # single values, or positions, each of which sees something else
        known = field is not None and (field.whole or axes == "nc")
        return replace(info, units=shape[0], receptive_field=field if known else None)
    last = axes[1] != "c" and (len(shape) == 2 or axes[-1] == "c") if axes else len(shape) == 2
    if len(shape) == 3:
        channels, height, width = (shape[2], shape[0], shape[1]) if last else shape
        info = replace(info, shape=(channels, height, width), map_shape=(height, width))
    else:
        length = shape[0] if last else shape[1]
        channels = shape[1] if last else shape[0]
        info = replace(info, map_shape=_token_grid(length, layer.tag))
    if "?" in axes and field is not None and not field.whole:
        field = None
    return replace(info, units=channels, channels_last=last, receptive_field=field)


def _problem(layer: _Output) -> str:
    if layer.problem:
        return layer.problem
    if layer.tag is None:
        return "it does not depend on the picture"
    if not 2 <= len(layer.shape) <= 4:
        return f"its output has {len(layer.shape)} dimensions; maps, tokens and single values have 4, 3 and 2"
    if layer.shape[0] != 1:
        return f"its first dimension is not the batch but {layer.shape[0]} windows or tokens"
    if 0 in layer.shape:
        return "its output is empty"
    return ""


def _token_grid(length: int, tag: Tag | None) -> tuple[int, int]:
    """The patch grid if the trace knows it; else a square with at most one class token; else a row."""
    if tag is not None and tag.grid is not None and tag.grid[0] * tag.grid[1] <= length:
        return tag.grid
    for tokens in (length, length - 1):
        side = round(tokens**0.5)
        if side > 1 and side * side == tokens:
            return side, side
    return 1, length


def _class_layers(infos: Sequence[LayerInfo], found: Sequence[_Output]) -> list[int]:
    """The last layer that computes with weights and all behind it, as far back as the unit count agrees."""
    indices = []
    classes = next((info.units for info in reversed(infos) if info.units), 0)
    for index in range(len(infos) - 1, -1, -1):
        if not infos[index].units:
            continue
        if infos[index].units != classes:
            break
        indices.append(index)
        if found[index].weighted:
            break
    return indices


def _with_sources(infos: Sequence[LayerInfo], found: Sequence[_Output]) -> tuple[LayerInfo, ...]:
    """`pictures_of` filled in: through any number of passing layers, to where the units are made."""
    known: dict[str, LayerInfo] = {}
    for info, output in zip(infos, found, strict=True):
        source = known.get(output.source)
        same = source is not None and 0 < source.units == info.units
        known[info.name] = (
            replace(info, pictures_of=source.pictures_of or source.name) if source and same else info
        )
    return tuple(known.values())


def first_convolution(layers: Sequence[LayerInfo]) -> str:
    """Where looking starts: the first convolution, else the first layer that can be shown."""
    shown = [layer for layer in layers if layer.units]
    convolutions = [layer for layer in shown if "Conv2d" in layer.kind]
    return (convolutions or shown)[0].name if shown else ""
