"""The class scores of a network's output."""

from __future__ import annotations

import numpy as np
import torch

from deepvis_app.messages import F32, ModelInfo, Score

TOP_SCORES = 5


def top_scores(info: ModelInfo, output: torch.Tensor) -> tuple[Score, ...]:
    """The best classes of an output (1, K), as probabilities; none for another shape, NaN or infinite values.

    Probabilities are taken as they are: a distribution, or what a layer Sigmoid at the end gives. A single
    other value is a logit of "yes", several are logits.
    """
    if output.ndim != 2 or not output.numel() or strange_scores(output):
        return ()
    row = _probabilities(info, output[0].detach().float().cpu().numpy())
    best = np.argpartition(row, -min(TOP_SCORES, row.size))[-TOP_SCORES:]
    best = best[np.argsort(-row[best], kind="stable")]
    return tuple(Score(index, info.label(index), float(row[index])) for index in best.tolist())


def strange_scores(output: torch.Tensor) -> str:
    """A sentence if an output (1, K) has values that are no finite numbers."""
    if output.ndim != 2 or bool(output.isfinite().all()):
        return ""
    return "The class scores are NaN or infinite: check the weights."


def _probabilities(info: ModelInfo, row: F32) -> F32:
    # In numpy: a few hundred numbers cost less here than the calls of a tensor library.
    if info.layers and info.layers[-1].kind == "Sigmoid":
        return row
    if row.size == 1:
        return (0.5 + 0.5 * np.tanh(row / 2)).astype(np.float32)  # the sigmoid, without overflow
    if row.min() >= 0 and abs(float(row.sum()) - 1) < 1e-3:
        return row
    powers = np.exp(row - row.max())
    shares: F32 = powers / powers.sum()
    return shares
