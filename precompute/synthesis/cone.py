"""Cone: of a network only what one position of a layer depends on, position by position in every layer.

A unit's value at the map's centre needs one position of its layer, of the layer below a kernel's worth, and so on
down to its receptive field. Everything else is never computed: no later layer, no unused branch, no position
outside. Zero padding is put only where the true border of a map is needed, so the value is that of the whole net.
"""

from __future__ import annotations

from torch import Tensor

from deepvis_app.messages import Box
from precompute.synthesis.tape import Call, Tape
from precompute.synthesis.windows import UnknownConeError, window

# Calls whose output at a position depends on their inputs at that position only.
_NAMES = """
    relu relu6 leaky_relu prelu elu selu celu gelu silu mish hardtanh hardswish hardsigmoid sigmoid tanh
    softplus threshold clamp add sub mul div radd rsub rmul iadd isub imul batch_norm dropout clone
    contiguous cat concat getitem unsqueeze local_response_norm
"""
POINTWISE = frozenset(_NAMES.split())


class Cone:
    """`cone(x)` gives the layer's value at position (y, x) of its map for a batch of inputs.

    `box` is the part of the input that is read. Raises UnknownConeError for a network with other calls than
    convolutions, pools and those in POINTWISE on the way to the layer.
    """

    def __init__(self, tape: Tape, y: int, x: int) -> None:
        self._tape = tape
        if not tape.end:
            raise UnknownConeError("no torch call made the layer's output")
        self._boxes = _needed(tape, (y, x, y + 1, x + 1))
        self.box = self._boxes[0]

    def __call__(self, inputs: Tensor, origin: tuple[int, int] = (0, 0)) -> Tensor:
        """(N, C, h, w), a part of the network's input whose corner lies at `origin`, -> (N, units, 1, 1).

        The part must contain `box`. Differentiable.
        """
        height, width = inputs.shape[-2:]
        values = {0: _cut(inputs, (*origin, origin[0] + height, origin[1] + width), self.box)}
        for number in range(1, self._tape.end + 1):
            if number in self._boxes:
                values[number] = self._run(self._tape.calls[number - 1], self._boxes[number], values)
        return values[self._tape.end]

    def _run(self, call: Call, box: Box, values: dict[int, Tensor]) -> Tensor:
        if call.name in POINTWISE:
            return call.run(lambda number: _cut(values[number], self._boxes[number], box))
        source, win = call.inputs[0], window(call)
        (top, bottom), (left, right) = (win.reach(box[axis], box[axis + 2], axis) for axis in (0, 1))
        inside = _inside((top, left, bottom, right), _map_size(self._tape, source))
        missing = (inside[1] - left, right - inside[3], inside[0] - top, bottom - inside[2])
        return win.on(_cut(values[source], self._boxes[source], inside), missing)


def _needed(tape: Tape, wanted: Box) -> dict[int, Box]:
    """Value number -> the positions of it that the wanted positions of the last one depend on."""
    boxes = {tape.end: wanted}
    for number in range(tape.end, 0, -1):
        if number not in boxes:
            continue
        call = tape.calls[number - 1]
        for source in call.inputs:
            box = _source_box(tape, call, source, boxes[number])
            boxes[source] = _united(boxes[source], box) if source in boxes else box
    return boxes


def _source_box(tape: Tape, call: Call, source: int, box: Box) -> Box:
    """What a call reads of one of its inputs. Raises UnknownConeError."""
    if len(call.shape) < 3:
        raise UnknownConeError(f"{call.name} gives no maps")
    size = _map_size(tape, source)
    if call.name not in POINTWISE:
        win = window(call)
        (top, bottom), (left, right) = (win.reach(box[axis], box[axis + 2], axis) for axis in (0, 1))
        return _inside((top, left, bottom, right), size)
    joined = call.name in ("cat", "concat") and call.arg(1, "dim", 0) not in (1, -3)
    if size != call.shape[-2:] or joined:
        raise UnknownConeError(f"{call.name} mixes positions here")
    return box


def _map_size(tape: Tape, number: int) -> tuple[int, int]:
    shape = tape.calls[number - 1].shape if number else tape.shape
    if len(shape) < 3:
        raise UnknownConeError("a tensor that is no maps")
    return shape[-2], shape[-1]


def _inside(box: Box, size: tuple[int, int]) -> Box:
    return max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])


def _united(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _cut(x: Tensor, have: Box, want: Box) -> Tensor:
    """The part `want` of a tensor that holds the part `have` of a map."""
    if have == want:
        return x
    top, left = have[:2]
    return x[..., want[0] - top : want[2] - top, want[1] - left : want[3] - left]
