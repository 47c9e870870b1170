"""A layer's codes of pictures: what is compared when pictures are compared as a network sees them."""

from __future__ import annotations

import torch

from deepvis_app.messages import F32, U8, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.probe import Probe
from precompute.studies.networks import code_layer

_AT_ONCE = 64


@torch.no_grad()
def codes_of(model: LoadedModel, layer: LayerInfo, pictures: U8) -> F32:
    """(N, D) codes of pictures (N, h, w, 3) at the network's input size, after the ReLU behind the layer."""
    code = code_layer(model.info, layer).name
    found = []
    with Probe(model.net, [code], stop_after=code) as probe:
        for start in range(0, len(pictures), _AT_ONCE):
            batch = torch.from_numpy(pictures[start : start + _AT_ONCE]).permute(0, 3, 1, 2)
            x = model.preprocess.normalise(batch.to(model.device).float())
            found.append(probe.run(x)[code].flatten(1).cpu())
    codes: F32 = torch.cat(found).float().numpy()
    return codes
