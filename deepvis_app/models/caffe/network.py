"""From a description and weights to a torch module that has one submodule for each Caffe layer, under its name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from deepvis_app.models.caffe.caffemodel import Blobs
from deepvis_app.models.caffe.errors import CaffeError, LayerError
from deepvis_app.models.caffe.filling import fill
from deepvis_app.models.caffe.graph import Graph, Layer, Shape
from deepvis_app.models.caffe.layers import LAYERS, MOST_VALUES, Spec

_MOST_WEIGHTS = 1 << 29  # of one layer
_MOST_PIXELS = 1 << 26  # of an input, in all channels
# What torch raises for sizes that cannot be.
_UNFIT = (RuntimeError, ValueError, TypeError, IndexError, ArithmeticError, MemoryError)


@dataclass(frozen=True)
class Step:
    """One layer's turn: the module reads `bottoms` and makes `tops`; then nobody needs the blobs in `done` any more."""

    module: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    done: tuple[str, ...] = ()


class CaffeNet(nn.Module):
    """A feed-forward Caffe network in the test phase.

    Submodules have the layers' names, with what torch and patterns could misread ("/", ".", ",") as "_". Where a layer
    writes onto its own input (in-place), later layers read what it wrote, as in Caffe. Of several outputs the last
    one is returned; an output (N, C, 1, 1) comes as (N, C). `input_shape` is with the batch as it is described.
    """

    def __init__(self, steps: Sequence[Step], given: str, output: str, input_shape: Shape) -> None:
        super().__init__()
        self._steps, self._given, self._output = tuple(steps), given, output
        self.input_shape = input_shape

    def forward(self, x: Tensor) -> Tensor:
        blobs = {self._given: x}
        for step in self._steps:
            made = getattr(self, step.module)(*(blobs[name] for name in step.bottoms))
            for index, top in enumerate(step.tops):
                blobs[top] = made[index] if isinstance(made, tuple) else made
            for name in step.done:
                del blobs[name]
        output = blobs[self._output]
        return output.flatten(1) if output.dim() == 4 and output.shape[2:] == (1, 1) else output


def build(graph: Graph, blobs: Blobs | None, name: str) -> CaffeNet:
    """The network of `graph` with the weights in `blobs`; without (None) they are left unset, to be drawn.

    Weights are matched by the layers' names; those of layers that the graph does not have are left over, as in Caffe.
    `name` is the prototxt's. Raises CaffeError: all unknown layer types, or the first layer that does not fit.
    """
    _refuse_unknown(graph, name)
    shape = _input_shape(graph, blobs)
    shapes: dict[str, torch.Size] = {graph.input: torch.Size((1, *shape[1:]))}
    modules: dict[str, nn.Module] = {}
    steps = []
    for layer in graph.layers:
        module = _module(layer, shapes, shape[0], blobs)
        own = _legal(layer.name or layer.type, modules)
        modules[own] = module
        steps.append(Step(own, layer.bottoms, layer.tops))
    output = _outputs(steps)[-1]
    net = CaffeNet(list(_with_ends(steps, output)), graph.input, output, shape)
    for own, module in modules.items():
        net.add_module(own, module)
    return net.eval()


