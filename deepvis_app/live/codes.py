"""A frame's code: the few numbers by which it finds its place among the images of a facet map."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from deepvis_app.messages import F32, CodeOrder, ModelInfo, frozen
from deepvis_app.models.layers import as_maps


def code_of(info: ModelInfo, order: CodeOrder | None, activations: Mapping[str, torch.Tensor]) -> F32 | None:
    """The code (D,) that is wanted: one column of the layer's maps, or their means, as `CodeSpace.code` takes them.

    It is taken on the device, so that only D numbers cross. None where the layer did not run.
    """
    found = activations.get(order.layer) if order is not None else None
    if order is None or found is None:
        return None
    maps = as_maps(info.layer(order.layer), found.detach()).float()
    if not order.column:
        return frozen(maps.mean((1, 2)).cpu().numpy())
    y, x = divmod(int(maps[order.unit].argmax()), maps.shape[2])
    return frozen(maps[:, y, x].cpu().numpy().copy())  # not a view of the whole layer
