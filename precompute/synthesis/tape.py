"""Tape: the torch calls by which a network comes from its input to a layer, as a list that can be run again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from deepvis_app.models.probe import Probe


@dataclass(frozen=True)
class Value:
    """In a call's arguments: the output of the call with this number; 0 is the network's input."""

    number: int


@dataclass(frozen=True)
class Call:
    """One torch call. `shape` is its output's; () where it returned something else than one tensor."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    shape: tuple[int, ...]

    @property
    def name(self) -> str:
        """The function's name without underscores: relu_ is relu, __iadd__ is iadd."""
        return getattr(self.function, "__name__", "").strip("_")

    @property
    def inputs(self) -> tuple[int, ...]:
        return tuple(
            item.number for item in _flat((*self.args, *self.kwargs.values())) if isinstance(item, Value)
        )

    @property
    def in_place(self) -> bool:
        name = getattr(self.function, "__name__", "")
        return name.startswith("__i") or (name.endswith("_") and not name.startswith("__"))

    def run(self, given: Callable[[int], Tensor], own: Collection[int] = ()) -> Tensor:
        """Call it on `given(number)` for each Value.

        In place only where the first input's number is in `own`: nobody else reads that.
        """
        in_place = bool(self.inputs) and self.inputs[0] in own
        copied = self.in_place and not in_place

        def read(number: int) -> Tensor:
            return given(number).clone() if copied else given(number)

        kwargs = {name: _filled(item, read) for name, item in self.kwargs.items()}
        if kwargs.get("inplace"):
            kwargs["inplace"] = in_place
        result: Tensor = self.function(*(_filled(item, read) for item in self.args), **kwargs)
        return result

    def arg(self, index: int, name: str, default: Any = None) -> Any:
        return self.args[index] if index < len(self.args) else self.kwargs.get(name, default)


@dataclass(frozen=True)
class Tape:
    """`calls[k]` made value k + 1; value 0 is the input (1, C, H, W) of `shape`; `end` is the layer's output.

    `end` is 0 where no torch call made it from the input.
    """

    shape: tuple[int, ...]
    calls: tuple[Call, ...]
    end: int

    def needed(self) -> dict[int, int]:
        """The values that the end depends on, itself included, and how many of their calls read each."""
        readers = {self.end: 0}
        for number in range(self.end, 0, -1):
            if number in readers:
                for source in self.calls[number - 1].inputs:
                    readers[source] = readers.get(source, 0) + 1
        return readers

    def own(self) -> frozenset[int]:
        """The values that one call alone reads, and that are neither the input nor the end."""
        return frozenset(number for number, count in self.needed().items() if count == 1 and number)

    def run(self, x: Tensor) -> Tensor:
        """The layer's output for inputs (N, C, H, W); right where no call has a size of the batch in it.

        Raises ValueError for a call on the way that gave several tensors.
        """
        values = {0: x}
        needed, own = self.needed(), self.own()
        for number in range(1, self.end + 1):
            if number in needed:
                if not self.calls[number - 1].shape:
                    raise ValueError(f"{self.calls[number - 1].name} gives several tensors")
                values[number] = self.calls[number - 1].run(values.__getitem__, own)
        return values[self.end]


def record(net: nn.Module, x: Tensor, layer: str) -> Tape:
    """Run x (1, C, H, W) up to the layer. Raises KeyError for a layer that did not run."""
    recorder = _Recorder(x)
    with torch.no_grad(), Probe(net, {layer}, stop_after=layer) as probe, recorder:
        found = probe.run(x)[layer]
    return Tape(tuple(x.shape), tuple(recorder.calls), recorder.number(found) or 0)


class _Recorder(TorchFunctionMode):
    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._numbers = {id(x): 0}
        self._kept: list[Any] = [x]  # a tensor that lives keeps its id

    def number(self, tensor: Tensor) -> int | None:
        return self._numbers.get(id(tensor))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        noted = self._noted(args), {name: self._noted(item) for name, item in kwargs.items()}
        output = func(*args, **kwargs)
        if any(isinstance(item, Value) for item in _flat((*noted[0], *noted[1].values()))):
            tensors = [item for item in _flat((output,)) if isinstance(item, Tensor)]
            single = isinstance(output, Tensor)
            if tensors:
                self.calls.append(Call(func, *noted, tuple(output.shape) if single else ()))
            for tensor in tensors:  # an in-place call gives its tensor a new number
                self._numbers[id(tensor)] = len(self.calls)
                self._kept.append(tensor)
        return output

    def _noted(self, item: Any) -> Any:
        """The item with the tensors that depend on the input replaced by their numbers."""
        if isinstance(item, Tensor):
            number = self.number(item)
            return item if number is None else Value(number)
        if type(item) in (tuple, list):
            return tuple(self._noted(part) for part in item)
        return item


def _filled(item: Any, read: Callable[[int], Tensor]) -> Any:
    """The item with every Value read. No closure: one that calls itself is a cycle, which keeps all maps alive."""
    if isinstance(item, tuple):
        return tuple(_filled(part, read) for part in item)
    return read(item.number) if isinstance(item, Value) else item


def _flat(items: Iterable[Any]) -> Iterable[Any]:
    for item in items:
        if isinstance(item, (tuple, list)):
            yield from _flat(item)
        else:
            yield item
