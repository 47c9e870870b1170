"""The rules of `Trace`: what each torch operation does to the meaning of axes and to receptive fields.

Two decisions. A gate (squeeze-excite: maps times one value for each channel) is computed from the whole
picture but only scales a channel, so the field of the gated maps is that of the maps; the statistics of
group and instance normalisation likewise. Attention, roll and whatever mixes positions freely see the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from deepvis_app.models.receptive_field import WHOLE, Field, united
from deepvis_app.models.tags import Call, Tag

Rule = Callable[[Call], Tag]


def unknown(call: Call) -> Tag:
    """An operation without a rule: axes if the shape is kept, the field not known (or already whole)."""
    field = WHOLE if any(tag.field is not None and tag.field.whole for tag in call.tags) else None
    return Tag(_axes_like(call), field, call.tags[0].grid)


def elementwise(call: Call) -> Tag:
    """Values at the same position only; several inputs are united."""
    best = min(call.tags, key=lambda tag: tag.axes.count("?") - 10 * (len(tag.axes) == call.output.dim()))
    return Tag(_axes_like(call), united([tag.field for tag in call.tags]), best.grid)


def product(call: Call) -> Tag:
    """Elementwise, but a factor with one value for each channel is a gate and does not widen the field."""
    maps = [tag for tensor, tag in zip(call.tensors, call.tags, strict=True) if _positions(tensor, tag) > 1]
    if not maps or len(maps) == len(call.tags):
        return elementwise(call)
    return replace(elementwise(call), field=united([tag.field for tag in maps]))


def mixing(call: Call) -> Tag:
    """Attention, matrix products of two signals: every position sees every other."""
    return replace(unknown(call), field=WHOLE)


def matmul(call: Call) -> Tag:
    """Signal times weights works on the last axis, as a linear layer; signal times signal mixes."""
    return linear(call) if len(call.tensors) == 1 and call.args[0] is call.tensors[0] else mixing(call)


def linear(call: Call) -> Tag:
    """The last axis becomes channels; single vectors see what there is."""
    tag = call.tags[0]
    if len(tag.axes) == 2:
        return Tag("nc", WHOLE)
    last = tag.axes[-1]
    return Tag(tag.axes[:-1] + "c", tag.field if last == "c" else WHOLE, tag.grid)


def conv(call: Call) -> Tag:
    kernel = tuple(call.arg(1, "weight").shape[2:])
    stride, dilation = _pair(call.arg(3, "stride", 1)), _pair(call.arg(5, "dilation", 1))
    padding = call.arg(4, "padding", 0)
    if isinstance(padding, str):
        same = padding == "same"
        padding = tuple(d * (k - 1) // 2 if same else 0 for d, k in zip(dilation, kernel, strict=True))
    return _windowed(call, kernel, stride, _pair(padding), dilation)


def conv_transposed(call: Call) -> Tag:
    field = call.tags[0].field
    if field is not None and not field.whole:
        kernel = call.arg(1, "weight").shape[2:]
        names = ((3, "stride", 1), (4, "padding", 0), (7, "dilation", 1))
        (s0, s1), (p0, p1), (d0, d1) = (_pair(call.arg(*name)) for name in names)
        down = field.down.transposed(kernel[0], s0, p0, d0)
        field = Field(down, field.across.transposed(kernel[1], s1, p1, d1))
    return Tag("nchw", field)


def max_pool(call: Call) -> Tag:
    kernel = _pair(call.arg(1, "kernel_size"))
    stride = _pair(call.arg(2, "stride") or kernel)
    return _windowed(
        call, kernel, stride, _pair(call.arg(3, "padding", 0)), _pair(call.arg(4, "dilation", 1))
    )


def avg_pool(call: Call) -> Tag:
    kernel = _pair(call.arg(1, "kernel_size"))
    return _windowed(call, kernel, _pair(call.arg(2, "stride") or kernel), _pair(call.arg(3, "padding", 0)))


def lp_pool(call: Call) -> Tag:
    kernel = _pair(call.arg(2, "kernel_size"))
    return _windowed(call, kernel, _pair(call.arg(3, "stride") or kernel), (0, 0))


def adaptive_pool(call: Call) -> Tag:
    (h, w), (new_h, new_w) = call.tensors[0].shape[-2:], call.output.shape[-2:]
    field = call.tags[0].field
    if field is None or field.whole or (h, w) == (new_h, new_w):
        return Tag("nchw", field)
    if (new_h, new_w) == (1, 1):
        return Tag("nchw", WHOLE)
    return Tag("nchw", Field(field.down.pooled_to(h, new_h), field.across.pooled_to(w, new_w)))


def interpolate(call: Call) -> Tag:
    mode, field = call.arg(3, "mode", "nearest"), call.tags[0].field
    neighbours = {"nearest": 1, "bilinear": 2, "bicubic": 4}.get(mode)
    if field is None or field.whole:
        return Tag("nchw", field)
    if neighbours is None or call.kwargs.get("antialias") or call.kwargs.get("align_corners"):
        return Tag("nchw", None)
    (h, w), (new_h, new_w) = call.tensors[0].shape[-2:], call.output.shape[-2:]
    down, across = field.down.resized(h, new_h, neighbours), field.across.resized(w, new_w, neighbours)
    return Tag("nchw", Field(down, across))


def pad(call: Call) -> Tag:
    amounts = tuple(call.arg(1, "pad"))
    starts = dict(zip(range(-1, -1 - len(amounts) // 2, -1), amounts[::2], strict=True))
    return _shifted(call.tags[0], {axis: (-before, 1) for axis, before in starts.items()})


def getitem(call: Call) -> Tag:
    """Slices keep an axis and move its positions; a number drops the axis."""
    tag, index = call.tags[0], call.args[1]
    items = list(index) if isinstance(index, tuple) else [index]
    if any(not (item is Ellipsis or isinstance(item, (int, slice))) for item in items):
        return unknown(call)
    if Ellipsis in items:
        at = items.index(Ellipsis)
        items[at : at + 1] = [slice(None)] * (len(tag.axes) - len(items) + 1)
    items += [slice(None)] * (len(tag.axes) - len(items))
    moves = {}
    for axis, item in enumerate(items):
        if isinstance(item, slice):
            start, _, step = item.indices(call.tensors[0].shape[axis])
            moves[axis - len(items)] = (start, step)
    kept = "".join(name for name, item in zip(tag.axes, items, strict=True) if isinstance(item, slice))
    dropped = any(n in "hw" and isinstance(i, int) for n, i in zip(tag.axes, items, strict=True))
    moved = _shifted(tag, moves)
    return Tag(kept, None if dropped and moved.field and not moved.field.whole else moved.field, moved.grid)


def permute(call: Call) -> Tag:
    tag = call.tags[0]
    return replace(tag, axes="".join(tag.axes[dim] for dim in call.rest(1, "dims")))


def transpose(call: Call) -> Tag:
    tag, axes = call.tags[0], list(call.tags[0].axes)
    first, second = call.arg(1, "dim0"), call.arg(2, "dim1")
    axes[first], axes[second] = axes[second], axes[first]
    return replace(tag, axes="".join(axes))


def unsqueeze(call: Call) -> Tag:
    tag, dim = call.tags[0], call.arg(1, "dim")
    dim += call.output.dim() if dim < 0 else 0
    return replace(tag, axes=tag.axes[:dim] + ("?" if "c" in tag.axes else "c") + tag.axes[dim:])


def cat(call: Call) -> Tag:
    """Concatenation joins what the parts see; tokens put in front keep the grid of the others."""
    tag = elementwise(call)
    return replace(tag, axes=call.tags[0].axes)


def split(call: Call) -> Tag:
    """Pieces along the channels keep everything; along positions the field is not known."""
    tag, dim = call.tags[0], call.arg(2, "dim", 0)
    return tag if tag.axes[dim] in "nc" else replace(tag, field=None, grid=None)


def reduce(call: Call) -> Tag:
    """Mean, sum, variance ... over dimensions: over positions it sees the whole."""
    tag, dims = call.tags[0], call.arg(1, "dim", call.kwargs.get("axis"))
    axes = tag.axes
    gone = {d % len(axes) for d in ((dims,) if isinstance(dims, int) else dims or range(len(axes)))}
    field = WHOLE if any(axes[d] in "hwl?" for d in gone) else tag.field
    if call.output.dim() == len(axes):
        return replace(tag, field=field)
    return Tag("".join(name for d, name in enumerate(axes) if d not in gone), field, tag.grid)


def softmax(call: Call) -> Tag:
    tag, dim = call.tags[0], call.arg(1, "dim")
    whole = dim is None or tag.axes[dim] in "hwl?"
    return replace(tag, field=WHOLE) if whole else tag


def layer_norm(call: Call) -> Tag:
    tag = call.tags[0]
    normalised = tag.axes[-len(call.arg(1, "normalized_shape")) :]
    return tag if normalised == "c" else replace(tag, field=WHOLE)


def reshape(call: Call) -> Tag:
    """View, reshape, flatten: dimensions of equal product are matched from the left."""
    tag = call.tags[0]
    axes, field, grid = "", tag.field, tag.grid
    for old, new in _matched(tuple(call.tensors[0].shape), tuple(call.output.shape)):
        names = "".join(tag.axes[i] for i in old)
        sizes = tuple(call.tensors[0].shape[i] for i in old)
        new_sizes = tuple(call.output.shape[i] for i in new)
        if len(old) == len(new) == 1:
            axes += names
        elif names == "hw" and len(new) == 1:
            axes, grid = axes + "l", (sizes[0], sizes[1])
        elif names == "l" and new_sizes == grid:
            axes += "hw"
        elif set(names) <= {"c"} or all(s == 1 for n, s in zip(names, sizes, strict=True) if n != "c"):
            axes += "c" * len(new)
        elif names.startswith("c") and len(new) == 1:
            axes, field = axes + "c", WHOLE  # flattened maps: each unit a position of its own
        else:
            axes, field = axes + "?" * len(new), None if field is None or not field.whole else WHOLE
    return Tag(axes, field, grid)


def _matched(old: tuple[int, ...], new: tuple[int, ...]) -> list[tuple[range, range]]:
    """The shortest groups of old and of new dimensions that hold equally many values."""
    groups = []
    i = j = 0
    while i < len(old) or j < len(new):
        first_i, first_j = i, j
        i, j = min(i + 1, len(old)), min(j + 1, len(new))
        while math.prod(old[first_i:i]) != math.prod(new[first_j:j]):
            if math.prod(old[first_i:i]) < math.prod(new[first_j:j]):
                i += 1
            else:
                j += 1
        groups.append((range(first_i, i), range(first_j, j)))
    return [group for group in groups if len(group[1])]


def _windowed(
    call: Call,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int] = (1, 1),
) -> Tag:
    field = call.tags[0].field
    if field is not None and not field.whole:
        down, across = (
            span.window(k, s, p, d)
            for span, k, s, p, d in zip(
                (field.down, field.across), kernel, stride, padding, dilation, strict=True
            )
        )
        field = Field(down, across)
    return Tag("nchw", field)


def _shifted(tag: Tag, moves: dict[int, tuple[int, int]]) -> Tag:
    """Axes (counted from the end) whose positions now start elsewhere or are fewer."""
    field, grid = tag.field, tag.grid
    for axis, (start, step) in moves.items():
        name = tag.axes[axis]
        if name == "l" and (start, step) != (0, 1):
            grid = None
        if field is None or field.whole or name not in "hw":
            continue
        if name == "h":
            field = replace(field, down=field.down.sliced(start, step))
        else:
            field = replace(field, across=field.across.sliced(start, step))
    return Tag(tag.axes, field, grid)


def _axes_like(call: Call) -> str:
    """The most telling names among inputs of the output's rank."""
    rank = call.output.dim()
    names = [tag.axes for tag in call.tags if len(tag.axes) == rank]
    return min(names, key=lambda axes: axes.count("?")) if names else "?" * rank


def _positions(tensor: torch.Tensor, tag: Tag) -> int:
    return math.prod(size for size, name in zip(tensor.shape, tag.axes, strict=True) if name in "hwl?")


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    values = tuple(value)
    return (values[0], values[-1])
