"""What a layer's units say to finished pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from deepvis_app.messages import U8, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe


@torch.no_grad()
def values_at(
    model: LoadedModel, layer: LayerInfo, pictures: Sequence[U8]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N, units) at the centre of the layer's maps, for pictures (H, W, 3) of any size, of which nothing is cut off."""
    found = []
    with Probe(model.net, [layer.name], stop_after=layer.name) as probe:
        for rgb in pictures:
            maps = as_maps_batch(layer, probe.run(model.preprocess(rgb, model.device, "squash"))[layer.name])
            found.append(maps[0, :, maps.shape[2] // 2, maps.shape[3] // 2].double().cpu())
    values: np.ndarray[Any, np.dtype[np.float64]] = torch.stack(found).numpy()
    return values