def _module(layer: Layer, shapes: dict[str, torch.Size], batch: int, blobs: Blobs | None) -> nn.Module:
    """The layer's module with its weights; the shapes of what it makes are added to `shapes`."""
    missing = [name for name in layer.bottoms if name not in shapes]
    if missing or not layer.bottoms:
        nothing = ", ".join(missing) or "nothing"
        raise CaffeError(f"Layer {layer.name} reads {nothing}, which no layer before it makes.")
    if not layer.tops:
        raise CaffeError(f"Layer {layer.name} names no top, so nobody could read what it makes.")
    spec = Spec(layer, tuple(shapes[name] for name in layer.bottoms), batch)
    if (count := sum(map(math.prod, spec.shapes))) > MOST_VALUES:
        raise CaffeError(
            f"Layer {layer.name} ({layer.type}) would read {count:.0e} values, which cannot be meant."
        )
    try:
        module = _filled(spec, blobs)
        with torch.no_grad():  # to see what comes out; meta tensors would take a second's imports
            made = module(*(torch.zeros(size) for size in spec.shapes))
    except LayerError as error:
        raise CaffeError(f"Layer {layer.name} ({layer.type}) cannot be built: {error}.") from error
    except CaffeError:
        raise
    except _UNFIT as error:
        sizes = " and ".join(" x ".join(map(str, size[1:])) for size in spec.shapes)
        raise CaffeError(f"Layer {layer.name} ({layer.type}) cannot take an input of {sizes}.") from error
    pieces = made if isinstance(made, tuple) else (made,) * len(layer.tops)
    if any(piece.shape[:1] != (1,) or 0 in piece.shape for piece in pieces):
        raise CaffeError(f"Layer {layer.name} ({layer.type}) leaves nothing of its input, or mixes pictures.")
    shapes.update(zip(layer.tops, (piece.shape for piece in pieces), strict=False))
    return module


def _filled(spec: Spec, blobs: Blobs | None) -> nn.Module:
    """Made without memory, so that a description with absurd sizes costs nothing before its weights are there."""
    with torch.device("meta"):
        module = LAYERS[spec.layer.type](spec).eval()
    if blobs is not None:
        fill(module, spec.layer, blobs.get(spec.layer.name, ()))
        return module
    count = sum(weight.numel() for weight in module.parameters())
    if count > _MOST_WEIGHTS:
        raise LayerError(f"it would have {count:.0e} weights")
    return module.to_empty(device="cpu")


def _refuse_unknown(graph: Graph, name: str) -> None:
    unknown: dict[str, str] = {}
    for layer in graph.layers:
        if layer.type not in LAYERS:
            unknown.setdefault(layer.type or "(none)", layer.name)
    if unknown:
        listed = ", ".join(f"{kind} (layer {layer})" for kind, layer in unknown.items())
        raise CaffeError(f"{name} has layer types that are not known here: {listed}.")


def _input_shape(graph: Graph, blobs: Blobs | None) -> Shape:
    """The input's shape; the channels of a data layer are those that the first convolution's weights are for."""
    shape = graph.shape
    if graph.data is not None and len(shape) == 4:
        first = next((layer for layer in graph.layers if graph.input in layer.bottoms), None)
        arrays = (blobs or {}).get(first.name, ()) if first else ()
        shape = (shape[0], arrays[0].shape[1] if arrays and arrays[0].ndim == 4 else 3, *shape[2:])
    if len(shape) < 2 or min(shape) < 1 or math.prod(shape[1:]) > _MOST_PIXELS:
        raise CaffeError(f"The prototxt gives its input {graph.input} the shape {shape}, which cannot be.")
    return shape


def _with_ends(steps: Sequence[Step], output: str) -> Iterator[Step]:
    """Each step with the blobs that are not read after it; the output is kept."""
    last = {name: index for index, step in enumerate(steps) for name in (*step.bottoms, *step.tops)}
    for index, step in enumerate(steps):
        names = dict.fromkeys((*step.bottoms, *step.tops))
        yield replace(step, done=tuple(n for n in names if last[n] == index and n != output))


def _outputs(steps: Sequence[Step]) -> list[str]:
    """The blobs that nobody reads after they were last written, in the order in which they are written."""
    unread: dict[str, None] = {}
    for step in steps:
        for name in step.bottoms:
            unread.pop(name, None)
        unread.update(dict.fromkeys(step.tops))
    return list(unread)


def _legal(name: str, taken: Mapping[str, nn.Module]) -> str:
    """A name that a module can have and that no other one has."""
    legal = re.sub(r"[^\w-]", "_", name)
    if hasattr(CaffeNet, legal) or legal in _RESERVED:
        legal += "_"
    plain, count = legal, 2
    while legal in taken:
        legal, count = f"{plain}_{count}", count + 1
    return legal


_RESERVED = frozenset(vars(CaffeNet((), "", "", ()))) | {
    "output"
}  # "output" is the whole net's name for a Probe
