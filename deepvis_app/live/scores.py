"""The class scores of a network's output."""

from __future__ import annotations

import torch

from deepvis_app.messages import ModelInfo, Score

TOP_SCORES = 5


def top_scores(info: ModelInfo, output: torch.Tensor) -> tuple[Score, ...]:
    """The best classes of an output (1, K), as probabilities; none for another shape, NaN or infinite values.

    Probabilities are taken as they are: a distribution, or what a layer Sigmoid at the end gives. A single
    other value is a logit of "yes", several are logits.
    """
    if output.ndim != 2 or not output.numel() or strange_scores(output):
        return ()
    row = _probabilities(info, output[0].detach().float())
    best = row.topk(min(TOP_SCORES, row.numel()))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return tuple(Score(index, info.label(index), value) for index, value in pairs)


def strange_scores(output: torch.Tensor) -> str:
    """A sentence if an output (1, K) has values that are no finite numbers."""
    if output.ndim != 2 or bool(output.isfinite().all()):
        return ""
    return "The class scores are NaN or infinite: check the weights."


def _probabilities(info: ModelInfo, row: torch.Tensor) -> torch.Tensor:
    if info.layers and info.layers[-1].kind == "Sigmoid":
        return row
    if row.numel() == 1:
        return row.sigmoid()
    is_distribution = bool(row.min() >= 0) and abs(float(row.sum()) - 1) < 1e-3
    return row if is_distribution else row.softmax(0)
