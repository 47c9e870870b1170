"""Put a Caffe layer's arrays into its module."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from deepvis_app.models.caffe.caffemodel import Array
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.graph import Layer


def fill(module: nn.Module, layer: Layer, arrays: Sequence[Array]) -> None:
    """Give a module on the meta device its layer's arrays, in Caffe's order: weight, bias.

    Raises CaffeError that names the layer if their number or shapes do not fit. The arrays' memory is used.
    """
    if isinstance(module, _BatchNorm):
        _fill_norm(module, layer, arrays)
        return
    wanted = dict(module.named_parameters(recurse=False))
    _check_count(layer, len(wanted), arrays)
    transposed = layer.type == "InnerProduct" and layer.more.message("inner_product_param").flag("transpose")
    for (name, parameter), array in zip(wanted.items(), arrays, strict=True):
        values = torch.from_numpy(array)
        if transposed and name == "weight":
            values = values.reshape(values.shape[-2:]).T.contiguous()
        setattr(module, name, nn.Parameter(_shaped(values, parameter, layer, name), requires_grad=False))


def _fill_norm(module: _BatchNorm, layer: Layer, arrays: Sequence[Array]) -> None:
    """Caffe keeps sums of means and variances and, as a third array, what to divide them by (0: they are 0)."""
    _check_count(layer, 3, arrays)
    total = float(arrays[2].sum())
    factor = 1 / total if total else 0.0
    for name, array in zip(("running_mean", "running_var"), arrays[:2], strict=True):
        buffer = module.get_buffer(name)
        setattr(module, name, _shaped(torch.from_numpy(array) * factor, buffer, layer, name))
    module.num_batches_tracked = torch.zeros((), dtype=torch.long)


def _check_count(layer: Layer, wanted: int, arrays: Sequence[Array]) -> None:
    if len(arrays) == wanted:
        return
    if not arrays:
        raise CaffeError(f"The caffemodel has no weights for layer {layer.name}; it is of another network.")
    raise CaffeError(
        f"Layer {layer.name} ({layer.type}) needs {wanted} arrays of weights; the caffemodel has {len(arrays)}."
    )


def _shaped(values: Tensor, wanted: Tensor, layer: Layer, name: str) -> Tensor:
    """Sizes of 1 do not count: old files write every array in four dimensions."""
    if [size for size in values.shape if size != 1] != [size for size in wanted.shape if size != 1]:
        shapes = " x ".join(map(str, values.shape)), " x ".join(map(str, wanted.shape))
        raise CaffeError(
            f"The caffemodel does not fit: {name} of layer {layer.name} is {shapes[0]}, but {shapes[1]} is described."
        )
    return values.reshape(wanted.shape).contiguous()
