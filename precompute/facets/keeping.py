"""What keeps a picture in its own facet while it climbs: the log-probability of the facet, by the picture's code."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from deepvis_app.messages import FacetMap
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe


class Keeping:
    """Of one unit's facets; `facets` in `log_share` are their numbers.

    k-means takes facets for Gaussians about their mean codes m_j, all alike in every direction. By Bayes' rule a
    picture with the code y is of facet j with the probability softmax_j(-|y - m_j|^2 / 2 s^2), with s^2 the mean square
    of the images' codes about their facet's mean, an axis.
    """

    def __init__(self, model: LoadedModel, facets: FacetMap) -> None:
        space = facets.space
        self._model, self._layer = model, model.info.layer(space.layer)
        means = facets.mean_codes
        off = space.places - means[facets.cluster]
        self._variance = max(float((off**2).mean()), 1e-12)
        self._means, self._mean, self._axes = (
            torch.tensor(table, device=model.device) for table in (means, space.mean, space.axes)
        )

    def log_share(self, inputs: Tensor, facets: Sequence[int]) -> Tensor:
        """(N,): of pictures as the network takes them, (N, C, h, w), each for its own facet; differentiable."""
        name = self._layer.name
        with Probe(self._model.net, {name}, stop_after=name) as probe:
            codes = as_maps_batch(self._layer, probe.run(inputs)[name]).float().mean((2, 3))
        off = ((codes - self._mean) @ self._axes.T)[:, None] - self._means
        shares = (-off.square().sum(2) / (2 * self._variance)).log_softmax(1)
        own: Tensor = shares[torch.arange(len(codes)), list(facets)]
        return own
