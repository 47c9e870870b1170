"""What keeps a picture in its own facet while it climbs: the log-probability of the facet, by the picture's code."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from deepvis_app.messages import FacetMap, LayerInfo
from deepvis_app.models import LoadedModel
from precompute.synthesis.aim import Task
from precompute.synthesis.part import Part, run_whole


class Keeping:
    """Of one unit's facets, which `Task.facets` number.

    k-means takes facets for Gaussians about their mean codes m_j, all alike in every direction. By Bayes' rule a
    picture with the code y is of facet j with the probability softmax_j(-|y - m_j|^2 / 2 s^2), with s^2 the mean square
    of the images' codes about their facet's mean, an axis.

    The log-probability counts `weight` times beside a class's value, which is a log-odds as well. The values of other
    units have scales of their own: there it counts `weight` times the standard deviation of the images' values.
    """

    def __init__(self, model: LoadedModel, layer: LayerInfo, facets: FacetMap, weight: float = 1.0) -> None:
        space = facets.space
        self._model, self._layer, self._column = model, model.info.layer(space.layer), space.column
        means = facets.mean_codes
        off = space.places - means[facets.cluster]
        self._variance = max(float((off**2).mean()), 1e-12)
        self._means, self._mean, self._axes = (
            torch.tensor(table, device=model.device) for table in (means, space.mean, space.axes)
        )
        values = torch.tensor([point.value for point in facets.points])
        self.weight = weight * (1.0 if layer.is_class_layer else float(values.std(correction=0)))

    def worth(self, part: Part, inputs: Tensor, tasks: Sequence[Task]) -> Tensor:
        """See `Keeper`. Of several facets the log-probabilities count by their shares: the sum is largest where the
        picture's probabilities are these shares. 0 for a task without facets.
        """
        shares = torch.zeros(len(tasks), len(self._means))
        for row, task in zip(shares, tasks, strict=True):
            for facet, share in task.facets:
                row[facet] = share
        return self.weight * (self.log_shares(part, inputs) * shares.to(inputs.device)).sum(1)

    def log_shares(self, part: Part, inputs: Tensor) -> Tensor:
        """(N, facets): their log-probabilities for pictures as the network takes them, (N, C, h, w) of the part."""
        if self._column:
            maps = part.run(inputs).float()
            codes = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]  # the layer's centre position
        else:
            codes = run_whole(self._model, self._layer, inputs).float().mean((2, 3))
        off = ((codes - self._mean) @ self._axes.T)[:, None] - self._means
        return (-off.square().sum(2) / (2 * self._variance)).log_softmax(1)
