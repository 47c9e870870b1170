"""Probe: read the outputs of named modules during a forward pass, and always take the hooks away again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

WHOLE_NET = "output"  # the layer name of the network's own output


class _StopForwardError(BaseException):
    """Ends a forward pass early; not an Exception, so that no network catches it."""


class Probe:
    """Collects `outputs[name]` of every watched layer in each forward pass of `net` inside the `with` block.

    The tensor that a module returned is kept, and the rest of the network goes on with a clone of it. So an
    in-place ReLU or `out += identity` behind the layer cannot overwrite what is kept, and with gradients
    enabled the kept tensor is part of the graph: `torch.autograd.grad(y, probe.outputs[name])` works.

    Names are module paths; the second call of a module in one pass is "path:2". "output" is the network's
    own output. Raises KeyError for an unknown path.
    """

    def __init__(self, net: nn.Module, names: Iterable[str], stop_after: str | None = None) -> None:
        self._net = net
        self._stop_after = stop_after
        self._wanted = frozenset(names) | ({stop_after} if stop_after else set())
        self._modules = _watched(net, self._wanted)
        self._calls: dict[str, int] = {}
        self._handles: list[RemovableHandle] = []
        self.outputs: dict[str, torch.Tensor] = {}

    def __enter__(self) -> Self:
        self._handles.append(self._net.register_forward_pre_hook(self._begin))
        for path, module in self._modules.items():
            self._handles.append(module.register_forward_hook(self._hook(path)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._handles:
            self._handles.pop().remove()

    def run(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """One forward pass, at most up to `stop_after`; returns `outputs`."""
        with suppress(_StopForwardError):
            self._net(x)
        return self.outputs

    def _begin(self, _module: nn.Module, _args: object) -> None:
        self._calls.clear()
        self.outputs = {}

    def _hook(self, path: str) -> Any:
        def keep(_module: nn.Module, _args: object, output: Any) -> Any:
            self._calls[path] = self._calls.get(path, 0) + 1
            name = call_name(path, self._calls[path])
            tensor = main_tensor(output)
            if name not in self._wanted or tensor is None:
                return output
            self.outputs[name] = tensor
            if name == self._stop_after:
                raise _StopForwardError
            return with_main_tensor(output, tensor.clone())

        return keep


def _watched(net: nn.Module, names: Collection[str]) -> dict[str, nn.Module]:
    """The modules that compute these layers, by path; raises KeyError for names that are no layer's."""
    try:  # without a walk through the whole network, which each step of the live loop would feel
        return {name: net.get_submodule(name or ".") for name in names}
    except AttributeError:
        modules = modules_by_name(net)
    paths = {name if name in modules else name.rpartition(":")[0] or name for name in names}
    if unknown := sorted(paths - modules.keys()):
        raise KeyError(f"the network has no layer {', '.join(unknown)}")
    return {path: modules[path] for path in sorted(paths)}


def modules_by_name(net: nn.Module) -> dict[str, nn.Module]:
    """Every module by its path; the whole net as "output", unless one of its modules has that name."""
    modules = dict(net.named_modules())
    whole = modules.pop("")
    modules.setdefault(WHOLE_NET, whole)
    return modules


def call_name(path: str, call: int) -> str:
    """The layer name of the `call`-th call (from 1) of a module in one forward pass."""
    return path if call == 1 else f"{path}:{call}"


def main_tensor(output: object) -> torch.Tensor | None:
    """What can be looked at: the output itself, or the only tensor of a tuple (attention with no weights)."""
    if isinstance(output, torch.Tensor):
        return output
    if isinstance(output, tuple):
        tensors = [item for item in output if item is not None]
        if len(tensors) == 1 and isinstance(tensors[0], torch.Tensor):
            return tensors[0]
    return None


def class_vector(output: object) -> torch.Tensor:
    """What a network's classes are read from: its output, or of several the first that is (N, classes).

    Several come as a tuple or list (auxiliary heads stand last) or as a dict ("out" or "logits" first). An
    empty tensor (0,) where there is nothing of the kind.
    """
    if isinstance(output, torch.Tensor):
        return output
    if isinstance(output, Mapping):
        output = tuple(output.values())
    items = output if isinstance(output, (tuple, list)) else ()
    vectors = (item for item in items if isinstance(item, torch.Tensor) and item.dim() == 2)
    return next(vectors, torch.empty(0))


def with_main_tensor(output: Any, tensor: torch.Tensor) -> Any:
    """`output` with its main tensor replaced."""
    if isinstance(output, torch.Tensor):
        return tensor
    items = [None if item is None else tensor for item in output]
    return type(output)(*items) if hasattr(output, "_fields") else tuple(items)
